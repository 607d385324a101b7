import Model
import Platform

/// Opens the files of a state directory, with errors that say what people can do.
enum StateFile {
    /// Never follows a link at the end of the path: whoever may write to the directory must not choose what is opened.
    /// Nil where nothing is there and `mode` does not create. Errors: `.unsafe`, `.system`.
    static func open(
        _ path: String, _ mode: Descriptor.Mode, shownAs shown: String? = nil, calls: SystemCalls = .system
    ) throws(StateError) -> Descriptor? {
        do throws(SystemError) {
            return try checked(Descriptor(path, mode, shownAs: shown, calls: calls))
        } catch {
            if error.isMissing, [.reading, .appending].contains(mode) { return nil }
            throw StateError(error)
        }
    }

    private static func checked(_ file: consuming Descriptor) throws(SystemError) -> Descriptor {
        guard try file.status().kind == .regular else { throw .notRegular("open", file.path) }
        return file
    }

    /// Makes the file readable and writable by its owner alone. Errors: one that belongs to somebody else.
    static func makePrivate(_ file: borrowing Descriptor) throws(StateError) {
        let path = file.path
        let status = try failing(as: StateError.init) { () throws(SystemError) in try file.status() }
        guard status.owner == ProcessInformation.effectiveUser else {
            throw StateError(
                .unsafe, "use", path,
                cause: "it belongs to user \(status.owner), and this is user \(ProcessInformation.effectiveUser)",
                help: "run as that user, or choose another state directory")
        }
        guard status.permissions != 0o600 else { return }
        try failing(as: StateError.init) { () throws(SystemError) in try file.setPermissions(0o600) }
    }
}

extension StateError {
    /// The failure of a system call, with what people can do about the usual causes.
    init(_ error: SystemError) {
        if error.isLink {
            self.init(
                .unsafe, error.operation, error.path, cause: error.cause,
                help: "put the file itself there, or choose another state directory")
        } else if error.isNotRegular {
            self.init(
                .unsafe, error.operation, error.path, cause: error.cause, help: "choose another state directory")
        } else {
            self.init(
                .system, error.operation, error.path, cause: error.cause,
                help: error.help(.writing, elsewhere: "choose another directory with --state-dir"),
                isRetryable: error.isTransient)
        }
    }
}

import Platform

/// The right to write a state directory, held by one process at a time.
///
/// The lock lies on a file of its own, because the journal is replaced now and then. It ends with the process.
struct StateLock: ~Copyable, Sendable {
    private let file: Descriptor

    /// Takes the lock without waiting. Errors: `.locked` with the process that holds it.
    init(directory: String) throws(StateError) {
        let path = "\(directory)/\(StateDirectory.lockName)"
        guard let file = try StateFile.open(path, .writing) else {
            throw StateError(.system, "open", path, cause: "it went away", isRetryable: true)
        }
        try StateFile.makePrivate(file)
        let isOurs = try failing(as: StateError.init) { () throws(SystemError) in try file.tryLock() }
        guard isOurs else {
            throw StateError(
                .locked, "use", directory, cause: "\(Self.holder(file)) is using it",
                help: "wait for it to end, or give this run another --state-dir", isRetryable: true)
        }
        try failing(as: StateError.init) { () throws(SystemError) in
            try file.truncate(to: 0)
            try file.write(Array("\(ProcessInformation.id)\n".utf8))
        }
        self.file = file
    }

    private static func holder(_ file: borrowing Descriptor) -> String {
        let digits = (try? file.bytes(at: 0, count: 32)) ?? []
        let text = String(decoding: digits.prefix { $0 != 0x0A }, as: UTF8.self)
        return Int(text).map { "process \($0)" } ?? "another process"
    }
}

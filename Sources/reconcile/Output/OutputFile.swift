import Planner
import Platform

/// A file that a user asked a result to be written to.
enum OutputFile {
    struct Failure: Error {
        var message: String
        var help: String

        init(_ error: SystemError) {
            message = error.message
            help = error.help(.writing, elsewhere: "name another file")
        }
    }

    /// Errors: `UsageError` where writing could only fail.
    static func check(_ path: String) throws(UsageError) {
        if let kind = (try? FileStatus(of: path))?.kind {
            if kind == .directory {
                throw UsageError("cannot write \(path): it is a directory", help: "name a file in it")
            }
            // What is not a regular file is written to as it is, and needs no place beside it.
            if kind != .regular { return }
        }
        let directory = Path.parent(of: resolved(path))
        do throws(SystemError) {
            try Path.checkWritable(directory: directory)
        } catch {
            throw UsageError(
                "cannot write \(path): \(directory): \(error.cause)", help: "name a file in another directory")
        }
    }

    /// Writes aside and renames, so that no reader meets half a file. What is not a regular file, such as a pipe or
    /// `/dev/stderr`, is written to in place.
    static func write(
        _ text: String, to path: String, random: UInt64, calls: SystemCalls = .system
    ) throws(Failure) {
        try failing(as: Failure.init) { () throws(SystemError) in
            let old = try? FileStatus(of: path)
            if let old, old.kind != .regular {
                return try add(text, to: path, .extending, calls: calls)
            }
            var file = try AtomicFile(
                replacing: resolved(path),
                // A file that is replaced stays as readable as it was.
                permissions: old.map { .exactly($0.permissions) } ?? .upTo(0o666), durability: .process,
                aside: .hidden(random), shownAs: path, calls: calls)
            try file.write(Array(text.utf8))
            try file.place()
        }
    }

    /// Adds to the end of a file that others write to as well.
    static func append(_ text: String, to path: String, calls: SystemCalls = .system) throws(Failure) {
        try failing(as: Failure.init) { () throws(SystemError) in
            try add(text, to: path, .creatingToExtend, calls: calls)
        }
    }

    private static func add(
        _ text: String, to path: String, _ mode: Descriptor.Mode, calls: SystemCalls
    ) throws(SystemError) {
        var file = try Descriptor(path, mode, permissions: 0o666, calls: calls)
        try file.write(Array(text.utf8))
        try file.close()
    }

    /// Bytes; 0 where there is no such file.
    static func size(of path: String) -> Int { (try? FileStatus(of: path))?.size ?? 0 }

    /// The file itself where the path is a link: renaming would replace the link.
    private static func resolved(_ path: String) -> String { (try? Path.resolve(path)) ?? path }
}

import Glibc

/// A system call that failed: what was tried, on what, and why.
package struct SystemError: Error, Sendable, Hashable {
    /// As in "cannot open": a verb.
    package var operation: String
    package var path: String
    /// `errno`.
    package var code: Int32

    package init(operation: String, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// The failure that `errno` tells of at this moment.
    static func last(_ operation: String, _ path: String) -> SystemError {
        SystemError(operation: operation, path: path, code: errno)
    }

    /// EIO: what was read is not what was written, or nothing could be.
    package static func inputOutput(_ operation: String, _ path: String) -> SystemError {
        SystemError(operation: operation, path: path, code: EIO)
    }

    /// Something else than a regular file has the name.
    package static func notRegular(_ operation: String, _ path: String) -> SystemError {
        SystemError(operation: operation, path: path, code: 0)
    }

    package var isNotRegular: Bool { code == 0 }

    /// The system's words, such as "Permission denied".
    package var cause: String {
        switch code {
        case 0: "it is not a regular file"
        case ELOOP: "it is a symbolic link"
        default: String(cString: strerror(code))
        }
    }
    /// One line without a next step.
    package var message: String { "cannot \(operation) \(Path.shown(path)): \(cause)" }

    /// Nothing is there.
    package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    package var isNotPermitted: Bool { code == EACCES || code == EPERM }
    package var isFull: Bool { code == ENOSPC || code == EDQUOT }
    /// A link stands where none may be followed.
    package var isLink: Bool { code == ELOOP }
    package var alreadyExists: Bool { code == EEXIST }
    /// Nobody reads the other end any more.
    package var isBrokenPipe: Bool { code == EPIPE }
    /// Whether the same can succeed later without anybody's changing a file or a right.
    package var isTransient: Bool { [ENOSPC, EDQUOT, EIO, EMFILE, ENFILE, ENOMEM, EAGAIN].contains(code) }

    /// What was to be done to the file.
    package enum Access: Sendable { case reading, writing }

    /// The next step for people: the one table from `errno` to advice.
    ///
    /// - Parameters:
    ///   - elsewhere: How another place is chosen, as in "choose another directory with --state-dir".
    ///   - space: How much is needed, as in "a row ledger takes about 60 bytes for each row".
    package func help(_ access: Access, elsewhere: String? = nil, space: String? = nil) -> String {
        func or(_ step: String) -> String { step + (elsewhere.map { ", or \($0)" } ?? "") }
        return switch code {
        case ENOSPC, EDQUOT: "free space on that file system" + (space.map { ": \($0)" } ?? "")
        case EACCES, EPERM: or("let the user that runs reconcile \(access == .reading ? "read" : "write") there")
        case EROFS: elsewhere ?? "mount that file system for writing"
        case ENOENT, ENOTDIR: or(access == .reading ? "put the file there" : "create the directory")
        case ELOOP: or("put the file itself there")
        case EISDIR: elsewhere ?? "name a file, not a directory"
        case EIO, EUCLEAN: "check the disk"
        case EMFILE, ENFILE: "raise the limit on open files (ulimit -n)"
        case ENOMEM: "free some memory"
        case ENAMETOOLONG: or("shorten the name")
        default: elsewhere ?? "look at the file system of that place"
        }
    }
}

/// Does something with the system, and tells its failure in the caller's terms.
@inline(__always)
package func failing<Value: ~Copyable, Failure: Error>(
    as told: (SystemError) -> Failure, _ work: () throws(SystemError) -> Value
) throws(Failure) -> Value {
    do throws(SystemError) {
        return try work()
    } catch {
        throw told(error)
    }
}

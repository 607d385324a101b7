import Glibc

/// A system call that failed: what was tried, on what, and why.
struct SystemError: Error, Sendable, Hashable {
    /// As in "cannot open": a verb.
    var operation: String
    var path: String
    var code: Int32

    /// The system's words, such as "Permission denied".
    var cause: String { String(cString: strerror(code)) }
    var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    var message: String { "cannot \(operation) \(path): \(cause)" }
}

import Glibc

/// A system call on a socket that failed.
package struct SocketError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The system call, such as `bind`.
    package let operation: String
    /// What it was done to, such as `127.0.0.1:8080`.
    package let subject: String
    /// The value of `errno`.
    package let code: Int32

    /// Whether the same call can succeed later without anybody changing anything.
    package var isRetryable: Bool { [EADDRINUSE, EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) }

    package var description: String {
        "\(operation) \(subject): \(String(cString: strerror(code)))\(nextStep.map { "; \($0)" } ?? "")"
    }

    private var nextStep: String? {
        switch code {
        case EADDRINUSE where subject.hasPrefix("/"): "another process listens there, or it is not a socket"
        case ENAMETOOLONG: "give a shorter path: a socket's may have 107 bytes"
        case EADDRINUSE: "choose another port, or 0 for any free one"
        case EACCES: "ports below 1024 need a privilege; choose a higher one"
        case EADDRNOTAVAIL: "this machine has no such address"
        case EINVAL where operation == "address": "give an IPv4 address such as 127.0.0.1"
        case EMFILE, ENFILE: "raise the limit of open files"
        default: nil
        }
    }
}

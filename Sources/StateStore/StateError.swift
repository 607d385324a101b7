/// Why the state could not be read or written.
package struct StateError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Another process writes this state.
        case locked
        /// The state belongs to another API URL or owner.
        case otherIdentity
        /// It was written by a newer version.
        case newerVersion
        /// Something in it is not what was written.
        case damaged
        /// It is no regular file or directory, or belongs to another user.
        case unsafe
        /// A system call failed.
        case system
        /// The store was closed, or an earlier failure left its end unknown.
        case closed
    }

    package var kind: Kind
    /// Such as `append to`.
    package var operation: String
    /// The file, with the line where one is meant: `path:line`.
    package var subject: String
    package var cause: String
    /// The next step, as a sentence.
    package var help: String?
    /// Whether the same can succeed later without anybody's doing.
    package var isRetryable: Bool

    package init(
        _ kind: Kind, _ operation: String, _ subject: String, cause: String, help: String? = nil,
        isRetryable: Bool = false
    ) {
        self.kind = kind
        self.operation = operation
        self.subject = subject
        self.cause = cause
        self.help = help
        self.isRetryable = isRetryable
    }

    /// One line: operation, subject, cause, next step.
    package var description: String {
        "cannot \(operation) \(subject): \(cause)" + (help.map { "; \($0)" } ?? "")
    }
}

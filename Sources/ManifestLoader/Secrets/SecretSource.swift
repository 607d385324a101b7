import Platform

/// Where `${env:NAME}` and `${credential:NAME}` get their values from.
package protocol SecretSource: Sendable {
    /// The variable's value, never empty. `name` begins with `RECONCILE_`.
    func environment(_ name: String) throws(SecretProblem) -> String

    /// The credential's value without one trailing newline, never empty. `name` is well-formed.
    func credential(_ name: String) throws(SecretProblem) -> String

    /// Every value that it could give, but for those of one or two letters: what must not be shown, wherever it comes from.
    var values: [String] { get }

    /// Whether a secret that is not there leaves its field unknown, as a dry run can do, in place of being an error.
    var toleratesMissing: Bool { get }

    /// Whether a manifest must not get at the file, as a secret or as data, because it holds a key of the API.
    func isOutOfReach(_ file: FileIdentity) -> Bool
}

extension SecretSource {
    /// None are known.
    package var values: [String] { [] }

    /// Each must be there.
    package var toleratesMissing: Bool { false }

    /// Nothing is.
    package func isOutOfReach(_ file: FileIdentity) -> Bool { false }
}

/// Why a secret cannot be used. The texts never hold the value.
package struct SecretProblem: Error, Sendable, Hashable {
    /// What is wrong, as the beginning of a sentence, without the value.
    package var message: String
    /// What to do about it.
    package var help: String?
    /// Whether there is nothing of that name, or nothing in it.
    package var isMissing: Bool

    /// A problem with its next step.
    package init(_ message: String, help: String? = nil, isMissing: Bool = false) {
        self.message = message
        self.help = help
        self.isMissing = isMissing
    }
}

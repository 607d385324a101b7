import Model

/// A credential that an exported manifest refers to and that somebody has to put into a file.
package struct CredentialNote: Sendable, Hashable {
    /// Name of the file in the credentials directory.
    package var name: String
    /// What it is in the account, such as `the header Authorization`.
    package var place: String
    /// What stands before it and is not part of it, such as `Bearer `.
    package var scheme: String
    /// Whether the account masks it, so that it has to be asked for elsewhere.
    package var isMasked: Bool
    /// Nil where the account masks it.
    package var value: ConfigString?

    /// One line for a comment or a summary, without the name and without the value.
    package var words: String {
        let what = scheme.isEmpty ? place : "what follows \"\(scheme)\" in \(place)"
        return isMasked ? "\(what); the account masks it" : what
    }
}

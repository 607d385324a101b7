/// A manifest for a connection that the account holds.
package struct ExportedManifest: Sendable, Hashable {
    /// `metadata.name`; the file is called so, with `.yaml` behind it.
    package var key: String
    package var uuid: String
    /// What the connection is called in the account.
    package var name: String
    /// The contents of the file.
    package var text: String
    /// Credential files that somebody has to create before it can be used.
    package var credentials: [CredentialNote]
    /// What a reader should know; it stands in the file, too.
    package var remarks: [String]
}

/// Whose state it is: state belongs to one API URL and one owner.
package struct StateIdentity: Sendable, Hashable {
    /// The base URL in normal form.
    package let apiURL: String
    /// The policy's owner.
    package let owner: String

    package init(apiURL: String, owner: String) {
        self.apiURL = apiURL
        self.owner = owner
    }
}

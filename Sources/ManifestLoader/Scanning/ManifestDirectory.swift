/// A directory that a run reads manifests from: DIR, or one that a Policy includes.
package struct ManifestDirectory: Sendable, Hashable {
    /// What is opened.
    package var path: String
    /// What people call it.
    package var shown: String

    package init(path: String, shown: String) {
        self.path = path
        self.shown = shown
    }
}

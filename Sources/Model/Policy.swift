/// The manifest of kind Policy: at most one in a directory, defaults where it is absent.
package struct Policy: Sendable, Hashable {
    package enum Ownership: String, Sendable, Hashable, CaseIterable {
        /// In the description, as a marker.
        case marker
        /// In the state directory alone.
        case state
    }

    /// Whose connections these are, `[a-z0-9][a-z0-9._-]{0,62}`.
    package var owner = "default"
    package var ownership = Ownership.marker
    /// Take over an unowned connection of the same name and primary key.
    package var adopt = false
    /// Delete owned connections that no manifest declares.
    package var prune = false
    /// Percent of owned connections that may be deleted in 24 hours; with fewer than 10 owned, at most 3.
    package var maxDeletePercent = 30
    /// Percent of a connection's rows that may be removed in one pass.
    package var maxRemovedPercent = 30
    /// Rejected rows after which an upload is given up.
    package var maxRowErrors = 100
    /// When the daemon may change the account; none: at any time.
    package var windows: [SyncWindow] = []

    package init() {}
}

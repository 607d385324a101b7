/// Why a plan does something. The raw values stand in JSON and are stable.
package enum Cause: String, Sendable, Hashable, CaseIterable {
    /// The manifest declares a connection that was not there before.
    case newConnection = "new_connection"
    /// The manifest says something else than what was last sent.
    case manifestChanged = "manifest_changed"
    /// Somebody changed the account: it says something else than what it answered last.
    case drift
    /// Manifest and account differ, and no state tells which of them changed.
    case undetermined
    /// An unowned connection is taken over.
    case adopted
    /// Our ownership marker was edited, cut or removed in the account, and is written anew.
    case ownershipRepair = "ownership_repair"
    /// `renamed_from` moves the connection to another key.
    case renamed
    /// An earlier run was interrupted, and this goes on where it was.
    case resumed
    case firstUpload = "first_upload"
    case rowsChanged = "rows_changed"
    /// Two thirds of the rows' time to live are over.
    case dataExpires = "data_expires"
    /// Another version of this tool computed the digest in another way.
    case digestVersion = "digest_version"
    /// `--full` asked for it.
    case forced
    /// `--retry-rejected` asked for it.
    case retryRejected = "retry_rejected"
    /// No manifest declares the connection any more.
    case manifestRemoved = "manifest_removed"

    /// Whether it is the account that moved, not the manifests: what `--drift-only` plans.
    package var isDrift: Bool { self == .drift || self == .ownershipRepair }

    /// For people, in a line that may name several.
    package var words: String {
        switch self {
        case .newConnection: "new connection"
        case .manifestChanged: "manifest changed"
        case .drift: "drift"
        case .undetermined: "manifest or account changed"
        case .adopted: "adopted"
        case .ownershipRepair: "ownership repaired"
        case .renamed: "renamed"
        case .resumed: "an earlier run was interrupted"
        case .firstUpload: "first upload"
        case .rowsChanged: "rows changed"
        case .dataExpires: "data expires: two thirds of ttl_seconds are over"
        case .digestVersion: "the digest was made by another version"
        case .forced: "--full"
        case .retryRejected: "rejected rows are tried again"
        case .manifestRemoved: "no manifest declares it"
        }
    }
}

extension [Cause] {
    /// For people: all of them on one line.
    package var words: String {
        self == [.drift] ? "drift: the account was changed" : map(\.words).joined(separator: ", ")
    }

    /// Appends what is not there yet.
    mutating func add(_ causes: [Cause]) {
        for cause in causes where !contains(cause) { append(cause) }
    }
}

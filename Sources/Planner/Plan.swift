import JSON
import Model

/// What a pass is going to do: computed whole before anything is done, the same for the same input.
package struct Plan: Sendable, Hashable {
    /// Declared connections by key, then those without a manifest by key.
    package var connections: [PlannedConnection]
    package var scope = PlanScope()
    /// Unix seconds at which it was made.
    package var now: Int

    package init(connections: [PlannedConnection], now: Int = 0) {
        self.connections = connections
        self.now = now
    }

    /// Whether carrying it out would change anything in the account.
    package var hasChanges: Bool { connections.contains { !$0.actions.isEmpty } }
    package var hasRefusals: Bool { connections.contains { !$0.refusals.isEmpty } }
    package var hasProblems: Bool { connections.contains { !$0.problems.isEmpty } }
    /// Whether data files are wrong; otherwise what stands in the way is the machine's.
    package var hasInvalidData: Bool { connections.contains { $0.problems.hasInvalidInput } }
}

/// One step of a plan.
package enum Action: Sendable, Hashable {
    case create([FieldChange])
    case update([FieldChange])
    case upload(UploadPlan)
    case addReference(Reference)
    case removeReference(AppliedReference)
    case delete

    /// The word for it in plans and logs.
    package var name: String {
        switch self {
        case .create: "create"
        case .update: "update"
        case .upload: "upload"
        case .addReference: "add_reference"
        case .removeReference: "remove_reference"
        case .delete: "delete"
        }
    }
}

/// Rows to be sent, and rows to be deleted afterwards.
package struct UploadPlan: Sendable, Hashable {
    package var data: DataSummary
    package var reason: UploadReason
    /// True where only added and changed rows are sent.
    package var isDelta: Bool
    package var sending: RowsToSend
    /// Rows that left the files and are deleted.
    package var deletes: Int
    /// Rows that the service has under another spelling of their key: that one is deleted right before they come.
    package var respelt: Int { isDelta ? data.respeltInDelta : data.respeltInFull }

    package init(data: DataSummary, reason: UploadReason, isDelta: Bool, sending: RowsToSend, deletes: Int) {
        self.data = data
        self.reason = reason
        self.isDelta = isDelta
        self.sending = sending
        self.deletes = deletes
    }
}

/// Why rows are uploaded.
package enum UploadReason: String, Sendable, Hashable {
    /// Nothing says that rows were ever completed.
    case firstUpload = "first_upload"
    case rowsChanged = "rows_changed"
    /// Two thirds of the time to live are over.
    case dataExpires = "data_expires"
    /// An upload was begun and not completed.
    case interrupted
    /// Another version of this tool computed the digest in another way.
    case digestVersion = "digest_version"
    /// `--full` asked for it.
    case forced
    /// `--retry-rejected` asked for it.
    case retryRejected = "retry_rejected"
}

/// One field that a create or an update sets.
package struct FieldChange: Sendable, Hashable {
    package enum Cause: String, Sendable, Hashable {
        /// The manifest says something else than what was last sent.
        case manifest
        /// The account says something else than what it answered last.
        case drift
        /// Both: the manifest says something else, and somebody changed the account.
        case manifestAndDrift = "manifest_and_drift"
        /// There is no memory of what was sent: the two differ, whoever changed it.
        case differs
        /// The ownership marker is written, moved, repaired or taken away.
        case ownership
    }

    package var path: String
    /// Nil where there was none, or where it is sensitive.
    package var old: JSONValue?
    /// Nil where it goes away, or where it is sensitive.
    package var new: JSONValue?
    package var isSensitive: Bool
    package var cause: Cause
    /// Whether there was nothing before, and whether nothing is left: known of sensitive values too.
    package let isAddition: Bool
    package let isRemoval: Bool
    /// Whether the new value is one that is not at hand: a credential that a dry run does without.
    package let isUnknown: Bool

    package init(
        path: String, old: JSONValue?, new: JSONValue?, isSensitive: Bool, cause: Cause, isUnknown: Bool = false
    ) {
        self.path = path
        self.isUnknown = isUnknown
        isAddition = old == nil
        isRemoval = new == nil
        self.old = isSensitive ? nil : old
        self.new = isSensitive ? nil : new
        self.isSensitive = isSensitive
        self.cause = cause
    }
}

/// A step that must not be taken, and what would allow it.
package struct Refusal: Sendable, Hashable {
    package enum Code: String, Sendable, Hashable, CaseIterable {
        case primaryKeyChanged = "primary_key_changed"
        case kindChanged = "kind_changed"
        case otherOwner = "other_owner"
        case otherKey = "other_key"
        case unowned
        case ambiguous
        case markerDamaged = "marker_damaged"
        case markerCopied = "marker_copied"
        case pinnedMissing = "pinned_missing"
        case sharedConnection = "shared_connection"
        case allGone = "all_gone"
        case headersNotShown = "headers_not_shown"
        case createAndPrune = "create_and_prune"
        case protected
        case foreignReferences = "foreign_references"
        case deleteLimit = "delete_limit"
        case allManifestsGone = "all_manifests_gone"
        case markerMissing = "marker_missing"
        case removedLimit = "removed_limit"
        case rowCountChanged = "row_count_changed"
        case invalidRun = "invalid_run"
        case doubtfulManifest = "doubtful_manifest"
    }

    package var code: Code
    package var message: String
    package var location: SourceLocation?
    /// The way out.
    package var help: String

    package init(_ code: Code, _ message: String, at location: SourceLocation?, help: String) {
        self.code = code
        self.message = message
        self.location = location
        self.help = help
    }
}

/// A data set as its survey saw it.
package struct DataSummary: Sendable, Hashable {
    /// Version of the digest's algorithm.
    package var version: Int
    /// 32 hexadecimal digits.
    package var digest: String
    package var rows: Int
    package var requests: Int
    /// Of the rows as JSON.
    package var bytes: Int
    /// What a full upload sends: all rows but those that stand rejected.
    package var full: RowsToSend
    /// What brings the service up to date; nil where no ledger says what it has.
    package var delta: RowsToSend?
    /// Whether the connection may have rows that nobody remembers any more: there is no ledger, or none to be trusted.
    package var isMemoryLost = false
    /// How the rows differ from those at the service; nil where no ledger says what it has.
    package var counts: RowCounts?
    /// Rows that the service may have and the files no longer hold, as far as a ledger remembers, however old.
    package var gone = 0
    /// Rows to be sent that the service has under another spelling of their key, such as 1 for 1.0: of the changed ones,
    /// and of all.
    package var respeltInDelta = 0
    package var respeltInFull = 0
    /// Rows that the service may have as far as a ledger remembers, however old: what a limit on removals counts against.
    package var before = 0
    /// Why there is no ledger to compare with; nil where there is one.
    package var ledgerNote: String?
    /// The first rows of each kind, and what becomes of columns; nil where nothing is known of what is there.
    package var preview: RowPreview?

    package init(version: Int, digest: String, rows: Int, requests: Int, bytes: Int) {
        full = RowsToSend(rows: rows, requests: requests, bytes: bytes)
        self.version = version
        self.digest = digest
        self.rows = rows
        self.requests = requests
        self.bytes = bytes
    }

    package var dataDigest: DataDigest { DataDigest(version: version, digest: digest) }
}

/// Rows on their way, and what it takes.
package struct RowsToSend: Sendable, Hashable {
    package var rows: Int
    package var requests: Int
    package var bytes: Int

    package init(rows: Int, requests: Int, bytes: Int) {
        self.rows = rows
        self.requests = requests
        self.bytes = bytes
    }
}

/// A data set beside what the ledger says of the service.
package struct RowCounts: Sendable, Hashable {
    package var added = 0
    package var changed = 0
    package var unchanged = 0
    /// Rows that left the files since the last upload.
    package var removed = 0
    /// Rows that left the files before and were left in place.
    package var kept = 0
    /// Rows that the service refused and that are as they were.
    package var rejected = 0
    package init() {}
}

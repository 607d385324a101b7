/// An upload that was begun: enough to go on with it after a kill.
package struct AppliedBatch: Sendable, Hashable {
    /// How far it came, as far as anybody can tell.
    package enum Phase: Sendable, Hashable {
        /// The request that completes the batch was not sent: nothing of it is visible.
        case sending
        /// That request was sent, and no answer is on disk: its rows may be visible.
        case completing
        /// Its rows are there, and those that left the files are being deleted.
        case deleting
    }

    /// `batch_uuid` of its requests.
    package var uuid: String
    /// Digest of the data set that it carries.
    package var digest: String
    /// Unix seconds at which it began, and at which a range was last confirmed.
    package var began: Int
    package var touched: Int
    /// Tells the rows apart that its requests hold, which the digest of a data set does not: in another order other
    /// rows are in the first request.
    package var sequence: String?
    /// Limits that cut the rows into requests; other limits cut other ranges.
    package var maxRows: Int
    package var maxBytes: Int
    /// Numbers of the requests whose success is on disk, from 0.
    package var confirmed: IndexRanges
    package var phase: Phase
    /// Rows that the service rejected so far.
    package var rejected: Int
    /// What the marker said of the rows before: what the ledger belongs to while the upload is under way.
    package var base: DataStamp?
    /// Numbers, in the data set, of the rows that the service rejected so far.
    package var rejectedRows: [Int]
    /// True where only changed rows are sent.
    package var isDelta: Bool

    package init(
        uuid: String, digest: String, began: Int, touched: Int, maxRows: Int, maxBytes: Int,
        confirmed: IndexRanges = IndexRanges(), phase: Phase = .sending, rejected: Int = 0, base: DataStamp? = nil,
        rejectedRows: [Int] = [], isDelta: Bool = false, sequence: String? = nil
    ) {
        self.uuid = uuid
        self.digest = digest
        self.began = began
        self.touched = touched
        self.sequence = sequence
        self.maxRows = maxRows
        self.maxBytes = maxBytes
        self.confirmed = confirmed
        self.phase = phase
        self.rejected = rejected
        self.base = base
        self.rejectedRows = rejectedRows
        self.isDelta = isDelta
    }

    /// Takes down rows that the service refused and that are left out.
    package mutating func reject(_ rows: [Int]) {
        rejected += rows.count
        rejectedRows += rows
    }
}

/// In the journal the phase is two members that may be absent, as versions before wrote it.
extension AppliedBatch: Codable {
    private enum CodingKeys: CodingKey {
        case uuid, digest, began, touched, sequence, maxRows, maxBytes, confirmed, completing, rejected, base
        case rejectedRows, isDelta, isDeleting
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let isCompleting = try members.decode(Bool.self, forKey: .completing)
        let isDeleting = try members.decodeIfPresent(Bool.self, forKey: .isDeleting) ?? false
        self.init(
            uuid: try members.decode(String.self, forKey: .uuid),
            digest: try members.decode(String.self, forKey: .digest),
            began: try members.decode(Int.self, forKey: .began),
            touched: try members.decode(Int.self, forKey: .touched),
            maxRows: try members.decode(Int.self, forKey: .maxRows),
            maxBytes: try members.decode(Int.self, forKey: .maxBytes),
            confirmed: try members.decode(IndexRanges.self, forKey: .confirmed),
            phase: isDeleting ? .deleting : isCompleting ? .completing : .sending,
            rejected: try members.decode(Int.self, forKey: .rejected),
            base: try members.decodeIfPresent(DataStamp.self, forKey: .base),
            rejectedRows: try members.decodeIfPresent([Int].self, forKey: .rejectedRows) ?? [],
            isDelta: try members.decodeIfPresent(Bool.self, forKey: .isDelta) ?? false,
            sequence: try members.decodeIfPresent(String.self, forKey: .sequence))
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(uuid, forKey: .uuid)
        try members.encode(digest, forKey: .digest)
        try members.encode(began, forKey: .began)
        try members.encode(touched, forKey: .touched)
        try members.encodeIfPresent(sequence, forKey: .sequence)
        try members.encode(maxRows, forKey: .maxRows)
        try members.encode(maxBytes, forKey: .maxBytes)
        try members.encode(confirmed, forKey: .confirmed)
        try members.encode(phase == .completing, forKey: .completing)
        try members.encode(rejected, forKey: .rejected)
        try members.encodeIfPresent(base, forKey: .base)
        if !rejectedRows.isEmpty { try members.encode(rejectedRows, forKey: .rejectedRows) }
        if isDelta { try members.encode(true, forKey: .isDelta) }
        if phase == .deleting { try members.encode(true, forKey: .isDeleting) }
    }
}

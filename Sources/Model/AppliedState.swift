/// What this tool did last, as the state directory remembers it.
package struct AppliedState: Sendable, Hashable {
    /// By key.
    package var connections: [String: AppliedConnection]
    /// Unix seconds of each connection deleted by a prune in the last 24 hours, for the limit on deletes.
    package var deletions: [Int]
    /// The key of the digests that stand for secrets; random, one for each state directory.
    package var secretKey: SipHash128.Key

    package init(
        connections: [String: AppliedConnection] = [:], deletions: [Int] = [],
        secretKey: SipHash128.Key = SipHash128.Key()
    ) {
        self.connections = connections
        self.deletions = deletions
        self.secretKey = secretKey
    }
}

/// What was done for one connection.
package struct AppliedConnection: Sendable, Hashable, Codable {
    /// Nil between the intent to create and the answer.
    package var uuid: String?
    package var name: String
    package var primaryKey: String
    /// The definition that was last sent; nil where nothing was sent yet (located, not written).
    package var sent: FieldSnapshot?
    /// The definition that the service answered right after.
    package var answered: FieldSnapshot?
    /// Those that this tool created, sorted.
    package var references: [AppliedReference]
    /// The rows that are there; nil while some may be missing.
    package var data: AppliedData?
    /// The upload that is under way or was interrupted.
    package var batch: AppliedBatch?
    /// What the last survey of the data files found, as text of its own making: files that are as it saw them need not
    /// be opened.
    package var survey: String?
    /// True while the manifest protects the connection: kept for the time after the manifest; nil otherwise.
    package var isProtected: Bool?

    package init(
        uuid: String?, name: String, primaryKey: String, sent: FieldSnapshot? = nil, answered: FieldSnapshot? = nil,
        references: [AppliedReference] = [], data: AppliedData? = nil, batch: AppliedBatch? = nil
    ) {
        self.uuid = uuid
        self.name = name
        self.primaryKey = primaryKey
        self.sent = sent
        self.answered = answered
        self.references = references
        self.data = data
        self.batch = batch
    }
}

/// A reference that this tool created.
package struct AppliedReference: Sendable, Hashable, Codable {
    package var uuid: String
    package var type: String
    package var id: String

    package init(uuid: String, type: String, id: String) {
        self.uuid = uuid
        self.type = type
        self.id = id
    }
}

/// A completed upload.
package struct AppliedData: Sendable, Hashable, Codable {
    package var version: Int
    /// 32 hexadecimal digits.
    package var digest: String
    /// Unix seconds at which it began.
    package var at: Int
    package var rows: Int
    /// Rows that the service rejected and that were left out.
    package var rejected: Int
    /// Unix seconds at which everything of it was there; nil in state of older versions.
    package var completed: Int?

    package init(version: Int, digest: String, at: Int, rows: Int, rejected: Int = 0, completed: Int? = nil) {
        self.completed = completed
        self.version = version
        self.digest = digest
        self.at = at
        self.rows = rows
        self.rejected = rejected
    }
}

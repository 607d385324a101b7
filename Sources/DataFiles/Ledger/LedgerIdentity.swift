import Model

/// What a ledger belongs to. It says something of the service's rows only while all of this is so.
package struct LedgerIdentity: Sendable, Hashable {
    /// `data_connection_uuid`.
    package var connection: String
    package var primaryKey: String
    /// Rows expire each by the time to live that it was uploaded with.
    package var ttlSeconds: Int?
    /// What the upload wrote into the marker when it was complete: digest of the data set and its version, and the
    /// time at which the last full upload began. Without markers, what state remembers of the two.
    package var data: DataStamp

    package init(connection: String, primaryKey: String, ttlSeconds: Int?, data: DataStamp) {
        self.connection = connection
        self.primaryKey = primaryKey
        self.ttlSeconds = ttlSeconds
        self.data = data
    }

    /// Whether a ledger of this identity knows keys of the same rows, whatever became of them since.
    func remembersKeys(of expected: LedgerIdentity) -> Bool {
        connection.utf8.elementsEqual(expected.connection.utf8) && data.version == expected.data.version
            && primaryKey.utf8.elementsEqual(expected.primaryKey.utf8)
    }

    /// Why a ledger of this identity does not count where `expected` is the truth; nil where it does.
    func mismatch(with expected: LedgerIdentity) -> String? {
        if !connection.utf8.elementsEqual(expected.connection.utf8) {
            return "the row ledger belongs to another connection"
        }
        if data.version != expected.data.version {
            return "the row ledger was written with another version of the row digests"
        }
        if !primaryKey.utf8.elementsEqual(expected.primaryKey.utf8) {
            return "the primary key is not the one that the row ledger was written for"
        }
        if ttlSeconds != expected.ttlSeconds {
            return "ttl_seconds changed, and rows expire by the one that they were uploaded with"
        }
        if !data.digest.utf8.elementsEqual(expected.data.digest.utf8) || data.at != expected.data.at {
            return "the row ledger is not that of the last upload: another writer may have changed the rows"
        }
        return nil
    }
}

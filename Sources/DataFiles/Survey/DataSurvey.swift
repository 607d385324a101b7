import Model

/// What a data set holds, found by reading it whole.
package struct DataSurvey: Sendable, Hashable {
    /// The version of the rules by which `digest` is computed; the ownership marker carries both.
    package static let digestVersion = 2

    /// Over all rows, the primary key's name and the TTL; independent of order, file layout and format.
    package var digest: Digest128
    package var rowCount: Int
    /// Bytes of all records as they would be sent, without the commas between them.
    package var byteCount: Int
    /// Exact for the limits that the survey was given.
    package var requestCount: Int
    /// The files as they were while they were read.
    package var fingerprint: DataFingerprint
    /// The same for the same rows in the same order, and in that alone unlike `digest`; nil where nothing was read.
    package var sequence: String?

    package init(
        digest: Digest128, rowCount: Int, byteCount: Int, requestCount: Int, fingerprint: DataFingerprint,
        sequence: String? = nil
    ) {
        self.digest = digest
        self.rowCount = rowCount
        self.byteCount = byteCount
        self.requestCount = requestCount
        self.fingerprint = fingerprint
        self.sequence = sequence
    }
}

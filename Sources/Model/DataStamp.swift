/// Which rows were uploaded, and when: what the ownership marker says of them, or state where there are no markers.
package struct DataStamp: Sendable, Hashable, Codable {
    /// Version of the digest's algorithm.
    package var version: Int
    /// 32 hexadecimal digits.
    package var digest: String
    /// Unix seconds at which the last full upload began.
    package var at: Int

    package init(version: Int, digest: String, at: Int) {
        self.version = version
        self.digest = digest
        self.at = at
    }
}

extension AppliedData {
    /// What a marker of this upload says.
    package var stamp: DataStamp { DataStamp(version: version, digest: digest, at: at) }
}

/// A data set in one number: equal where the rows are.
package struct DataDigest: Sendable, Hashable {
    /// Version of the digest's algorithm.
    package var version: Int
    /// 32 hexadecimal digits.
    package var digest: String

    package init(version: Int, digest: String) {
        self.version = version
        self.digest = digest
    }
}

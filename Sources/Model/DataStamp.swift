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

    /// Seconds by which clocks of machines may differ.
    package static let clockTolerance = 5 * 60

    /// Whether a clock that was ahead wrote it: then it proves nothing about how old the rows are.
    ///
    /// - Parameter now: Unix seconds.
    package func isFromTheFuture(now: Int) -> Bool { at > now + Self.clockTolerance }
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

import Model

extension APIKeys {
    /// A key for digests that only somebody with both API keys can make or test.
    ///
    /// Made in thousands of rounds, so that even a weak API key cannot be guessed quickly from what was digested with it.
    package func digestKey(salt: SipHash128.Key) -> SipHash128.Key {
        var key = salt
        for round in 0..<Self.rounds {
            var hash = SipHash128(key: key)
            hash.combine(round)
            hash.combine(apiKey)
            hash.combine(0)
            hash.combine(brandKey)
            let digest = hash.finalize()
            key = SipHash128.Key(digest.low, digest.high)
        }
        return key
    }

    private static let rounds: UInt64 = 1 << 14
}

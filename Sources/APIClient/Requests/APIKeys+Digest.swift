import Model

extension APIKeys {
    /// A key for digests that only somebody with both API keys can make or test.
    ///
    /// Made in thousands of rounds, so that even a weak API key cannot be guessed quickly from what was digested with it.
    package func digestKey(salt: SipHash128.Key) -> SipHash128.Key {
        Self.digestKey(of: [apiKey, brandKey], salt: salt)
    }

    /// What stands for the brand: the same for its key on every machine, and for digests that only who has it can make.
    package var brandDigestKey: SipHash128.Key { Self.digestKey(of: [brandKey], salt: SipHash128.Key()) }

    private static func digestKey(of texts: [String], salt: SipHash128.Key) -> SipHash128.Key {
        var key = salt
        for round in 0..<rounds {
            var hash = SipHash128(key: key)
            hash.combine(round)
            for (index, text) in texts.enumerated() {
                if index > 0 { hash.combine(0) }
                hash.combine(text)
            }
            let digest = hash.finalize()
            key = SipHash128.Key(digest.low, digest.high)
        }
        return key
    }

    private static let rounds: UInt64 = 1 << 14
}

import JSON

/// What external APIs answered, for as long as `ttl` says.
struct ExternalCache: Sendable {
    struct Key: Hashable, Sendable {
        var uuid: String
        var request: ExternalRequest
    }

    private static let maxEntries = 10_000
    /// The contract's default, in seconds.
    private static let usualTTL = 30

    private var entries: [Key: (answer: JSONValue, until: Double)] = [:]

    func answer(_ key: Key, now: Double) -> JSONValue? {
        guard let entry = entries[key], entry.until > now else { return nil }
        return entry.answer
    }

    mutating func keep(_ answer: JSONValue, _ key: Key, details: JSONValue, now: Double) {
        let ttl = details["ttl"]?.intValue ?? Self.usualTTL
        guard ttl > 0 else { return }
        if entries.count >= Self.maxEntries { entries = [:] }
        entries[key] = (answer, now + Double(ttl))
    }
}

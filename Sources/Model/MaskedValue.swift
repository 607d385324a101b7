import JSON

/// What a service shows in place of a value that it keeps to itself.
package enum MaskedValue {
    /// Whether the value is such a stand-in: stars, dots, or a word that says so.
    package static func isMasked(_ value: JSONValue) -> Bool {
        guard case .string(let text) = value, !text.isEmpty else { return false }
        if text.contains("***") || text.contains("•••") || text.contains("…") { return true }
        let word = text.lowercased().filter { $0.isLetter }
        return ["redacted", "masked", "hidden", "sensitive", "secret"].contains(word)
    }
}

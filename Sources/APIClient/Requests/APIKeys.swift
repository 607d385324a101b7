import Model

/// The two keys of the account. Nothing that prints, dumps or mirrors them shows them.
package struct APIKeys: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let apiKey: String
    let brandKey: String

    /// Errors: a `Diagnostic` for a key that is empty or could not stand in a header. It names the key and shows nothing
    /// of it.
    package init(apiKey: String, brandKey: String) throws(Diagnostic) {
        try Self.check(apiKey, name: "x-api-key")
        try Self.check(brandKey, name: "x-brand-key")
        self.apiKey = apiKey
        self.brandKey = brandKey
    }

    private static func check(_ key: String, name: String) throws(Diagnostic) {
        if key.isEmpty {
            throw Diagnostic(
                .error, "the key for \(name) is empty", help: "take the key from the API key settings in Optimove")
        }
        // A line break would let a key add headers of its own, and URLSession drops such a header without a word.
        guard key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Diagnostic(
                .error, "the key for \(name) holds a blank, a line break or a character that is not ASCII",
                help: "give the key alone; one newline at the end of a file is cut, more are not")
        }
    }

    package var description: String { "(sensitive)" }
    package var debugDescription: String { "(sensitive)" }
    package var customMirror: Mirror { Mirror(reflecting: "(sensitive)") }
}

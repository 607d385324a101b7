/// What looks like a credential, by the name that it stands under or by its own shape.
///
/// A manifest goes into Git, so doubt counts against a value: one that is set aside needlessly costs a file, one that
/// is not costs a key.
package enum SecretShape {
    /// Parts of names, without `-` and `_`, that speak of credentials.
    private static let parts = [
        "auth", "token", "secret", "password", "passwd", "pwd", "apikey", "accesskey", "privatekey", "subscriptionkey",
        "sharedkey", "credential", "cookie", "session", "signature", "jwt", "bearer", "hmac",
    ]
    /// Names that mean a credential only when they stand alone.
    private static let names: Set<String> = ["key", "sig", "pass", "pin", "xkey", "code", "sid"]
    /// Names that hold one of the parts and no credential.
    private static let harmless: Set<String> = [
        "author", "authors", "authority", "sessiontype", "tokentype", "authtype",
    ]
    /// Headers that say how to talk, not who talks.
    private static let plainHeaders = [
        "accept", "content", "user-agent", "cache-control", "pragma", "host", "origin", "referer", "range", "if-",
        "connection", "date", "expect", "te", "via", "x-requested-with", "x-http-method-override", "prefer",
    ]
    /// How keys of well-known services begin.
    private static let prefixes = [
        "sk_live_", "sk_test_", "rk_live_", "sk-", "pk_live_", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-",
        "xoxp-", "xapp-", "AKIA", "ASIA", "AIza", "ya29.", "eyJ", "SG.", "shpat_", "EAAC", "npm_", "pypi-", "hf_",
        "-----BEGIN ",
    ]
    /// Words in front of the credential itself, as in `Bearer abc`.
    private static let schemes: Set<String> = [
        "bearer", "basic", "token", "apikey", "api-key", "key", "digest", "negotiate", "jwt", "oauth", "sso-key",
    ]

    /// Whether what stands under this name is a credential whatever it looks like. `isDocument`: the name is one of a
    /// document's own, where `key` and `code` are everyday words.
    ///
    /// By bytes: ten thousand manifests ask it for every header and every member of a body.
    package static func isName(_ name: String, isDocument: Bool = false) -> Bool {
        var plain: [UInt8] = []
        plain.reserveCapacity(name.utf8.count)
        for byte in name.utf8 {
            if isLetter(byte) { plain.append(byte | 0x20) } else if isDigit(byte) || byte >= 0x80 { plain.append(byte) }
        }
        // The shortest of all words has three letters.
        guard plain.count > 2 else { return false }
        if partBytes.contains(where: { holds(plain, $0) }) {
            return !harmless.contains(String(decoding: plain, as: UTF8.self))
        }
        return !isDocument && plain.count <= 4 && names.contains(String(decoding: plain, as: UTF8.self))
    }

    private static let partBytes = parts.map { Array($0.utf8) }

    private static func holds(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard text.count >= part.count else { return false }
        for start in 0...(text.count - part.count) where text[start] == part[0] {
            var index = 1
            while index < part.count, text[start + index] == part[index] { index += 1 }
            if index == part.count { return true }
        }
        return false
    }

    /// Whether a header is known to hold no credential.
    package static func isPlainHeader(_ name: String) -> Bool {
        let name = name.lowercased()
        return !isName(name)
            && plainHeaders.contains { $0.hasSuffix("-") ? name.hasPrefix($0) : name == $0 || name.hasPrefix($0 + "-") }
    }

    /// Whether a text looks like a credential wherever it stands: the beginning of a known key, or a long run
    /// in which letters and digits take turns.
    package static func isToken(_ text: String) -> Bool {
        // A beginning of three letters and eight more; a run is longer.
        guard text.utf8.count > 10 else { return false }
        var text = text
        return text.withUTF8 { text in
            if prefixBytes.contains(where: { text.count >= $0.count + 8 && text.starts(with: $0) }) { return true }
            return !isUUID(text) && isRandom(longestRun(of: text))
        }
    }

    private static let prefixBytes = prefixes.map { Array($0.utf8) }

    /// The longest run of ASCII letters and digits, where it is one that a key could be.
    private static func longestRun(of text: UnsafeBufferPointer<UInt8>) -> Slice<UnsafeBufferPointer<UInt8>> {
        var longest = 0..<0
        var start = 0
        for index in 0...text.count where index == text.count || !(isLetter(text[index]) || isDigit(text[index])) {
            if index - start > longest.count { longest = start..<index }
            start = index + 1
        }
        return longest.count >= 16 ? text[longest] : text[0..<0]
    }

    /// Whether letters and digits take turns as they do in no word: `summer2024` changes once.
    private static func isRandom(_ run: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        var turns = 0
        for index in run.indices.dropFirst() where isDigit(run[index]) != isDigit(run[index - 1]) { turns += 1 }
        return turns >= 3
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// The part before the credential, such as `Bearer `; empty where all of it is one.
    package static func scheme(of value: String) -> String {
        guard let blank = value.firstIndex(of: " "), schemes.contains(value[..<blank].lowercased()) else { return "" }
        let rest = value[blank...].drop { $0 == " " }
        return rest.isEmpty ? "" : String(value[..<rest.startIndex])
    }

    /// Whether something is left when the placeholders, which the caller of the service fills in, are taken out.
    package static func isConstant(_ value: String) -> Bool {
        var rest = value[...]
        var left = ""
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            left += rest[..<open]
            rest = rest[rest.index(after: close)...]
        }
        left += rest
        return left.contains { $0.isLetter || $0.isNumber || $0 == "*" || $0 == "•" || $0 == "…" }
    }

    /// Identities are long too, and meant to be shown.
    private static func isUUID(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.count == 36 && text.indices.allSatisfy { (text[$0] == UInt8(ascii: "-")) == [8, 13, 18, 23].contains($0) }
    }
}

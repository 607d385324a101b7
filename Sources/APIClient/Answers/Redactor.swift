import JSON
import Model
import Platform

/// Makes the service's words fit to print: no keys, no secrets of the request, no control characters, not too long.
struct Redactor: Sendable {
    /// What stands in place of a secret.
    static let replacement = "(sensitive)"

    /// Spelled out with the first text that is to be cleaned: each request has a redactor, and few have something to say.
    private final class Secrets: Sendable {
        private let keys: APIKeys
        private let details: ConfigValue?
        private let known: [String]
        private let spelled = Locked<[[UInt8]]?>(nil)

        init(keys: APIKeys, details: ConfigValue?, known: [String]) {
            self.keys = keys
            self.details = details
            self.known = known
        }

        /// Bytes of what is to be taken out, the longest first, so that a part never hides the rest of the whole.
        var all: [[UInt8]] {
            spelled.withLock { spelled in
                let all = spelled ?? spell()
                spelled = all
                return all
            }
        }

        private func spell() -> [[UInt8]] {
            var texts: Set<[UInt8]> = []
            // One or two letters are no secret, and would blank every message.
            for secret in [keys.apiKey, keys.brandKey] + known where secret.utf8.count > 2 {
                texts.formUnion(SecretSpelling.all(of: secret))
            }
            if let details {
                for secret in details.secrets + Redactor.headerValues(of: details) {
                    for part in Redactor.parts(of: secret) { texts.formUnion(SecretSpelling.all(of: part)) }
                }
            }
            return texts.sorted { $0.count > $1.count }
        }
    }

    private let secrets: Secrets

    /// - Parameter known: Every secret that this run has, whole: also those that are short or of several words, which
    ///   nobody could tell in a text that they were put into.
    init(keys: APIKeys, definition: Definition? = nil, known: [String] = []) {
        secrets = Secrets(keys: keys, details: definition?.details, known: known)
    }

    /// The text in one line, scrubbed; at most `limit` characters, the last of them then `…`.
    func clean(_ text: some StringProtocol, limit: Int = 400) -> String {
        // Cutting comes after scrubbing, or the beginning of a cut secret would stay.
        let bytes = scrubbed(SecretSpelling.withoutUserInfo(Array(text.utf8.prefix(65_536 + limit))))
        var line = ""
        var wasBlank = true
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            let category = scalar.properties.generalCategory
            let isBlank = category == .control || category == .format || scalar.properties.isWhitespace
            if isBlank { if !wasBlank { line += " " } } else { line.unicodeScalars.append(scalar) }
            wasBlank = isBlank
        }
        line = line.trimmingBlanks
        return line.count > limit ? line.prefix(limit - 1) + "…" : line
    }

    private func scrubbed(_ bytes: [UInt8]) -> [UInt8] {
        let secrets = secrets.all
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let rest = bytes[index...]
            if let secret = secrets.first(where: { rest.starts(with: $0) }) {
                out.append(contentsOf: Self.replacement.utf8)
                index += secret.count
            } else {
                out.append(bytes[index])
                index += 1
            }
        }
        return out
    }

    /// The whole, its words, and the pieces of its words: a service that says `token abc is wrong` was sent
    /// `Bearer abc`, and one that calls a URL fills in the placeholders before it complains.
    private static func parts(of secret: String) -> [String] {
        let words = secret.split(whereSeparator: \.isWhitespace)
        let pieces = words.flatMap { $0.split(whereSeparator: { "/?&=:;,@#(){}[]\"'".contains($0) }) }
        let short = [secret].filter { $0.utf8.count > 3 }
        return short + (words + pieces).map(String.init).filter { $0.utf8.count > 5 }
    }

    /// Headers of the request are sensitive by their place, whatever went into them.
    private static func headerValues(of details: ConfigValue) -> [String] {
        guard case .object(let headers)? = details["headers"] else { return [] }
        return headers.compactMap { name, value in
            guard case .string(let text) = value, !HeaderRule.mayShow(name) else { return nil }
            return text.reveal()
        }
    }
}

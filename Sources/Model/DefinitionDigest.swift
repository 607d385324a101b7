import JSON

/// What a definition was when it was written last, so that a run without state can tell what changed since.
///
/// Each is 64 bits under a key that only who has the brand's key can make: the definition may hold secrets.
package struct DefinitionDigest: Sendable, Hashable {
    /// What the service showed right after, 16 hexadecimal digits.
    package var answered: String
    /// What the manifest had said.
    package var sent: String

    /// - Parameter sent: Nil where the service shows what was sent.
    package init(answered: String, sent: String? = nil) {
        self.answered = answered
        self.sent = sent ?? answered
    }

    /// As it stands in the marker: the second only where it is another.
    package var text: String { sent == answered ? answered : "\(answered)/\(sent)" }

    /// The digest of a definition's fields. Blanks at both ends, null and empty are no difference: lists and single
    /// answers may show them otherwise.
    package static func digest(of fields: [Field], key: SipHash128.Key) -> String {
        var hash = SipHash128(key: key)
        for field in fields.sorted(by: { $0.path < $1.path }) {
            let value = field.value.plain
            if value.isNull { continue }
            hash.combine(field.path)
            hash.combine(0)
            hash.combine(value.normalText)
            hash.combine(1)
        }
        return hash.finalize().low.hexDigits
    }
}

extension JSONValue {
    /// The value without what services do to texts: blanks at both ends, null for empty.
    package var plain: JSONValue {
        switch self {
        case .string(let text):
            let trimmed = String(text.trimmingBlanksAtEnd.drop { $0.isWhitespace })
            return trimmed.isEmpty ? .null : .string(trimmed)
        case .object(let members) where members.isEmpty: return .null
        default: return self
        }
    }
}

import JSON

/// A string of a manifest that remembers whether a secret went into it.
///
/// Printing one never shows a secret; only `reveal()` does, and only the adapter to the API calls that.
package struct ConfigString: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let text: String
    /// True where `${env:…}` or `${credential:…}` was put in.
    package let isSecret: Bool
    /// Secret, and not at hand: the reference stands in the text. Such a string is never sent.
    package let isUnknown: Bool

    package init(_ text: String, isSecret: Bool = false, isUnknown: Bool = false) {
        self.text = text
        self.isSecret = isSecret || isUnknown
        self.isUnknown = isUnknown
    }

    /// The string with its secrets. Never log, print or store what comes back.
    package func reveal() -> String { text }

    package var description: String { isUnknown ? "(unknown)" : isSecret ? "(sensitive)" : text }
    package var debugDescription: String { isSecret ? description : text.debugDescription }
    package var customMirror: Mirror { Mirror(reflecting: description) }
}

/// A document out of a manifest, such as `external_api_details`: JSON whose strings know whether they are secret.
package enum ConfigValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// The text of the number as written, valid JSON.
    case number(String)
    case string(ConfigString)
    case array([ConfigValue])
    case object([String: ConfigValue])

    /// The document as it goes over the wire, secrets revealed, keys sorted.
    package func revealed() -> JSONValue {
        switch self {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let text): .number(text)
        case .string(let text): .string(text.reveal())
        case .array(let elements): .array(elements.map { $0.revealed() })
        case .object(let members):
            .object(members.sorted { $0.key < $1.key }.map { JSONMember($0.key, $0.value.revealed()) })
        }
    }

    /// Whether it is the very same document, text by text, and holds no secret. False says nothing: `1` and `1.0` are
    /// two texts.
    package func isPlainly(_ json: JSONValue) -> Bool {
        switch (self, json) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.number(let a), .number(let b)): a.hasBytes(of: b)
        case (.string(let a), .string(let b)): !a.isSecret && a.reveal().hasBytes(of: b)
        case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.isPlainly($1) }
        case (.object(let a), .object(let b)):
            a.count == b.count && b.allSatisfy { member in a[member.key]?.isPlainly(member.value) ?? false }
        default: false
        }
    }

    /// Whether a secret stands anywhere in it.
    package var holdsSecret: Bool {
        switch self {
        case .null, .bool, .number: false
        case .string(let text): text.isSecret
        case .array(let elements): elements.contains(where: \.holdsSecret)
        case .object(let members): members.values.contains(where: \.holdsSecret)
        }
    }

    /// Whether a secret that is not at hand stands anywhere in it.
    package var holdsUnknown: Bool {
        switch self {
        case .null, .bool, .number: false
        case .string(let text): text.isUnknown
        case .array(let elements): elements.contains(where: \.holdsUnknown)
        case .object(let members): members.values.contains(where: \.holdsUnknown)
        }
    }

    /// Every secret string in it, revealed: what answers of the service must be scrubbed of.
    package var secrets: [String] {
        switch self {
        case .null, .bool, .number: []
        case .string(let text): text.isSecret && !text.isUnknown ? [text.reveal()] : []
        case .array(let elements): elements.flatMap(\.secrets)
        case .object(let members): members.values.flatMap(\.secrets)
        }
    }

    /// The member of that name; nil where this is no object or has none.
    package subscript(key: String) -> ConfigValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    /// A document without secrets, such as one that the service answered.
    package init(_ json: JSONValue) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .number(let text): self = .number(text)
        case .string(let text): self = .string(ConfigString(text))
        case .array(let elements): self = .array(elements.map(ConfigValue.init))
        case .object(let members):
            self = .object(
                Dictionary(members.map { ($0.key, ConfigValue($0.value)) }, uniquingKeysWith: { _, last in last }))
        }
    }
}

extension String {
    /// Whether both are the same bytes; canonical equivalence does not count.
    package func hasBytes(of other: String) -> Bool {
        var (left, right) = (self, other)
        return left.withUTF8 { left in right.withUTF8 { left.count == $0.count && left.elementsEqual($0) } }
    }
}

/// A JSON document as it was written: numbers keep their text, objects keep their order.
///
/// Foundation rounds `12345678901234567890` and `1.10`; what customers upload must arrive as they wrote it.
/// Equality is equality of the text, byte by byte; `isEquivalent(to:)` compares in normal form.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// The text of the number, valid by RFC 8259.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// Members in the order of the document. The parser refuses a key that occurs twice.
    case object([JSONMember])
}

/// One member of a JSON object.
package struct JSONMember: Sendable, Hashable {
    package var key: String
    package var value: JSONValue

    package init(_ key: String, _ value: JSONValue) {
        self.key = key
        self.value = value
    }
}

extension JSONValue {
    /// The member of that name; nil where this is no object or has none.
    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    /// The string's contents; nil for everything else.
    package var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number as a signed 64-bit integer; nil for everything else, fractions and overflow included.
    package var intValue: Int? {
        if case .number(let text) = self { Int(text) } else { nil }
    }

    /// The truth value; nil for everything else.
    package var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements; nil for everything else.
    package var arrayValue: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members in order; nil for everything else.
    package var objectValue: [JSONMember]? {
        if case .object(let members) = self { members } else { nil }
    }

    package var isNull: Bool { self == .null }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .number(String(value)) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { JSONMember($0.0, $0.1) })
    }
    package init(nilLiteral: ()) { self = .null }
}

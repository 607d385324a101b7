extension JSONValue {
    /// The document on one line, without blanks, members in their order.
    package var compactText: String {
        var out: [UInt8] = []
        write(to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// The document over several lines, indented by two blanks, members in their order.
    package var prettyText: String {
        var out: [UInt8] = []
        write(to: &out, indent: 0)
        return String(decoding: out, as: UTF8.self)
    }

    /// One text for all documents that mean the same: keys sorted by their bytes, numbers in normal form, no blanks.
    package var normalText: String {
        var out: [UInt8] = []
        sortedAndNormal.write(to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Whether both mean the same: `1.0` and `1`, or objects whose members stand in another order.
    package func isEquivalent(to other: JSONValue) -> Bool {
        self == other || sortedAndNormal == other.sortedAndNormal
    }

    /// Appends the compact form to `out`.
    package func write(to out: inout [UInt8]) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let text): out.append(contentsOf: text.utf8)
        case .string(let text): JSONText.writeString(text, to: &out)
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                element.write(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSONText.writeString(member.key, to: &out)
                out.append(UInt8(ascii: ":"))
                member.value.write(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    private func write(to out: inout [UInt8], indent: Int) {
        func line(_ depth: Int) {
            out.append(UInt8(ascii: "\n"))
            out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
        }
        switch self {
        case .array(let elements) where !elements.isEmpty:
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                line(indent + 1)
                element.write(to: &out, indent: indent + 1)
            }
            line(indent)
            out.append(UInt8(ascii: "]"))
        case .object(let members) where !members.isEmpty:
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                line(indent + 1)
                JSONText.writeString(member.key, to: &out)
                out.append(contentsOf: ": ".utf8)
                member.value.write(to: &out, indent: indent + 1)
            }
            line(indent)
            out.append(UInt8(ascii: "}"))
        default: write(to: &out)
        }
    }

    private var sortedAndNormal: JSONValue {
        switch self {
        case .null, .bool, .string: self
        case .number(let text): .number(JSONText.normalNumber(text))
        case .array(let elements): .array(elements.map(\.sortedAndNormal))
        case .object(let members):
            .object(
                members.map { JSONMember($0.key, $0.value.sortedAndNormal) }
                    .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
        }
    }
}

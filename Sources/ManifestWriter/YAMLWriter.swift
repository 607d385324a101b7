import JSON

/// Writes block style YAML line by line: mappings, sequences and scalars in the order in which they are given.
struct YAMLWriter {
    private(set) var text = ""

    /// A comment of one or more lines. What an account calls things may hold anything, so nothing ends the line.
    mutating func comment(_ words: String, depth: Int = 0) {
        for line in words.split(separator: "\n", omittingEmptySubsequences: false) {
            let shown = String(line).visible
            text += indent(depth) + (shown.isEmpty ? "#" : "# " + shown) + "\n"
        }
    }

    /// `key: value`, values that hold others over several lines.
    mutating func member(_ key: String, _ value: JSONValue, depth: Int) {
        text += indent(depth)
        unindentedMember(key, value, depth: depth)
    }

    private mutating func unindentedMember(_ key: String, _ value: JSONValue, depth: Int) {
        let isLong = key.unicodeScalars.count > YAMLText.maxKeyScalars
        text += isLong ? "? \(YAMLText.quoted(key))\n\(indent(depth)):" : "\(YAMLText.inline(key)):"
        self.value(value, depth: depth)
    }

    /// `key:` with what follows one level deeper.
    mutating func open(_ key: String, depth: Int) { text += "\(indent(depth))\(YAMLText.inline(key)):\n" }

    private func indent(_ depth: Int) -> String { String(repeating: " ", count: depth * 2) }

    /// What stands behind `key:` or `-`, and its lines below.
    private mutating func value(_ value: JSONValue, depth: Int) {
        switch value {
        case .object(let members) where !members.isEmpty:
            text += "\n"
            for member in members { self.member(member.key, member.value, depth: depth + 1) }
        case .array(let elements) where !elements.isEmpty:
            text += "\n"
            for element in elements {
                text += indent(depth + 1) + "-"
                if case .object(let members) = element, !members.isEmpty {
                    for (index, member) in members.enumerated() {
                        text += index == 0 ? " " : indent(depth + 2)
                        unindentedMember(member.key, member.value, depth: depth + 2)
                    }
                } else {
                    self.value(element, depth: depth + 1)
                }
            }
        case .string(let string) where YAMLText.isBlock(string):
            text += " |-\n"
            for line in string.split(separator: "\n", omittingEmptySubsequences: false) {
                text += (line.isEmpty ? "" : indent(depth + 1)) + line + "\n"
            }
        default: text += " \(scalar(value))\n"
        }
    }

    private func scalar(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let text): text
        case .string(let text): YAMLText.inline(text)
        case .array: "[]"
        case .object: "{}"
        }
    }
}

import Model

/// `--selector`: which manifests are meant, by their `metadata.labels`, in the words of kubectl.
///
/// `team=crm` (or `==`), `team!=crm`, `team` (has it), `!team` (has it not), `team in (crm, web)`,
/// `team notin (crm)`; commas mean "and". As in kubectl `!=` and `notin` also take manifests without that label.
package struct LabelSelector: Sendable, Hashable {
    enum Requirement: Sendable, Hashable {
        case oneOf(String, Set<String>)
        case noneOf(String, Set<String>)
        case exists(String)
        case isAbsent(String)
    }

    /// What is wrong with a selector, for people.
    package struct Malformed: Error, Sendable, Hashable {
        package var message: String
    }

    /// As the user gave it.
    package let text: String
    let requirements: [Requirement]

    package init(_ text: String) throws(Malformed) {
        self.text = text
        var requirements: [Requirement] = []
        for part in Self.parts(of: text) { requirements.append(try Self.requirement(part)) }
        self.requirements = requirements
    }

    package func matches(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { requirement in
            switch requirement {
            case .oneOf(let name, let values): labels[name].map(values.contains) ?? false
            case .noneOf(let name, let values): !(labels[name].map(values.contains) ?? false)
            case .exists(let name): labels[name] != nil
            case .isAbsent(let name): labels[name] == nil
            }
        }
    }

    /// Cut at the commas that stand in no brackets.
    private static func parts(of text: String) -> [String] {
        var parts = [""]
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth <= 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return parts.map(trimmed)
    }

    private static func requirement(_ part: String) throws(Malformed) -> Requirement {
        if part.isEmpty { throw Malformed(message: "it has nothing before or after a comma") }
        for separator in ["!=", "==", "="] {
            guard let range = part.firstRange(of: separator) else { continue }
            let name = try self.name(String(part[..<range.lowerBound]), in: part)
            let value = try self.value(String(part[range.upperBound...]), in: part)
            return separator == "!=" ? .noneOf(name, [value]) : .oneOf(name, [value])
        }
        if part.hasPrefix("!") { return .isAbsent(try name(String(part.dropFirst()), in: part)) }
        guard let bracket = part.firstIndex(of: "(") else { return .exists(try name(part, in: part)) }
        let words = part[..<bracket].split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count == 2, ["in", "notin"].contains(words[1]), part.last == ")" else {
            throw Malformed(message: "\"\(part)\" is not understood")
        }
        var values: Set<String> = []
        let list = part[part.index(after: bracket)...].dropLast()
        for value in list.split(separator: ",", omittingEmptySubsequences: false) {
            values.insert(try self.value(String(value), in: part))
        }
        let name = try self.name(words[0], in: part)
        return words[1] == "in" ? .oneOf(name, values) : .noneOf(name, values)
    }

    private static func name(_ text: String, in part: String) throws(Malformed) -> String {
        let name = trimmed(text)
        guard !name.isEmpty else { throw Malformed(message: "\"\(part)\" names no label") }
        guard !name.contains(where: { $0.isWhitespace || "!=()".contains($0) }) else {
            throw Malformed(message: "\"\(part)\" is not understood")
        }
        return name
    }

    private static func value(_ text: String, in part: String) throws(Malformed) -> String {
        let value = trimmed(text)
        guard !value.isEmpty else { throw Malformed(message: "\"\(part)\" gives no value") }
        guard !value.contains(where: { "!=()".contains($0) }) else {
            throw Malformed(message: "\"\(part)\" is not understood")
        }
        return value
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop(while: \.isWhitespace)).trimmingBlanksAtEnd
    }
}

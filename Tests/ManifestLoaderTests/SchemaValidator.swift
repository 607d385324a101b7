import Foundation
import JSON

/// As much of JSON Schema (2020-12) as the manifests' schema uses; any other keyword is a failure of its own.
struct SchemaValidator {
    let root: JSONValue

    /// What is wrong with the document, each with its place; empty where it is valid.
    func problems(with document: JSONValue) -> [String] { check(document, root, at: "$") }

    private static let notes: Set<String> = ["$schema", "$id", "$defs", "title", "description"]

    private func check(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
        guard case .object(let keywords) = schema else {
            return schema == true ? [] : ["\(place): no schema, or one that nothing fits"]
        }
        var problems: [String] = []
        for keyword in keywords where !Self.notes.contains(keyword.key) {
            problems += check(value, keyword, of: schema, at: place)
        }
        return problems
    }

    private func isValid(_ value: JSONValue, _ schema: JSONValue) -> Bool { check(value, schema, at: "").isEmpty }

    private func check(_ value: JSONValue, _ keyword: JSONMember, of schema: JSONValue, at place: String) -> [String] {
        let wish = keyword.value
        func fail(unless isGood: Bool) -> [String] {
            isGood ? [] : ["\(place): \(value.compactText.prefix(60)) does not fit \(keyword.key) \(wish.compactText)"]
        }
        switch keyword.key {
        case "$ref":
            let name = (wish.stringValue ?? "").replacing("#/$defs/", with: "")
            return check(value, root["$defs"]?[name] ?? false, at: place)
        case "type":
            return fail(unless: (wish.arrayValue ?? [wish]).contains { Self.isOf(value, type: $0.stringValue ?? "") })
        case "const": return fail(unless: value.isEquivalent(to: wish))
        case "enum": return fail(unless: wish.arrayValue?.contains { value.isEquivalent(to: $0) } == true)
        case "allOf": return (wish.arrayValue ?? []).flatMap { check(value, $0, at: place) }
        case "anyOf": return fail(unless: wish.arrayValue?.contains { isValid(value, $0) } == true)
        case "not": return fail(unless: !isValid(value, wish))
        case "if":
            guard let then = schema["then"], isValid(value, wish) else { return [] }
            return check(value, then, at: place)
        case "then": return []
        case "pattern":
            guard case .string(let text) = value else { return [] }
            return fail(unless: Self.matches(text, wish.stringValue ?? ""))
        case "minimum", "maximum":
            guard let number = Self.number(value), let bound = Self.number(wish) else { return [] }
            return fail(unless: keyword.key == "minimum" ? number >= bound : number <= bound)
        case "required", "properties", "additionalProperties", "propertyNames":
            return checkObject(value, keyword, of: schema, at: place)
        case "items", "minItems", "uniqueItems":
            guard case .array(let elements) = value else { return [] }
            switch keyword.key {
            case "minItems": return fail(unless: elements.count >= wish.intValue ?? 0)
            case "uniqueItems":
                return fail(unless: Set(elements.map(\.normalText)).count == elements.count)
            default:
                return elements.enumerated().flatMap { check($0.element, wish, at: "\(place)[\($0.offset)]") }
            }
        default: return ["\(keyword.key) is a keyword that this validator does not know"]
        }
    }

    private func checkObject(
        _ value: JSONValue, _ keyword: JSONMember, of schema: JSONValue, at place: String
    ) -> [String] {
        guard case .object(let members) = value else { return [] }
        switch keyword.key {
        case "required":
            return (keyword.value.arrayValue ?? []).compactMap(\.stringValue).filter { value[$0] == nil }
                .map { "\(place): \($0) is missing" }
        case "propertyNames":
            return members.flatMap { check(.string($0.key), keyword.value, at: "the name \(place).\($0.key)") }
        case "properties":
            return members.flatMap { member in
                keyword.value[member.key].map { check(member.value, $0, at: "\(place).\(member.key)") } ?? []
            }
        default:
            return members.filter { schema["properties"]?[$0.key] == nil }
                .flatMap { check($0.value, keyword.value, at: "\(place).\($0.key)") }
        }
    }

    private static func isOf(_ value: JSONValue, type: String) -> Bool {
        switch (value, type) {
        case (.null, "null"), (.bool, "boolean"), (.number, "number"), (.string, "string"), (.array, "array"),
            (.object, "object"):
            true
        // Whatever has no fraction is one, 1.0 too.
        case (.number(let text), "integer"): !JSONText.normalNumber(text).contains("e-") && isWhole(text)
        default: false
        }
    }

    private static func isWhole(_ text: String) -> Bool { Double(text).map { $0 == $0.rounded() } ?? false }

    private static func number(_ value: JSONValue) -> Double? {
        if case .number(let text) = value { Double(text) } else { nil }
    }

    /// By ECMA 262, where `$` is the very end; `NSRegularExpression` lets a line break follow.
    private static func matches(_ text: String, _ pattern: String) -> Bool {
        let ended = pattern.hasSuffix("$") && !pattern.hasSuffix(#"\$"#) ? pattern.dropLast() + #"\z"# : pattern[...]
        guard let expression = try? NSRegularExpression(pattern: String(ended)) else { return false }
        return expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
    }
}

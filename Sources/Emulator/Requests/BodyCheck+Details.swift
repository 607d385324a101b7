import JSON

extension BodyCheck {
    /// Checks external API details; nil for null, and for what has problems.
    mutating func details(_ details: JSONValue) -> JSONValue? {
        let loc: [JSONValue] = ["body", "external_api_details"]
        if details.isNull { return nil }
        guard let members = details.objectValue else {
            add(Self.notObject(loc, details))
            return nil
        }
        let before = problems.count
        for key in ["url", "http_method"] { _ = required(key, of: details, at: loc) }
        for member in members { field(member, at: loc + [.string(member.key)]) }
        if problems.count == before { samples(of: details, at: loc) }
        return problems.count == before ? details : .none
    }

    private mutating func field(_ member: JSONMember, at loc: [JSONValue]) {
        let value = member.value
        switch member.key {
        case "url":
            guard let url = string(value, at: loc) else { return }
            if !["http://", "https://"].contains(where: { url.lowercased().hasPrefix($0) }) {
                add(
                    ValidationProblem(
                        loc: loc, type: "url_scheme", message: "URL scheme should be 'http' or 'https'", input: value,
                        context: ["expected_schemes": "'http' or 'https'"]))
            }
        case "http_method":
            guard let method = string(value, at: loc, minLength: 1) else { return }
            if !method.utf8.allSatisfy({ ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }) {
                add(.custom(loc, "http_method is not a method", input: value))
            }
        case "headers":
            for header in members(value, at: loc) ?? [] { _ = string(header.value, at: loc + [.string(header.key)]) }
        case "body": _ = members(value, at: loc)
        case "ttl", "retries": _ = integer(value, at: loc, minimum: 0)
        case "timeout": _ = integer(value, at: loc, minimum: 1)
        case "is_batch_endpoint": _ = bool(value, at: loc)
        case "sample_placeholder_values": _ = members(value, at: loc)
        default: break
        }
    }

    /// The test call of a creation needs a value for each placeholder.
    private mutating func samples(of details: JSONValue, at loc: [JSONValue]) {
        let samples = details["sample_placeholder_values"] ?? [:]
        for name in Placeholders.names(in: details) where samples[name] == nil {
            let place = loc + ["sample_placeholder_values", .string(name)]
            add(
                ValidationProblem(
                    loc: place, type: "missing", message: "No sample value for the placeholder {\(name)}",
                    input: samples))
        }
    }
}

/// `{key}` in the url, the header values and the strings of the body of external API details.
enum Placeholders {
    /// The names in the order of their first use.
    static func names(in details: JSONValue) -> [String] {
        var names: [String] = []
        for part in ["url", "headers", "body"] { collect(details[part] ?? .null, into: &names) }
        return names
    }

    private static func collect(_ value: JSONValue, into names: inout [String]) {
        switch value {
        case .string(let text): collect(text: text, into: &names)
        case .array(let elements): for element in elements { collect(element, into: &names) }
        case .object(let members): for member in members { collect(member.value, into: &names) }
        default: break
        }
    }

    private static func collect(text: String, into names: inout [String]) {
        for piece in text.split(separator: "{", omittingEmptySubsequences: false).dropFirst() {
            guard let end = piece.firstIndex(of: "}") else { continue }
            let name = String(piece[..<end])
            let isName =
                !name.isEmpty
                && name.unicodeScalars.allSatisfy {
                    $0 == "_" || $0 == "-" || $0 == "." || $0.properties.isAlphabetic || ("0"..."9").contains($0)
                }
            if isName, !names.contains(name) { names.append(name) }
        }
    }
}

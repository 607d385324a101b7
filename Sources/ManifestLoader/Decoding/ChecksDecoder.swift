import JSON
import Model

/// Reads `spec.checks`.
struct ChecksDecoder {
    static let kinds = ["sample", "query", "schema", "emarsys"]
    static let fields = kinds + ["seed", "expect", "within"]
    static let queryFields = ["primary_key", "placeholder_values"]
    static let emarsysFields = ["parameters", "fields", "limit", "expect"]

    let findings: Findings
    /// Whether the manifest has `spec.data`.
    let hasFiles: Bool
    let isAPIBased: Bool

    func decode(_ spec: FieldReader) -> [ConnectionCheck] {
        (spec.list("checks")?.elements ?? []).enumerated().compactMap { check($1, place: "spec.checks[\($0)]") }
    }

    private func check(_ node: YAMLNode, place: String) -> ConnectionCheck? {
        guard let reader = FieldReader(node, place: place, known: Self.fields, findings: findings) else { return nil }
        let given = Self.kinds.filter { reader.mark(of: $0) != nil }
        guard given.count == 1 else {
            findings.error(
                given.isEmpty
                    ? "\(place) says nothing to check"
                    : "\(place) holds several checks: \(given.joined(separator: ", "))",
                at: node.mark,
                help: given.isEmpty
                    ? "give one of \(Self.kinds.joined(separator: ", "))" : "make each an entry of its own")
            return nil
        }
        refuse("seed", unless: given[0] == "sample", reader)
        refuse("expect", unless: given[0] == "query", reader)
        let before = findings.errorCount
        let within = reader.int("within", in: 0...3600) ?? 10
        guard let subject = subject(given[0], reader), findings.errorCount == before else { return nil }
        return ConnectionCheck(subject, within: Double(within), location: findings.location(node.mark))
    }

    private func refuse(_ field: String, unless isFitting: Bool, _ reader: FieldReader) {
        guard !isFitting, let pair = reader.pair(field) else { return }
        findings.error(
            "\(reader.path(field)) does not belong to this check", at: pair.keyMark,
            help: field == "expect" ? "inside emarsys, or beside query" : "remove it")
    }

    private func subject(_ kind: String, _ reader: FieldReader) -> ConnectionCheck.Subject? {
        switch kind {
        case "sample":
            if !hasFiles, let mark = reader.mark(of: "sample") {
                findings.error(
                    "\(reader.path("sample")) needs spec.data: there are no files to take rows from", at: mark,
                    help: "check single records with query")
            }
            guard let count = reader.int("sample", in: 1...10_000) else { return nil }
            return .sample(count: count, seed: reader.int("seed", in: 0...Int.max) ?? 1)
        case "query": return query(reader)
        case "schema":
            guard let members = reader.members("schema") else { return nil }
            return .schema(
                members.compactMap { pair in
                    findings.filledString(pair.value, "\(reader.path("schema")).\(pair.key)").map {
                        JSONMember(pair.key, .string($0))
                    }
                })
        default: return emarsys(reader)
        }
    }

    private func query(_ reader: FieldReader) -> ConnectionCheck.Subject? {
        guard let node = reader.node("query"),
            let query = FieldReader(node, place: reader.path("query"), known: Self.queryFields, findings: findings)
        else { return nil }
        let expect = members(reader, "expect")
        let wanted = isAPIBased ? "placeholder_values" : "primary_key"
        guard query.required(wanted) != nil else { return nil }
        if !isAPIBased {
            guard let node = query.node("primary_key") else { return nil }
            switch json(node) {
            case .string(let text)?: return .query(.primaryKey(.string(text)), expect: expect)
            case .number(let text)?: return .query(.primaryKey(.number(text)), expect: expect)
            default:
                findings.error(
                    "\(query.path("primary_key")) must be a string or a number", at: node.mark, help: "give a row's key"
                )
                return nil
            }
        }
        return .query(.placeholders(members(query, "placeholder_values")), expect: expect)
    }

    private func emarsys(_ reader: FieldReader) -> ConnectionCheck.Subject? {
        guard let node = reader.node("emarsys"),
            let fields = FieldReader(node, place: reader.path("emarsys"), known: Self.emarsysFields, findings: findings)
        else { return nil }
        _ = fields.required("parameters")
        let parameters = (fields.members("parameters") ?? []).compactMap { pair in
            findings.filledString(pair.value, "\(fields.path("parameters")).\(pair.key)").map {
                JSONMember(pair.key, .string($0))
            }
        }
        _ = fields.required("fields")
        let names = (fields.list("fields")?.elements ?? []).compactMap { element -> String? in
            guard let name = findings.filledString(element, fields.path("fields")) else { return nil }
            if !EmarsysRules.isFieldName(name) {
                findings.error(
                    "Emarsys cannot ask for \(name.quoted)", at: element.mark,
                    help: "its fields begin with a letter; letters, digits and _ follow")
            }
            return name
        }
        return .emarsys(
            parameters: parameters, fields: names, limit: fields.int("limit", in: 1...10_000) ?? 1,
            expect: members(fields, "expect"))
    }

    private func members(_ reader: FieldReader, _ name: String) -> [JSONMember] {
        (reader.members(name) ?? []).compactMap { pair in json(pair.value).map { JSONMember(pair.key, $0) } }
    }

    /// Any value: plain scalars by the core schema.
    private func json(_ node: YAMLNode) -> JSONValue? {
        switch node.content {
        case .sequence(let elements): return .array(elements.compactMap(json))
        case .mapping(let pairs):
            return .object(pairs.compactMap { pair in json(pair.value).map { JSONMember(pair.key, $0) } })
        case .scalar(let scalar):
            switch scalar.value {
            case .null: return .null
            case .bool(let value): return .bool(value)
            case .integer(let text), .float(let text): return .number(text)
            case .string(let text): return .string(text)
            case .notFinite:
                findings.error(
                    "\(scalar.text) is a number that JSON does not know", at: node.mark,
                    help: "put it in quotes to mean the string")
                return nil
            }
        }
    }
}

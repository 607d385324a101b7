import HTTPServer
import JSON

extension Account {
    /// Bytes above which Emarsys aborts.
    private static var maxAnswerBytes: Int { 2_000_000 }

    /// Looks contacts up: the reference field of the primary key's name, or the only one, has the record's key.
    ///
    /// Nested values are left out, since Emarsys discards items that have them.
    func emarsys(
        _ uuid: String, _ request: HTTPRequest, _ circumstances: Circumstances
    ) throws(APIFailure) -> HTTPResponse {
        let body = try BodyCheck.object(request)
        var check = BodyCheck()
        let contacts = check.required("parameters", of: body, at: ["body"])
            .flatMap { check.elements($0, at: ["body", "parameters"], limit: 1000) }
        for (index, contact) in (contacts ?? []).enumerated() {
            check.contact(contact, at: ["body", "parameters", .number("\(index)")])
        }
        let fields = check.required("fields", of: body, at: ["body"])
            .flatMap { check.fieldNames($0, at: ["body", "fields"]) }
        let limit = check.required("limit", of: body, at: ["body"])
            .flatMap { check.integer($0, at: ["body", "limit"], minimum: 1) }
        try check.finish()

        let connection = try connection(uuid)
        var out = Array("{\"content\":[".utf8)
        var isFirst = true
        for (index, contact) in (contacts ?? []).enumerated() {
            let records: [JSONValue]
            if connection.details != nil {
                // A list is several items for one contact.
                let answered = try circumstances.externalAnswer(index)
                records = Array((answered.arrayValue ?? [answered]).prefix(limit ?? 1))
            } else {
                records = record(of: contact, connection, circumstances).map { [$0] } ?? []
            }
            for record in records where record.objectValue != nil {
                if !isFirst { out.append(UInt8(ascii: ",")) }
                isFirst = false
                item(contact, record, fields: fields ?? [], circumstances).write(to: &out)
            }
        }
        out.append(contentsOf: "]}".utf8)
        guard out.count <= Self.maxAnswerBytes else {
            throw .invalid([
                .custom(["body", "parameters"], "the answer would be larger than 2 MB; ask for less", input: .null)
            ])
        }
        return .json(bytes: out)
    }

    private func record(
        of contact: JSONValue, _ connection: Connection, _ circumstances: Circumstances
    ) -> JSONValue? {
        guard let fields = contact.objectValue,
            let value = contact[connection.primaryKey] ?? (fields.count == 1 ? fields.first?.value : .none),
            let key = RowKey(value), let row = connection.rows.row(circumstances.held(key), now: circumstances.now)
        else { return nil }
        return try? JSONValue.parse(row)
    }

    private func item(
        _ contact: JSONValue, _ record: JSONValue, fields: [String], _ circumstances: Circumstances
    ) -> JSONValue {
        var members = contact.objectValue ?? []
        for field in fields where contact[field] == nil {
            guard let value = record[field] else { continue }
            switch value {
            case .array, .object: continue
            default: members.append(JSONMember(field, value))
            }
        }
        let item = JSONValue.object(members)
        return circumstances.dialects.contains(.emptyAsNull) ? Presentation.emptyAsNull(item) : item
    }
}

extension BodyCheck {
    fileprivate mutating func contact(_ contact: JSONValue, at loc: [JSONValue]) {
        guard let fields = members(contact, at: loc) else { return }
        if fields.isEmpty {
            add(.custom(loc, "at least one reference field is expected", input: contact))
        }
        for field in fields { _ = string(field.value, at: loc + [.string(field.key)]) }
    }

    fileprivate mutating func fieldNames(_ value: JSONValue, at loc: [JSONValue]) -> [String]? {
        elements(value, at: loc, limit: .max)?.enumerated().compactMap { index, element in
            let place = loc + [.number("\(index)")]
            guard let name = string(element, at: place) else { return nil }
            let isName = name.utf8.enumerated().allSatisfy { offset, byte in
                (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
                    || offset > 0 && (byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte))
            }
            if name.isEmpty || !isName {
                add(
                    ValidationProblem(
                        loc: place, type: "string_pattern_mismatch",
                        message: "String should match pattern '^[A-Za-z][A-Za-z0-9_]*$'", input: element,
                        context: ["pattern": "^[A-Za-z][A-Za-z0-9_]*$"]))
            }
            return name
        }
    }
}

import HTTPServer
import JSON

extension Account {
    func query(
        _ uuid: String, _ request: HTTPRequest, _ circumstances: Circumstances
    ) throws(APIFailure) -> HTTPResponse {
        let query = try BodyCheck.object(request)
        var check = BodyCheck()
        check.query(query, at: ["body"])
        try check.finish()
        let connection = try connection(uuid)
        return .json(bytes: Self.wrapped(try record(query, 0, of: connection, at: ["body"], circumstances)))
    }

    func batchQuery(
        _ uuid: String, _ request: HTTPRequest, _ circumstances: Circumstances
    ) throws(APIFailure) -> HTTPResponse {
        let body = try BodyCheck.object(request)
        var check = BodyCheck()
        let loc: [JSONValue] = ["body", "queries"]
        let queries = check.required("queries", of: body, at: ["body"])
            .flatMap { check.elements($0, at: loc, limit: 1000) }
        if queries?.isEmpty == true {
            check.add(
                ValidationProblem(
                    loc: loc, type: "too_short",
                    message: "List should have at least 1 item after validation, not 0", input: [],
                    context: ["field_type": "List", "min_length": 1, "actual_length": 0]))
        }
        for (index, query) in (queries ?? []).enumerated() { check.query(query, at: loc + [.number("\(index)")]) }
        try check.finish()

        let connection = try connection(uuid)
        var out = Array("{\"results\":[".utf8)
        for (index, query) in (queries ?? []).enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            do throws(APIFailure) {
                let place = loc + [.number("\(index)")]
                out.append(contentsOf: Self.wrapped(try record(query, index, of: connection, at: place, circumstances)))
            } catch {
                JSONValue.object([JSONMember("error", .string(Self.reason(of: error)))]).write(to: &out)
            }
        }
        out.append(contentsOf: "]}".utf8)
        return .json(bytes: out)
    }

    /// The fields seen in the data, in the order in which they were first seen.
    func schema(_ uuid: String, _ circumstances: Circumstances) throws(APIFailure) -> HTTPResponse {
        let connection = try connection(uuid)
        var fields = FieldTypes()
        connection.rows.forEach(now: circumstances.now) { row, _ in fields.see(row) }
        return .json(["fields": fields.json])
    }

    /// The bytes of the record that a query asks for.
    private func record(
        _ query: JSONValue, _ index: Int, of connection: Connection, at loc: [JSONValue], _ circumstances: Circumstances
    ) throws(APIFailure) -> [UInt8] {
        var check = BodyCheck()
        if let details = connection.details {
            let values = query["placeholder_values"] ?? [:]
            for name in Placeholders.names(in: details) where values[name] == nil {
                check.add(.missing(loc + ["placeholder_values", .string(name)], in: values))
            }
            try check.finish()
            var out: [UInt8] = []
            try circumstances.externalAnswer(index).write(to: &out)
            return out
        }
        if query["primary_key"] == .string("") { throw .notFound("Record") }
        let key = check.required("primary_key", of: query, at: loc)
            .flatMap { check.recordKey($0, at: loc + ["primary_key"]) }
        try check.finish()
        guard let key, let row = connection.rows.row(circumstances.held(key), now: circumstances.now) else {
            throw .notFound("Record")
        }
        guard circumstances.dialects.contains(.emptyAsNull), let record = try? JSONValue.parse(row) else {
            return Array(row)
        }
        var out: [UInt8] = []
        Presentation.emptyAsNull(record).write(to: &out)
        return out
    }

    private static func wrapped(_ record: [UInt8]) -> [UInt8] {
        Array("{\"data\":".utf8) + record + [UInt8(ascii: "}")]
    }

    private static func reason(of failure: APIFailure) -> String {
        switch failure {
        case .status(_, let detail): detail
        case .invalid(let problems): problems.map(\.message).joined(separator: "; ")
        }
    }
}

extension BodyCheck {
    /// What stands in a query, whichever kind of connection it is for.
    fileprivate mutating func query(_ query: JSONValue, at loc: [JSONValue]) {
        guard query.objectValue != nil else { return add(Self.notObject(loc, query)) }
        if let key = query["primary_key"], key != .string("") { _ = recordKey(key, at: loc + ["primary_key"]) }
        guard let values = query["placeholder_values"] else { return }
        let place = loc + ["placeholder_values"]
        for member in members(values, at: place) ?? [] {
            switch member.value {
            case .string, .number, .bool: continue
            default:
                add(
                    ValidationProblem(
                        loc: place + [.string(member.key)], type: "string_type",
                        message: "Input should be a valid string, number or boolean", input: member.value))
            }
        }
    }
}

/// The types of the fields of records, by their first bytes.
struct FieldTypes {
    private var names: [String] = []
    private var types: [String: String] = [:]

    /// Takes a record in. A field that is null now and then has the type of its other values.
    mutating func see(_ row: ArraySlice<UInt8>) {
        row.withUnsafeBufferPointer { bytes in
            var scanner = JSONScanner(bytes)
            // Stored records were scanned once already, so nothing is thrown here.
            try? scanner.object { (scanner, name) throws(JSONScanner.Malformed) in
                let kind = try scanner.peekKind()
                let place = try scanner.value()
                note(RecordReader.text(bytes, name), Self.type(kind, bytes[place]))
            }
        }
    }

    var json: JSONValue {
        .array(names.map { ["name": .string($0), "type": .string(types[$0] ?? "null")] })
    }

    private mutating func note(_ name: String, _ type: String) {
        guard let known = types[name] else {
            names.append(name)
            types[name] = type
            return
        }
        if known == type || type == "null" || known == "mixed" { return }
        let areNumbers = Set([known, type]) == ["integer", "number"]
        types[name] = known == "null" ? type : areNumbers ? "number" : "mixed"
    }

    private static func type(_ kind: JSONScanner.Kind, _ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        switch kind {
        case .object: "object"
        case .array: "array"
        case .string: "string"
        case .bool: "boolean"
        case .null: "null"
        case .number: bytes.contains { ".eE".utf8.contains($0) } ? "number" : "integer"
        }
    }
}

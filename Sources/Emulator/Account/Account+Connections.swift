import HTTPServer
import JSON

extension Account {
    func list(_ circumstances: Circumstances) -> HTTPResponse {
        let dialects = circumstances.dialects
        let items = listed(circumstances).map { connection -> JSONValue in
            guard dialects.contains(.bareListItems) else { return presented(connection, circumstances) }
            return [
                "data_connection_uuid": .string(connection.uuid), "name": .string(connection.name),
                "primary_key": .string(connection.primaryKey),
            ]
        }
        if dialects.contains(.pagedList) {
            let pages = max(1, (items.count + 1) / 2)
            return .json([
                "items": .array(Array(items.prefix(2))), "total": .number("\(items.count)"), "page": 1, "size": 2,
                "pages": .number("\(pages)"),
            ])
        }
        if dialects.contains(.wrappedList) { return .json(["connections": .array(items)]) }
        if dialects.contains(.wrappedListItems) { return .json(["items": .array(items)]) }
        if dialects.contains(.wrappedListData) { return .json(["data": .array(items)]) }
        return .json(.array(items))
    }

    func create(_ request: HTTPRequest, _ circumstances: Circumstances) throws(APIFailure) -> HTTPResponse {
        let body = try BodyCheck.object(request)
        var check = BodyCheck()
        let name = check.required("name", of: body, at: ["body"])
            .flatMap { check.string($0, at: ["body", "name"], minLength: 1) }
        let primaryKey = check.required("primary_key", of: body, at: ["body"])
            .flatMap { check.string($0, at: ["body", "primary_key"], minLength: 1) }
        let description = Self.description(of: body, &check)
        let details = body["external_api_details"].flatMap { check.details($0) }
        try check.finish()

        let uuid = circumstances.newUUID()
        rememberList(circumstances)
        try commit(
            .create(
                uuid: uuid, name: name ?? "", primaryKey: primaryKey ?? "",
                description: description.map { stored($0, circumstances) }, details: details))
        return .json(["data_connection_uuid": .string(uuid)])
    }

    func update(
        _ uuid: String, _ request: HTTPRequest, _ circumstances: Circumstances
    ) throws(APIFailure) -> HTTPResponse {
        let body = try BodyCheck.object(request)
        let dialects = circumstances.dialects
        let replaces = dialects.contains(.replacingPut)
        var check = BodyCheck()
        if replaces { _ = check.required("name", of: body, at: ["body"]) }
        let name = body["name"].flatMap { check.string($0, at: ["body", "name"], minLength: 1) }
        let description = Self.description(of: body, &check)
        var details = body["external_api_details"].flatMap { check.details($0) }
        try check.finish()

        let connection = try connection(uuid)
        if let key = body["primary_key"], key.stringValue?.utf8.elementsEqual(connection.primaryKey.utf8) != true {
            throw .invalid([.custom(["body", "primary_key"], "primary_key cannot be changed", input: key)])
        }
        if dialects.contains(.putIgnoresDetails) || (body["external_api_details"] == nil && !replaces) {
            details = connection.details
        }
        let newDescription =
            body["description"] == nil && !replaces
            ? connection.description : description.map { stored($0, circumstances) }
        rememberList(circumstances)
        try commit(
            .define(uuid: uuid, name: name ?? connection.name, description: newDescription, details: details))
        if dialects.contains(.putEmptyAnswer) { return HTTPResponse(status: 200) }
        return .json(presented(try self.connection(uuid), circumstances))
    }

    func delete(_ uuid: String, _ circumstances: Circumstances) throws(APIFailure) -> HTTPResponse {
        _ = try connection(uuid)
        rememberList(circumstances)
        try commit(.delete(uuid: uuid))
        return HTTPResponse(status: 204)
    }

    /// The definition as the service shows it.
    func presented(_ connection: Connection, _ circumstances: Circumstances) -> JSONValue {
        var shown = connection
        shown.details = shown.details.map { Presentation.details($0, circumstances.dialects) }
        return circumstances.dialects.contains(.emptyAsNull) ? Presentation.emptyAsNull(shown.json) : shown.json
    }

    private static func description(of body: JSONValue, _ check: inout BodyCheck) -> String? {
        guard let value = body["description"], !value.isNull else { return nil }
        return check.string(value, at: ["body", "description"])
    }

    /// The description as the service keeps it.
    private func stored(_ description: String, _ circumstances: Circumstances) -> String {
        var scalars = Substring(description).unicodeScalars
        if circumstances.dialects.contains(.trimmedDescriptions) {
            while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
            while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        }
        if circumstances.dialects.contains(.truncatedDescriptions) { scalars = scalars.prefix(64) }
        return String(String.UnicodeScalarView(scalars))
    }
}

/// How stored values look in answers.
enum Presentation {
    /// External API details with the contract's default, or what the dialects make of them.
    static func details(_ details: JSONValue, _ dialects: Set<Dialect>) -> JSONValue {
        guard var members = details.objectValue else { return details }
        var defaults: [(String, JSONValue)] = [("ttl", 30)]
        if dialects.contains(.defaultsFilled) {
            defaults += [("timeout", 10), ("retries", 0), ("is_batch_endpoint", false)]
        }
        for (key, value) in defaults where details[key] == nil { members.append(JSONMember(key, value)) }
        if dialects.contains(.maskedHeaders) {
            members = members.map { $0.key == "headers" ? JSONMember($0.key, masked($0.value)) : $0 }
        }
        return .object(members)
    }

    /// The same document with null in the place of empty strings.
    static func emptyAsNull(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(""): .null
        case .array(let elements): .array(elements.map(emptyAsNull))
        case .object(let members): .object(members.map { JSONMember($0.key, emptyAsNull($0.value)) })
        default: value
        }
    }

    private static func masked(_ headers: JSONValue) -> JSONValue {
        guard let members = headers.objectValue else { return headers }
        return .object(
            members.map { member in
                let isShown = ["accept", "content-type"].contains(member.key.lowercased())
                return isShown ? member : JSONMember(member.key, "********")
            })
    }
}

import HTTPServer
import JSON

/// Collects every problem of a request body, as FastAPI does, and hands out the values that are fine.
struct BodyCheck {
    private(set) var problems: [ValidationProblem] = []

    mutating func add(_ problem: ValidationProblem) { problems.append(problem) }

    /// Throws all that was found.
    func finish() throws(APIFailure) {
        if !problems.isEmpty { throw .invalid(problems) }
    }

    // MARK: The document

    /// The body as a document.
    static func document(_ request: HTTPRequest) throws(APIFailure) -> JSONValue {
        try checkType(of: request)
        do {
            return try JSONValue.parse(request.body)
        } catch {
            throw invalidJSON(error.message, at: error.offset)
        }
    }

    /// The body as an object.
    static func object(_ request: HTTPRequest) throws(APIFailure) -> JSONValue {
        let document = try document(request)
        guard case .object = document else { throw .invalid([notObject(["body"], document)]) }
        return document
    }

    /// A body must be there and, where it names a type, be JSON.
    static func checkType(of request: HTTPRequest) throws(APIFailure) {
        if request.body.isEmpty { throw .invalid([.missing(["body"], in: .null)]) }
        guard let type = request.headers["Content-Type"] else { return }
        let essence = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        guard essence == "application/json" || (essence.hasPrefix("application/") && essence.hasSuffix("+json")) else {
            let input = JSONValue.string(String(decoding: request.body.prefix(1024), as: UTF8.self))
            throw .invalid([notObject(["body"], input)])
        }
    }

    static func invalidJSON(_ message: String, at offset: Int) -> APIFailure {
        .invalid([
            ValidationProblem(
                loc: ["body", .number("\(offset)")], type: "json_invalid", message: "JSON decode error", input: [:],
                context: ["error": .string(message)])
        ])
    }

    static func notObject(_ loc: [JSONValue], _ input: JSONValue) -> ValidationProblem {
        ValidationProblem(
            loc: loc, type: "model_attributes_type",
            message: "Input should be a valid dictionary or object to extract fields from", input: input)
    }

    // MARK: Fields

    /// A member that must be there; nil, with a problem, where it is not.
    mutating func required(_ key: String, of object: JSONValue, at loc: [JSONValue]) -> JSONValue? {
        let value = object[key]
        if value == nil { add(.missing(loc + [.string(key)], in: object)) }
        return value
    }

    mutating func string(_ value: JSONValue, at loc: [JSONValue], minLength: Int = 0) -> String? {
        guard let text = value.stringValue else {
            add(
                ValidationProblem(
                    loc: loc, type: "string_type", message: "Input should be a valid string", input: value))
            return nil
        }
        guard text.unicodeScalars.count >= minLength else {
            add(
                ValidationProblem(
                    loc: loc, type: "string_too_short",
                    message: "String should have at least \(minLength) character\(minLength == 1 ? "" : "s")",
                    input: value, context: ["min_length": .number("\(minLength)")]))
            return nil
        }
        return text
    }

    mutating func integer(_ value: JSONValue, at loc: [JSONValue], minimum: Int) -> Int? {
        guard let number = value.intValue ?? Self.whole(value) else {
            add(ValidationProblem(loc: loc, type: "int_type", message: "Input should be a valid integer", input: value))
            return nil
        }
        guard number >= minimum else {
            add(
                ValidationProblem(
                    loc: loc, type: "greater_than_equal",
                    message: "Input should be greater than or equal to \(minimum)", input: value,
                    context: ["ge": .number("\(minimum)")]))
            return nil
        }
        return number
    }

    /// A number such as `5.0` or `1e3` is an integer to JSON Schema, and to FastAPI.
    private static func whole(_ value: JSONValue) -> Int? {
        guard case .number(let text) = value, let number = Double(text), number.magnitude < 9e15 else { return nil }
        return Int(exactly: number)
    }

    mutating func bool(_ value: JSONValue, at loc: [JSONValue]) -> Bool? {
        if value.boolValue == nil {
            add(
                ValidationProblem(loc: loc, type: "bool_type", message: "Input should be a valid boolean", input: value)
            )
        }
        return value.boolValue
    }

    mutating func uuid(_ value: JSONValue, at loc: [JSONValue]) -> String? {
        let uuid = value.stringValue.flatMap(UUIDText.normal)
        if uuid == nil { add(Self.badUUID(value, at: loc)) }
        return uuid
    }

    mutating func members(_ value: JSONValue, at loc: [JSONValue]) -> [JSONMember]? {
        if value.objectValue == nil {
            add(
                ValidationProblem(
                    loc: loc, type: "dict_type", message: "Input should be a valid dictionary", input: value))
        }
        return value.objectValue
    }

    mutating func elements(_ value: JSONValue, at loc: [JSONValue], limit: Int) -> [JSONValue]? {
        guard let elements = value.arrayValue else {
            add(ValidationProblem(loc: loc, type: "list_type", message: "Input should be a valid list", input: value))
            return nil
        }
        guard elements.count <= limit else {
            add(.tooLong(loc, limit: limit, count: elements.count, input: value))
            return nil
        }
        return elements
    }

    /// A record's key: a string that is not empty, or a number; 1 and "1" are the same key.
    mutating func recordKey(_ value: JSONValue, at loc: [JSONValue]) -> RowKey? {
        if let key = RowKey(value) { return key }
        add(
            ValidationProblem(
                loc: loc, type: "string_type", message: "Input should be a valid string or number that is not empty",
                input: value))
        return nil
    }

    static func badUUID(_ value: JSONValue, at loc: [JSONValue]) -> ValidationProblem {
        ValidationProblem(
            loc: loc, type: "uuid_parsing", message: "Input should be a valid UUID, invalid length or character",
            input: value)
    }
}

import HTTPServer
import JSON

/// An answer that is not a success.
enum APIFailure: Error {
    /// 422 in FastAPI's form.
    case invalid([ValidationProblem])
    /// That status with `{"detail": "…"}`.
    case status(Int, String)

    static func notFound(_ what: String) -> APIFailure { .status(404, "\(what) not found") }

    var response: HTTPResponse {
        switch self {
        case .invalid(let problems): .json(["detail": .array(problems.map(\.json))], status: 422)
        case .status(let status, let detail): .json(["detail": .string(detail)], status: status)
        }
    }
}

/// One entry of a 422's `detail`, as FastAPI with pydantic 2 writes it.
struct ValidationProblem {
    var loc: [JSONValue]
    var type: String
    var message: String
    /// What was sent in that place. FastAPI echoes it, secrets included, so the emulator does.
    var input: JSONValue = .null
    var context: JSONValue?

    var json: JSONValue {
        var members = [
            JSONMember("type", .string(type)), JSONMember("loc", .array(loc)), JSONMember("msg", .string(message)),
            JSONMember("input", input),
        ]
        if let context { members.append(JSONMember("ctx", context)) }
        return .object(members)
    }

    static func missing(_ loc: [JSONValue], in parent: JSONValue) -> ValidationProblem {
        ValidationProblem(loc: loc, type: "missing", message: "Field required", input: parent)
    }

    static func custom(_ loc: [JSONValue], _ message: String, input: JSONValue) -> ValidationProblem {
        ValidationProblem(loc: loc, type: "value_error", message: "Value error, \(message)", input: input)
    }

    static func tooLong(_ loc: [JSONValue], limit: Int, count: Int, input: JSONValue) -> ValidationProblem {
        ValidationProblem(
            loc: loc, type: "too_long",
            message: "List should have at most \(limit) items after validation, not \(count)", input: input,
            context: ["field_type": "List", "max_length": .number("\(limit)"), "actual_length": .number("\(count)")])
    }
}

extension HTTPResponse {
    static func json(_ value: JSONValue, status: Int = 200) -> HTTPResponse {
        var bytes: [UInt8] = []
        value.write(to: &bytes)
        return .json(bytes: bytes, status: status)
    }

    static func json(bytes: [UInt8], status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: bytes)
    }
}

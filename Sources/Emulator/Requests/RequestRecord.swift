import JSON

/// What the list of requests shows of one API request: neither keys, header values, query nor body.
struct RequestRecord: Sendable {
    let number: Int
    let method: String
    let path: String
    let bodyBytes: Int
    var fault: String?
    /// Nil while it is under way. For a connection that was cut, the status that was not sent.
    var status: Int?

    var json: JSONValue {
        [
            "number": .number("\(number)"), "method": .string(method), "path": .string(path),
            "body_bytes": .number("\(bodyBytes)"), "fault": fault.map { .string($0) } ?? .null,
            "status": status.map { .number("\($0)") } ?? .null,
        ]
    }
}

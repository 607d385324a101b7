extension HTTPResponse {
    /// Whether the status forbids a body (RFC 9110, section 6.4.1).
    var isBodiless: Bool { status == 204 || status == 304 || (100..<200).contains(status) }

    /// The status line and the header fields, up to and with the empty line.
    func head(closes: Bool) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(256)
        out.append(contentsOf: "HTTP/1.1 \(status) \(Self.reason(of: status))\r\n".utf8)
        for field in headers.fields where !Self.isOwn(field.name) {
            out.append(contentsOf: field.name.utf8)
            out.append(contentsOf: ": ".utf8)
            // A line break in a value would let a handler's data write header fields of its own.
            out.append(contentsOf: field.value.utf8.map { $0 < 0x20 && $0 != ASCII.tab ? ASCII.space : $0 })
            out.append(contentsOf: "\r\n".utf8)
        }
        if !isBodiless { out.append(contentsOf: "Content-Length: \(body.count)\r\n".utf8) }
        if closes { out.append(contentsOf: "Connection: close\r\n".utf8) }
        out.append(contentsOf: "\r\n".utf8)
        return out
    }

    private static func isOwn(_ name: String) -> Bool {
        ["content-length", "transfer-encoding", "connection"].contains(name.lowercased())
    }

    private static func reason(of status: Int) -> String {
        reasons[status] ?? "Status"
    }

    private static let reasons: [Int: String] = [
        100: "Continue", 200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 301: "Moved Permanently",
        302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect",
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        408: "Request Timeout", 409: "Conflict", 413: "Content Too Large", 414: "URI Too Long",
        417: "Expectation Failed", 422: "Unprocessable Entity", 429: "Too Many Requests",
        431: "Request Header Fields Too Large", 500: "Internal Server Error", 501: "Not Implemented",
        502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
    ]
}

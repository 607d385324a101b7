/// Request line and header fields, checked, and what they say about the body.
struct RequestHead {
    enum Framing: Hashable {
        case none
        case length(Int)
        case chunked
    }

    let method: String
    let target: String
    let isHTTP10: Bool
    let headers: HTTPHeaders
    let framing: Framing

    /// Reads a header that a `HeadScanner` found: lines end with CR LF, the last is empty.
    init(parsing bytes: ArraySlice<UInt8>, limits: HTTPLimits) throws(HTTPRejection) {
        var lines = bytes.split(separator: ASCII.lineFeed).map { $0.dropLast() }[...]
        if lines.first?.isEmpty == true { lines.removeFirst() }
        guard let requestLine = lines.popFirst() else { throw .malformed("a request line is expected") }
        (method, target, isHTTP10) = try Self.requestLine(requestLine, limits: limits)

        var headers = HTTPHeaders()
        for line in lines where !line.isEmpty { headers.fields.append(try Self.field(line)) }
        self.headers = headers
        framing = try Self.framing(headers, isHTTP10: isHTTP10, limits: limits)

        let hosts = headers.values(of: "Host").count
        if hosts > 1 || (hosts == 0 && !isHTTP10) { throw .malformed("one Host field is expected") }
    }

    /// Whether the client wants the connection closed after the answer.
    var wantsClose: Bool {
        let options = headers.values(of: "Connection").joined(separator: ",").lowercased()
            .split { $0 == "," || $0 == " " || $0 == "\t" }
        return options.contains("close") || (isHTTP10 && !options.contains("keep-alive"))
    }

    private static func requestLine(
        _ line: ArraySlice<UInt8>, limits: HTTPLimits
    ) throws(HTTPRejection) -> (method: String, target: String, isHTTP10: Bool) {
        let parts = line.split(separator: ASCII.space, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, parts[0].allSatisfy(ASCII.isToken) else {
            throw .malformed("a request line such as GET /path HTTP/1.1 is expected")
        }
        let version = String(decoding: parts[2], as: UTF8.self)
        guard version == "HTTP/1.1" || version == "HTTP/1.0" else {
            if version.hasPrefix("HTTP/") { throw HTTPRejection(505, "only HTTP/1.1 and HTTP/1.0 are spoken here") }
            throw .malformed("a request line such as GET /path HTTP/1.1 is expected")
        }
        if parts[1].count > limits.targetBytes {
            throw HTTPRejection(414, "the request target is longer than \(limits.targetBytes) bytes")
        }
        let method = String(decoding: parts[0], as: UTF8.self)
        return (method, try target(parts[1], method: method), version == "HTTP/1.0")
    }

    private static func target(_ bytes: ArraySlice<UInt8>, method: String) throws(HTTPRejection) -> String {
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw .malformed("a character in the request target that must be percent-encoded")
        }
        var text = String(decoding: bytes, as: UTF8.self)[...]
        if text == "*", method == "OPTIONS" { return "*" }
        for scheme in ["http://", "https://"] where text.lowercased().hasPrefix(scheme) {
            text = text.dropFirst(scheme.count).drop { $0 != "/" && $0 != "?" }
            if !text.hasPrefix("/") { text = "/" + text }
        }
        guard text.hasPrefix("/") else { throw .malformed("a request target that begins with / is expected") }
        guard PercentCoding.decode(text.prefix { $0 != "?" }) != nil else {
            throw .malformed("a bad percent-encoding in the request target")
        }
        return String(text)
    }

    private static func field(_ line: ArraySlice<UInt8>) throws(HTTPRejection) -> HTTPHeaders.Field {
        if line.first == ASCII.space || line.first == ASCII.tab { throw .malformed("a folded header field") }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy(ASCII.isToken)
        else { throw .malformed("a header field such as Name: value is expected") }
        var value = line[(colon + 1)...]
        while let first = value.first, first == ASCII.space || first == ASCII.tab { value.removeFirst() }
        while let last = value.last, last == ASCII.space || last == ASCII.tab { value.removeLast() }
        guard value.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == ASCII.tab }) else {
            throw .malformed("a control character in a header field")
        }
        return HTTPHeaders.Field(
            String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    private static func framing(
        _ headers: HTTPHeaders, isHTTP10: Bool, limits: HTTPLimits
    ) throws(HTTPRejection) -> Framing {
        let lengths = headers.values(of: "Content-Length")
        let codings = headers.values(of: "Transfer-Encoding")
        if let coding = codings.first {
            guard lengths.isEmpty else { throw .malformed("both Content-Length and Transfer-Encoding") }
            guard codings.count == 1, !isHTTP10 else { throw .malformed("an unexpected Transfer-Encoding") }
            guard coding.lowercased() == "chunked" else {
                throw HTTPRejection(501, "only the transfer coding chunked is known")
            }
            return .chunked
        }
        guard let length = lengths.first else { return .none }
        guard lengths.count == 1, !length.isEmpty, length.utf8.allSatisfy(ASCII.isDigit) else {
            throw .malformed("one Content-Length of digits is expected")
        }
        guard let count = Int(length), count <= limits.bodyBytes else {
            throw HTTPRejection(413, "the body is larger than \(limits.bodyBytes) bytes")
        }
        return count == 0 ? .none : .length(count)
    }
}

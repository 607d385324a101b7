/// One request, its body read whole.
package struct HTTPRequest: Sendable, Hashable {
    /// The method as sent, such as `GET`.
    package var method: String
    /// The request target as sent: path and query, percent-encoded.
    package var target: String
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(method: String, target: String, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// The target without its query, still percent-encoded.
    package var path: String {
        String(target.prefix { $0 != "?" })
    }

    /// The path between its slashes, percent-decoded: `/a/b%2Fc` is `["a", "b/c"]`, and `/a/` is `["a", ""]`.
    package var pathSegments: [String] {
        path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
            PercentCoding.decode($0) ?? String($0)
        }
    }

    /// Names and values of the query in order, percent-decoded, `+` as a blank. A name without `=` has the value "".
    package var query: [(name: String, value: String)] {
        guard let mark = target.firstIndex(of: "?") else { return [] }
        return target[target.index(after: mark)...].split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let texts = parts.map { part in
                let spaced = Substring(part.map { $0 == "+" ? " " : $0 })
                return PercentCoding.decode(spaced) ?? String(part)
            }
            return (texts[0], texts.count > 1 ? texts[1] : "")
        }
    }
}

/// Percent-encoding of RFC 3986.
enum PercentCoding {
    /// The decoded text; nil where a `%` is not followed by two digits, or the bytes are not UTF-8.
    static func decode(_ text: Substring) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            if byte != UInt8(ascii: "%") {
                bytes.append(byte)
                continue
            }
            guard let first = iterator.next().flatMap(ASCII.hexValue),
                let second = iterator.next().flatMap(ASCII.hexValue)
            else { return nil }
            bytes.append(UInt8(first << 4 | second))
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

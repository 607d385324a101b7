/// The parts of a URL that can hold credentials, found byte by byte: ten thousand manifests have one each.
struct URLParts {
    /// What stands between a user and the host.
    private(set) var password: String?
    /// Names and values of the query that have both.
    private(set) var parameters: [(name: String, value: String)] = []

    init(_ url: String) {
        let bytes = url.utf8
        if bytes.contains(UInt8(ascii: "@")), let scheme = bytes.firstRange(of: "://".utf8) {
            let authority = bytes[scheme.upperBound...].prefix { !"/?#".utf8.contains($0) }
            if let at = authority.lastIndex(of: UInt8(ascii: "@")),
                let colon = authority[..<at].firstIndex(of: UInt8(ascii: ":"))
            {
                password = String(Substring(authority[authority.index(after: colon)..<at]))
            }
        }
        guard let mark = bytes.firstIndex(of: UInt8(ascii: "?")) else { return }
        let query = bytes[bytes.index(after: mark)...].prefix { $0 != UInt8(ascii: "#") }
        for part in query.split(separator: UInt8(ascii: "&")) {
            let part = part.drop { $0 == UInt8(ascii: "=") }
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let value = part[part.index(after: equals)...]
            if !value.isEmpty {
                parameters.append((String(Substring(part[..<equals])), String(Substring(value))))
            }
        }
    }
}

/// Whether a text is an absolute http or https URL, as far as the service could call it.
enum URLShape {
    /// What is wrong with the URL, as the end of a sentence without any part of it, since it may hold a secret; nil
    /// for a good one.
    ///
    /// - Parameters:
    ///   - url: With placeholders set aside as `x`.
    ///   - schemeIsOpen: Whether it begins with something set aside, which may be the scheme and the host.
    static func problem(with url: String, schemeIsOpen: Bool) -> String? {
        if url.isEmpty { return "must not be empty" }
        if url.unicodeScalars.contains(where: { $0.isBlank || $0.isControl }) {
            return "must not hold blanks or control characters"
        }
        let head = String(decoding: url.utf8.prefix(8), as: UTF8.self).lowercased()
        guard let scheme = ["https://", "http://"].first(where: { head.utf8.starts(with: $0.utf8) }) else {
            return schemeIsOpen ? nil : "must begin with https:// or http://"
        }
        var host = url.utf8.dropFirst(scheme.utf8.count).prefix { !"/?#\\".utf8.contains($0) }
        if let at = host.lastIndex(of: UInt8(ascii: "@")) { host = host[host.index(after: at)...] }
        var port: Substring.UTF8View?
        if host.first == UInt8(ascii: "["), let close = host.firstIndex(of: UInt8(ascii: "]")) {
            let rest = host[host.index(after: close)...]
            if !rest.isEmpty, rest.first != UInt8(ascii: ":") { return "has an invalid host" }
            port = rest.isEmpty ? nil : rest.dropFirst()
            host = host[...close]
        } else if let colon = host.firstIndex(of: UInt8(ascii: ":")) {
            port = host[host.index(after: colon)...]
            host = host[..<colon]
        }
        if host.isEmpty { return "has no host" }
        // A port that is set aside stands here as an x.
        if let port = port.map(Substring.init), port != "x",
            !((Int(port).map { (1...65535).contains($0) }) ?? port.isEmpty)
        {
            return "has an invalid port"
        }
        return nil
    }
}

import Foundation
import Model

/// The rules for the URL of the service.
package enum BaseURL {
    /// The one form of all spellings of a URL: scheme and host in lower case, no default port, no slash at the end.
    ///
    /// Errors: a `Diagnostic` for anything but https, or http to this machine itself, and for a user, a password, a
    /// query or a fragment in the URL. Passwords are not repeated in it.
    package static func normalForm(of text: String) throws(Diagnostic) -> String {
        guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(), let host = url.host,
            !host.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw problem("the API URL is not an absolute URL", "give it as \(APIClientConfiguration.productionURL)")
        }
        guard url.user == nil, url.password == nil else {
            throw problem("the API URL holds a user or a password", "keys have options of their own")
        }
        guard url.query == nil, url.fragment == nil else {
            throw problem("the API URL \(text) holds a query or a fragment", "end the URL with its path")
        }
        let plainHost = host.lowercased()
        switch scheme {
        case "https": break
        case "http" where isLoopback(plainHost): break
        case "http":
            throw problem(
                "the API URL \(text) would send the keys unencrypted",
                "use https; plain http is only for 127.0.0.0/8, [::1] and localhost")
        default: throw problem("the API URL \(text) is neither https nor http", "use https")
        }
        if let port = url.port, !(1...65535).contains(port) {
            throw problem("the API URL \(text) holds a port that does not exist", "use a port from 1 to 65535")
        }
        let port = url.port.flatMap { $0 == (scheme == "https" ? 443 : 80) ? nil : ":\($0)" } ?? ""
        var path = url.percentEncodedPath[...]
        while path.hasSuffix("/") { path = path.dropLast() }
        return "\(scheme)://\(bracketed(plainHost))\(port)\(path)"
    }

    /// Whether a host, lower case, is this machine itself: 127.0.0.0/8 in four decimal numbers, ::1, or localhost.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        // Leading zeros and short forms are read differently by different resolvers.
        let numbers = parts.compactMap { part in UInt8(part).flatMap { String($0) == part ? $0 : nil } }
        return parts.count == 4 && numbers.count == 4 && numbers[0] == 127
    }

    private static func bracketed(_ host: String) -> String {
        host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    }

    private static func problem(_ message: String, _ help: String) -> Diagnostic {
        Diagnostic(.error, message, help: help)
    }
}

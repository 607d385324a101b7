/// Where the status endpoint listens: `127.0.0.1:9464` or `unix:PATH`.
package enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    case tcp(host: String, port: UInt16)
    case unix(path: String)

    /// Why a text is no address that may be listened at.
    package struct Problem: Error, Sendable, Hashable {
        package var message: String
        package var help: String
    }

    /// Reads the value of `--listen`. Errors: what it should look like, or that others could reach it.
    package init(_ text: String, anywhere: Bool) throws(Problem) {
        let help = "give 127.0.0.1:9464 or unix:/run/reconcile/status.sock"
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst("unix:".count))
            guard path.hasPrefix("/") else {
                throw Problem(message: "the path of the Unix socket \"\(path)\" is not absolute", help: help)
            }
            self = .unix(path: path)
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = UInt16(parts[1]), let bytes = Self.ipv4(String(parts[0])) else {
            throw Problem(message: "\"\(text)\" is not an address and port", help: help)
        }
        guard bytes[0] == 127 || anywhere else {
            throw Problem(
                message: "\(text) can be reached from other machines, and the status names every connection",
                help: "listen on 127.0.0.1, or give --listen-anywhere too if that is meant")
        }
        self = .tcp(host: bytes.map(String.init).joined(separator: "."), port: port)
    }

    private static func ipv4(_ host: String) -> [UInt8]? {
        if host == "localhost" { return [127, 0, 0, 1] }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && !parts.contains(nil) ? parts.compactMap { $0 } : nil
    }

    package var description: String {
        switch self {
        case .tcp(let host, let port): "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

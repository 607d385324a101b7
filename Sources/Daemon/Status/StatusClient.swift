import HTTPServer

/// Asks a daemon's status endpoint, over loopback or a Unix socket.
package enum StatusClient {
    /// Why there is no answer.
    package typealias Problem = LocalClient.Problem

    private static let limit = 64 << 20

    /// The body of a 200. Errors: `Problem`, after five seconds of silence too.
    package static func get(_ path: String, from address: ListenAddress) throws(Problem) -> [UInt8] {
        let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        return try body(of: LocalClient.exchange(Array(request.utf8), with: address.forClients, limit: limit))
    }

    private static func body(of answer: [UInt8]) throws(Problem) -> [UInt8] {
        guard answer.starts(with: Array("HTTP/1.1 200 ".utf8)) else {
            throw Problem(description: "the answer is not a status of reconcile")
        }
        let end = Array("\r\n\r\n".utf8)
        for index in answer.indices where answer[index...].starts(with: end) {
            return Array(answer[(index + end.count)...])
        }
        throw Problem(description: "the answer is cut")
    }
}

extension ListenAddress {
    fileprivate var forClients: LocalClient.Address {
        switch self {
        case .tcp(let host, let port): .tcp(host: host, port: port)
        case .unix(let path): .unix(path: path)
        }
    }
}

import Glibc

/// Asks a daemon's status endpoint, over loopback or a Unix socket.
package enum StatusClient {
    /// Why there is no answer.
    package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        package var description: String
    }

    private static let limit = 64 << 20

    /// The body of a 200. Errors: `Problem`, after five seconds of silence too.
    package static func get(_ path: String, from address: ListenAddress) throws(Problem) -> [UInt8] {
        let descriptor = try connect(address)
        defer { close(descriptor) }
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)[...]
        while !request.isEmpty {
            let count = request.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0 {
                if errno == EINTR { continue }
                throw problem("send")
            }
            request = request.dropFirst(count)
        }
        return try body(of: try readAll(descriptor))
    }

    private static func readAll(_ descriptor: Int32) throws(Problem) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while bytes.count < limit {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw problem("recv")
            }
            bytes += buffer[..<count]
        }
        throw Problem(description: "the answer is too long")
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

    private static func connect(_ address: ListenAddress) throws(Problem) -> Int32 {
        switch address {
        case .tcp(let host, let port):
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            inet_pton(AF_INET, host, &name.sin_addr)
            return try connect(AF_INET, &name)
        case .unix(let path):
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            guard path.utf8.count < MemoryLayout.size(ofValue: name.sun_path) else {
                throw Problem(description: "the path of the socket is too long")
            }
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
            return try connect(AF_UNIX, &name)
        }
    }

    private static func connect<Name>(_ family: Int32, _ name: inout Name) throws(Problem) -> Int32 {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw problem("socket") }
        let code = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Name>.size))
            }
        }
        if code != 0 {
            let failure = problem("connect")
            close(descriptor)
            throw failure
        }
        return descriptor
    }

    private static func problem(_ call: String) -> Problem {
        Problem(description: errno == EAGAIN ? "no answer within 5 s" : "\(call): \(String(cString: strerror(errno)))")
    }
}

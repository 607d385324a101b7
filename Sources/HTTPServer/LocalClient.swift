import Glibc
import Platform

/// One request to a server on this machine, made by a thread that may block.
package enum LocalClient {
    /// Where the server listens.
    package enum Address: Sendable {
        case tcp(host: String, port: UInt16)
        case unix(path: String)
    }

    /// Why there is no answer.
    package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        package var description: String

        package init(description: String) { self.description = description }
    }

    private static let patience = timeval(tv_sec: 5, tv_usec: 0)

    /// Sends the bytes and reads until the server closes. Errors: `Problem`, after five seconds of silence and for an
    /// answer that is longer than `limit` too.
    package static func exchange(_ bytes: [UInt8], with address: Address, limit: Int) throws(Problem) -> [UInt8] {
        let socket = try connect(address)
        var patience = patience
        setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket.number, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(socket.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0 {
                if errno == EINTR { continue }
                throw problem("send")
            }
            rest = rest.dropFirst(count)
        }
        return try readAll(socket, limit: limit)
    }

    private static func readAll(_ socket: borrowing Descriptor, limit: Int) throws(Problem) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while bytes.count < limit {
            let count = recv(socket.number, &buffer, buffer.count, 0)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw problem("recv")
            }
            bytes += buffer[..<count]
        }
        throw Problem(description: "the answer is too long")
    }

    private static func connect(_ address: Address) throws(Problem) -> Descriptor {
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

    private static func connect<Name>(_ family: Int32, _ name: inout Name) throws(Problem) -> Descriptor {
        let number = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw problem("socket") }
        let descriptor = Descriptor(owning: number, path: "socket")
        let code = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(number, $0, socklen_t(MemoryLayout<Name>.size))
            }
        }
        if code != 0 { throw problem("connect") }
        return descriptor
    }

    private static func problem(_ call: String) -> Problem {
        Problem(description: errno == EAGAIN ? "no answer within 5 s" : "\(call): \(String(cString: strerror(errno)))")
    }
}

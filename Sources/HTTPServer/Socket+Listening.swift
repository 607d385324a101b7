import Glibc

extension Socket {
    /// A socket that listens on an IPv4 address, and the port it got. Port 0 picks a free one.
    static func listeningTCP(host: String, port: UInt16) throws -> (socket: Socket, port: UInt16) {
        let subject = "\(host):\(port)"
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        let numeric = host == "localhost" ? "127.0.0.1" : host
        guard inet_pton(AF_INET, numeric, &address.sin_addr) == 1 else {
            throw SocketError(operation: "address", subject: subject, code: EINVAL)
        }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = Glibc.socket(AF_INET, type, 0)
        guard descriptor >= 0 else { throw SocketError(operation: "socket", subject: subject, code: errno) }
        let socket = Socket(descriptor: descriptor)

        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard bound == 0 else { throw SocketError(operation: "bind", subject: subject, code: errno) }
        guard listen(descriptor, SOMAXCONN) == 0 else {
            throw SocketError(operation: "listen", subject: subject, code: errno)
        }
        let named = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard named == 0 else { throw SocketError(operation: "getsockname", subject: subject, code: errno) }
        return (socket, UInt16(bigEndian: address.sin_port))
    }
}

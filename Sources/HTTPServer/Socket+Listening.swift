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

    /// A socket that listens at a path, for this user and group alone. One that a dead process left there is replaced.
    static func listeningUnix(path: String) throws -> Socket {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw SocketError(operation: "address", subject: path, code: ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        func call(_ body: (UnsafePointer<sockaddr>) -> Int32) -> Int32 {
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
            }
        }
        let descriptor = Glibc.socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw SocketError(operation: "socket", subject: path, code: errno) }
        let socket = Socket(descriptor: descriptor)
        if call({ bind(descriptor, $0, length) }) != 0 {
            let code = errno
            guard code == EADDRINUSE else { throw SocketError(operation: "bind", subject: path, code: code) }
            let probe = Glibc.socket(AF_UNIX, type, 0)
            defer { _ = Glibc.close(probe) }
            // Only a socket that nobody listens on answers so; a file of another kind stays.
            guard probe >= 0, call({ connect(probe, $0, length) }) != 0, errno == ECONNREFUSED, isSocket(path) else {
                throw SocketError(operation: "bind", subject: path, code: code)
            }
            unlink(path)
            guard call({ bind(descriptor, $0, length) }) == 0 else {
                throw SocketError(operation: "bind", subject: path, code: errno)
            }
        }
        chmod(path, 0o660)
        guard listen(descriptor, SOMAXCONN) == 0 else {
            throw SocketError(operation: "listen", subject: path, code: errno)
        }
        return socket
    }

    private static func isSocket(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }
}

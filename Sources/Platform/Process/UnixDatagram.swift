import Glibc

/// Sends single messages to a Unix socket that somebody else reads.
package enum UnixDatagram {
    /// Sends one, or drops it where nobody listens or nobody reads: it never waits.
    ///
    /// - Parameter path: An at sign at its beginning stands for the NUL of an abstract name.
    package static func send(_ bytes: [UInt8], to path: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        // An abstract name has exactly its bytes; a path ends with a NUL.
        let length = MemoryLayout<sa_family_t>.size + name.count + (name.first == 0 ? 0 : 1)

        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = socket(AF_UNIX, kind, 0)
        guard number >= 0 else { return }
        let descriptor = Descriptor(owning: number, path: path)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                SystemCalls.retrying {
                    sendto(
                        descriptor.number, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), generic,
                        socklen_t(length))
                }
            }
        }
    }
}

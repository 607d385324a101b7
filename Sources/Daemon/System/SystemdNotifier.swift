import Glibc
import Model
import Platform

/// Tells systemd how the service is, over the datagram socket that `NOTIFY_SOCKET` names; silent without one.
package struct SystemdNotifier: Sendable {
    /// Seconds within which systemd wants a sign of life from this process; nil where it wants none.
    package let watchdog: Double?
    private let socketPath: String?
    private let time: any TimeSource

    /// Reads `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
    package init(environment: [String: String], processID: Int32 = getpid(), time: any TimeSource) {
        let path = environment["NOTIFY_SOCKET"] ?? ""
        socketPath = path.hasPrefix("/") || path.hasPrefix("@") ? path : nil
        let isForUs = environment["WATCHDOG_PID"].map { $0 == "\(processID)" } ?? true
        watchdog = environment["WATCHDOG_USEC"].flatMap(Double.init).flatMap { usec in
            isForUs && usec > 0 && path.isEmpty == false ? usec / 1_000_000 : nil
        }
        self.time = time
    }

    /// Sends one message. A systemd that does not listen is no reason to stop working, so nothing is thrown.
    func send(_ message: SystemdMessage) {
        guard let socketPath else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(socketPath.utf8)
        // systemd writes an abstract socket's leading NUL as an at sign.
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        // An abstract name has exactly its bytes; a path ends with a NUL.
        let isAbstract = name.first == 0
        let length = MemoryLayout<sa_family_t>.size + name.count + (isAbstract ? 0 : 1)

        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array(message.text(monotonic: time.uptime()).utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                while sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), generic, socklen_t(length)) < 0,
                    errno == EINTR
                {}
            }
        }
    }
}

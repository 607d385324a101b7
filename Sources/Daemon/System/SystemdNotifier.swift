import Model
import Platform

/// Tells systemd how the service is, over the datagram socket that `NOTIFY_SOCKET` names; silent without one.
package struct SystemdNotifier: Sendable {
    /// Seconds within which systemd wants a sign of life from this process; nil where it wants none.
    package let watchdog: Double?
    private let socketPath: String?
    private let time: any TimeSource

    /// Reads `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
    package init(environment: [String: String], processID: Int32 = ProcessInformation.id, time: any TimeSource) {
        let path = environment["NOTIFY_SOCKET"] ?? ""
        socketPath = path.hasPrefix("/") || path.hasPrefix("@") ? path : nil
        let isForUs = environment["WATCHDOG_PID"].map { $0 == "\(processID)" } ?? true
        watchdog = environment["WATCHDOG_USEC"].flatMap(Double.init).flatMap { usec in
            isForUs && usec > 0 && path.isEmpty == false ? usec / 1_000_000 : nil
        }
        self.time = time
    }

    /// Sends one message. Never waits and never fails: a systemd that does not listen, or does not read,
    /// is no reason to stop working.
    func send(_ message: SystemdMessage) {
        guard let socketPath else { return }
        UnixDatagram.send(Array(message.text(monotonic: time.uptime()).utf8), to: socketPath)
    }
}

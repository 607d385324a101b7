/// What a service tells systemd about itself, as `sd_notify(3)` writes it.
enum SystemdMessage: Sendable, Equatable {
    case ready
    case reloading
    case stopping
    /// One line for `systemctl status`.
    case status(String)
    case watchdog
    /// Seconds from now for which starting, reloading or stopping may still take.
    case extendTimeout(Double)

    /// The lines of the datagram. `monotonic` is seconds on CLOCK_MONOTONIC, now.
    func text(monotonic: Double) -> String {
        switch self {
        case .ready: "READY=1"
        case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(Int(monotonic * 1_000_000))"
        case .stopping: "STOPPING=1"
        case .status(let text): "STATUS=" + text.map { $0.isNewline ? " " : String($0) }.joined()
        case .watchdog: "WATCHDOG=1"
        case .extendTimeout(let seconds): "EXTEND_TIMEOUT_USEC=\(Int(seconds * 1_000_000))"
        }
    }
}

import Glibc

/// The three files that every process begins with.
package enum StandardStream: Int32, Sendable {
    case input = 0
    case output = 1
    case error = 2

    /// Gives each of the three that is closed an open `/dev/null`. To be called before anything is opened: else the first
    /// file that is would take the number, and get what is meant for people.
    package static func openMissing() {
        while true {
            let number = open("/dev/null", O_RDWR)
            if number > 2 { _ = close(number) }
            if number < 0 || number > 2 { return }
        }
    }

    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Columns of the terminal; nil where it is none, or does not say.
    package var columns: Int? {
        var size = winsize()
        guard ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// What it leads to. Errors: the system's.
    package func status() throws(SystemError) -> FileStatus {
        var raw = stat()
        guard fstat(rawValue, &raw) == 0 else { throw .last("look at", "\(self)") }
        return FileStatus(raw)
    }

    /// Writes all of it. Errors: the system's; `isBrokenPipe` where the reader has gone.
    ///
    /// - Parameter patience: Seconds to wait for a reader that does not read; nil waits for ever. What is left then is
    ///   dropped, and an error says so.
    package func write(_ bytes: [UInt8], patience: Double? = nil) throws(SystemError) {
        var offset = 0
        let end = patience.map { SystemTime().uptime() + $0 }
        while offset < bytes.count {
            if let end, !waitUntilWritable(until: end) {
                throw SystemError(operation: "write to", path: name, code: EAGAIN)
            }
            // A pipe takes at most a page at once without blocking when it is said to be writable.
            let size = end == nil ? bytes.count - offset : min(bytes.count - offset, Int(PIPE_BUF))
            let count = bytes.withUnsafeBytes { buffer in
                SystemCalls.retrying { Glibc.write(rawValue, buffer.baseAddress! + offset, size) }
            }
            if count < 0, errno == EAGAIN {
                _ = waitUntilWritable(until: .infinity)
                continue
            }
            guard count >= 0 else { throw .last("write to", name) }
            offset += count
        }
    }

    /// Reads lines from it, without their ends, until it ends; the last may lack one.
    package func readAll() throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = SystemCalls.retrying { Glibc.read(rawValue, &buffer, buffer.count) }
            if count < 0 { throw .last("read", name) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    private func waitUntilWritable(until end: Double) -> Bool {
        while true {
            let left = end - SystemTime().uptime()
            var item = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
            let count = poll(&item, 1, left.isFinite ? Int32(max(0, min(left, 1e6)) * 1000) : -1)
            if count > 0 { return true }
            if count == 0, left <= 0 { return false }
            if count < 0, errno != EINTR { return true }
        }
    }

    private var name: String {
        switch self {
        case .input: "standard input"
        case .output: "standard output"
        case .error: "standard error"
        }
    }
}

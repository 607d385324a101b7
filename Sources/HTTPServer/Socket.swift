import Glibc
import Platform

/// A non-blocking stream socket. Each system call is wrapped once; EINTR is tried again.
final class Socket: Sendable {
    /// -1 once closed. Calls hold the lock, so that no call meets a descriptor that was closed and given out again.
    private let descriptor: Locked<Int32>

    init(descriptor: Int32) { self.descriptor = Locked(descriptor) }

    deinit { close() }

    /// The descriptor to wait on; -1 once closed.
    var waitable: Int32 { descriptor.withLock { $0 } }

    /// Appends up to `count` bytes that are there to `buffer`. Returns 0 at the end of the stream, nil where
    /// nothing is there yet.
    func receive(appendingTo buffer: inout [UInt8], atMost count: Int) throws -> Int? {
        try withUnsafeTemporaryAllocation(byteCount: min(count, 256 * 1024), alignment: 16) { scratch in
            let received = try call("recv") { recv($0, scratch.baseAddress, scratch.count, 0) }
            if let received, received > 0 {
                buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: scratch[..<received]))
            }
            return received
        }
    }

    /// Sends what fits of `bytes[range]`. Returns how many went, nil where nothing fits now.
    func send(_ bytes: [UInt8], range: Range<Int>, more: Bool = false) throws -> Int? {
        let flags = Int32(MSG_NOSIGNAL) | (more ? Int32(MSG_MORE) : 0)
        return try bytes.withUnsafeBytes { all in
            let part = UnsafeRawBufferPointer(rebasing: all[range])
            return try call("send") { Glibc.send($0, part.baseAddress, part.count, flags) }
        }
    }

    /// The next client of a listening socket, nil where none waits.
    func accept() throws -> Socket? {
        guard let accepted = try call("accept", { Int(Glibc.accept($0, nil, nil)) }) else { return nil }
        Self.configure(Int32(accepted))
        var one: Int32 = 1
        // Fails on sockets that are not TCP, where it is not needed.
        setsockopt(Int32(accepted), Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        return Socket(descriptor: Int32(accepted))
    }

    /// Makes a descriptor non-blocking, and closed in programs that this one starts (Glibc shows no `accept4`).
    static func configure(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    func shutDownReading() { shutDown(Int32(SHUT_RD)) }
    func shutDownWriting() { shutDown(Int32(SHUT_WR)) }
    func shutDownBoth() { shutDown(Int32(SHUT_RDWR)) }

    func close() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { _ = Glibc.close(descriptor) }
            descriptor = -1
        }
    }

    private func shutDown(_ how: Int32) {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { _ = Glibc.shutdown(descriptor, how) }
        }
    }

    private func call(_ name: String, _ body: (Int32) -> Int) throws -> Int? {
        try descriptor.withLock { descriptor in
            while true {
                let result = body(descriptor)
                if result >= 0 { return result }
                switch errno {
                case EINTR: continue
                case EAGAIN: return nil
                default: throw SocketError(operation: name, subject: "socket", code: errno)
                }
            }
        }
    }
}

import Glibc

/// Makes URLSession wait where it would spin.
///
/// Foundation keeps asking whether a new socket can be written to until its first transfer ends, and it always can: the
/// processor runs at full speed for as long as the answer takes. Here each such round is noticed, and Dispatch gets word
/// of what can be written a little later: after a fiftieth of the time in which nothing moved on any socket, five
/// milliseconds at most. What can be read is never held back.
final class SocketPatience: Sendable {
    static let shared = SocketPatience()

    /// Nanoseconds.
    private static let longestPause: UInt64 = 5_000_000
    /// Below this a pause costs more than it saves.
    private static let shortestPause: UInt64 = 20_000

    private struct Seen {
        /// TCP segments with data, in and out, by socket.
        var segments: [CInt: UInt64] = [:]
        /// Nanoseconds of the clock that always runs.
        var lastProgress: UInt64 = 0
        /// When libcurl was last called in vain.
        var lastQuiet: UInt64 = 0
    }

    private let seen = Locked(Seen())

    /// Notes that libcurl is called for that socket; negative for a timer.
    func note(_ socket: CInt) {
        guard socket >= 0, let segments = Self.segments(of: socket) else { return }
        let now = Self.now()
        seen.withLock { seen in
            if seen.segments.updateValue(segments, forKey: socket) == segments {
                seen.lastQuiet = now
            } else {
                seen.lastProgress = now
            }
        }
    }

    /// Waits where the calls of late were all in vain.
    func pause() {
        let now = Self.now()
        let pause = seen.withLock { seen -> UInt64 in
            let isSpinning = seen.lastQuiet > seen.lastProgress && now < seen.lastQuiet + 4 * Self.longestPause
            return isSpinning ? min(Self.longestPause, (now - seen.lastProgress) / 50) : 0
        }
        if pause < Self.shortestPause { return }
        var rest = timespec(tv_sec: 0, tv_nsec: Int(pause))
        nanosleep(&rest, nil)
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// `tcpi_data_segs_in` and `tcpi_data_segs_out` of Linux's `struct tcp_info`, which Glibc's own declaration lacks.
    private static func segments(of socket: CInt) -> UInt64? {
        withUnsafeTemporaryAllocation(byteCount: 160, alignment: 8) { info in
            var length = socklen_t(info.count)
            guard getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, info.baseAddress, &length) == 0, length == 160 else {
                return nil
            }
            let segmentsIn = info.load(fromByteOffset: 152, as: UInt32.self)
            let segmentsOut = info.load(fromByteOffset: 156, as: UInt32.self)
            return UInt64(segmentsIn) << 32 | UInt64(segmentsOut)
        }
    }
}

/// Where Dispatch waits for all its sources.
@_cdecl("epoll_wait")
func waitForEvents(
    _ epoll: CInt, _ events: UnsafeMutableRawPointer?, _ capacity: CInt, _ milliseconds: CInt
) -> CInt {
    let count = Library.waitForEvents(epoll, events, capacity, milliseconds)
    guard count > 0, let events else { return count }
    #if arch(x86_64)
        let size = 12
    #else
        let size = 16
    #endif
    let canBeWritten: UInt32 = 4
    let areOnlyWritable = (0..<Int(count)).allSatisfy {
        events.loadUnaligned(fromByteOffset: $0 * size, as: UInt32.self) == canBeWritten
    }
    if areOnlyWritable { SocketPatience.shared.pause() }
    return count
}

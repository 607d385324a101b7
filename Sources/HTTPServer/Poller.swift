import Glibc
import Platform

/// One thread in `poll` that wakes tasks when their descriptor is ready or their deadline is over.
final class Poller: Sendable {
    enum Outcome { case ready, timedOut, stopped }

    enum Interest {
        case reading, writing

        var events: Int16 { Int16(self == .reading ? POLLIN : POLLOUT) }
    }

    private struct Waiter {
        let descriptor: Int32
        let events: Int16
        let deadline: Double
        let continuation: CheckedContinuation<Outcome, Never>
    }

    private struct State {
        var waiters: [Waiter] = []
        var isWoken = false
        var isStopped = false
    }

    private let state = Locked(State())
    private let wakeReading: Int32
    private let wakeWriting: Int32

    /// Starts the thread, which lives until `stop()`.
    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SocketError(operation: "pipe", subject: "poller", code: errno) }
        for end in ends { Socket.configure(end) }
        (wakeReading, wakeWriting) = (ends[0], ends[1])
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Poller>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        guard code == 0 else {
            Unmanaged.passUnretained(self).release()
            throw SocketError(operation: "pthread_create", subject: "poller", code: code)
        }
        pthread_detach(thread)
    }

    deinit {
        close(wakeReading)
        close(wakeWriting)
    }

    /// Seconds on the clock of the deadlines; it never jumps.
    static func uptime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }

    /// Returns once the descriptor is ready (or broken), the deadline has passed, or the poller was stopped.
    ///
    /// A descriptor of -1 waits for the deadline alone.
    func wait(for interest: Interest, on descriptor: Int32, until deadline: Double) async -> Outcome {
        await withCheckedContinuation { continuation in
            let isStopped = state.withLock { state in
                guard !state.isStopped else { return true }
                state.waiters.append(
                    Waiter(
                        descriptor: descriptor, events: interest.events, deadline: deadline, continuation: continuation)
                )
                wake(&state)
                return false
            }
            if isStopped { continuation.resume(returning: .stopped) }
        }
    }

    /// Ends the thread; everything that waits is told so.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            wake(&state)
        }
    }

    private func wake(_ state: inout State) {
        guard !state.isWoken else { return }
        state.isWoken = true
        var byte: UInt8 = 0
        // A full pipe wakes the thread just as well.
        _ = write(wakeWriting, &byte, 1)
    }

    private func run() {
        while true {
            let (waiters, isStopped) = state.withLock { ($0.waiters, $0.isStopped) }
            if isStopped { break }
            var descriptors = [pollfd(fd: wakeReading, events: Int16(POLLIN), revents: 0)]
            descriptors.reserveCapacity(waiters.count + 1)
            for waiter in waiters {
                descriptors.append(pollfd(fd: waiter.descriptor, events: waiter.events, revents: 0))
            }
            let deadline = waiters.reduce(Double.infinity) { min($0, $1.deadline) }
            // EINTR looks like an early wake-up and is handled as one.
            poll(&descriptors, nfds_t(descriptors.count), Self.milliseconds(until: deadline))
            finish(descriptors)
        }
        let left = state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in left { waiter.continuation.resume(returning: .stopped) }
    }

    /// Resumes those that are ready or late. Waiters that came during the poll stand behind those that were polled.
    private func finish(_ descriptors: [pollfd]) {
        let now = Self.uptime()
        var finished: [(Waiter, Outcome)] = []
        state.withLock { state in
            if descriptors[0].revents != 0 { drainWakePipe(&state) }
            var kept: [Waiter] = []
            kept.reserveCapacity(state.waiters.count)
            for (index, waiter) in state.waiters.enumerated() {
                if index + 1 < descriptors.count, descriptors[index + 1].revents != 0 {
                    finished.append((waiter, .ready))
                } else if waiter.deadline <= now {
                    finished.append((waiter, .timedOut))
                } else {
                    kept.append(waiter)
                }
            }
            state.waiters = kept
        }
        for (waiter, outcome) in finished { waiter.continuation.resume(returning: outcome) }
    }

    private func drainWakePipe(_ state: inout State) {
        state.isWoken = false
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { scratch in
            while read(wakeReading, scratch.baseAddress, scratch.count) == scratch.count {}
        }
    }

    private static func milliseconds(until deadline: Double) -> Int32 {
        guard deadline < .infinity else { return -1 }
        return Int32(min(max(0, (deadline - uptime()) * 1000).rounded(.up), 3_600_000))
    }
}

import Glibc

/// Time and randomness from outside, so that no test waits for a clock.
package protocol TimeSource: Sendable {
    /// Seconds since 1970.
    func unixTime() -> Double
    /// Seconds on a clock that never jumps.
    func uptime() -> Double
    /// Returns after that many seconds; throws `CancellationError` when the task is cancelled.
    func sleep(seconds: Double) async throws
    /// A number from 0 up to, but not including, 1.
    func random() -> Double
}

/// The machine's own clocks and random numbers.
package struct SystemTime: TimeSource {
    package init() {}

    package func unixTime() -> Double { Self.read(CLOCK_REALTIME) }
    package func uptime() -> Double { Self.read(CLOCK_MONOTONIC) }
    package func sleep(seconds: Double) async throws {
        let nap = CancellableTimer()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { nap.begin(seconds: seconds, $0) }
        } onCancel: {
            nap.cancel()
        }
    }
    package func random() -> Double { Double.random(in: 0..<1) }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }
}

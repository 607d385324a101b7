import Model
import Platform

/// Lets a number of requests through at a time, and learns from the service how many that should be.
///
/// As TCP does it: each round of successes doubles the number until the service complains for the first time. A 429 or
/// 503 halves it, and from then on each round of successes adds one. A `Retry-After` holds everything back.
actor ConcurrencyGate {
    enum Outcome: Sendable {
        case success
        /// 429 or 503; all requests wait for that many seconds, where the service says so.
        case limited(pause: Double?)
        case other
    }

    /// Proof of admission; goes back with `leave`.
    struct Permit: Sendable {
        fileprivate let number: Int
    }

    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private let time: any TimeSource
    /// Requests that nobody minds without having been asked.
    private static let start = 8.0

    private let maximum: Double
    private var limit: Double
    /// Whether the service never complained so far.
    private var isStarting = true
    private var inside = 0
    private var nextNumber = 0
    /// Permits below this number were out when the limit was last lowered: their failures tell nothing new.
    private var firstSinceLowered = 0
    private var pausedUntil = -Double.infinity
    private var waiters: [Waiter] = []

    init(maximum: Int, time: any TimeSource) {
        self.maximum = Double(max(1, maximum))
        limit = min(Self.start, self.maximum)
        self.time = time
    }

    /// How many requests are let through at present.
    var width: Int { Int(limit) }

    /// Waits for a permit and for the end of a pause. Throws when the task is cancelled; no permit is used then.
    func enter() async throws(CancellationError) -> Permit {
        if inside < width {
            inside += 1
        } else {
            guard await waitForPermit() else { throw CancellationError() }
        }
        while true {
            let rest = pausedUntil - time.uptime()
            if rest <= 0 { break }
            do {
                try await time.sleep(seconds: rest)
            } catch {
                giveBack()
                throw CancellationError()
            }
        }
        nextNumber += 1
        return Permit(number: nextNumber - 1)
    }

    /// Gives the permit back, with what became of the request.
    func leave(_ permit: Permit, _ outcome: Outcome) {
        switch outcome {
        case .success: limit = min(maximum, limit + (isStarting ? 1 : 1 / limit))
        case .limited(let pause):
            isStarting = false
            if permit.number >= firstSinceLowered {
                limit = max(1, limit / 2)
                firstSinceLowered = nextNumber
            }
            if let pause { pausedUntil = max(pausedUntil, time.uptime() + pause) }
        case .other: break
        }
        giveBack()
    }

    private func giveBack() {
        inside -= 1
        while inside < width, !waiters.isEmpty {
            inside += 1
            waiters.removeFirst().continuation.resume(returning: true)
        }
    }

    /// False when the task was cancelled meanwhile.
    private func waitForPermit() async -> Bool {
        let number = nextNumber
        nextNumber += 1
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume(returning: false)
                } else {
                    waiters.append(Waiter(number: number, continuation: continuation))
                }
            }
        } onCancel: {
            Task { await self.cancelWaiting(number) }
        }
    }

    private func cancelWaiting(_ number: Int) {
        guard let index = waiters.firstIndex(where: { $0.number == number }) else { return }
        waiters.remove(at: index).continuation.resume(returning: false)
    }
}

import Platform

/// A clock that moves only when the test says so, or with each sleep at once.
package final class ManualTime: TimeSource {
    private struct Sleeper {
        var number: Int
        var until: Double
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var uptime: Double
        var slept: [Double] = []
        var next = 0
        var sleepers: [Sleeper] = []
        var cancelled: Set<Int> = []
    }

    private let state: Locked<State>
    /// What the clock of the wall is ahead of the other.
    private let ahead: Double
    private let randomNumber: Double
    private let step: Double
    private let isWaiting: Bool

    /// A clock that jumps over every sleep.
    ///
    /// - Parameters:
    ///   - unixTime: Where it begins, both clocks of it.
    ///   - random: The number that it draws, always.
    ///   - step: Seconds by which each look at `uptime` moves it on.
    package init(unixTime: Double = 1_700_000_000, random: Double = 0.5, step: Double = 0) {
        state = Locked(State(uptime: unixTime))
        ahead = 0
        randomNumber = random
        self.step = step
        isWaiting = false
    }

    private init(waitingFrom uptime: Double, ahead: Double) {
        state = Locked(State(uptime: uptime))
        self.ahead = ahead
        randomNumber = 0.5
        step = 0
        isWaiting = true
    }

    /// A clock whose sleepers wait for `advance`: its uptime begins at 1000.
    package static func waiting() -> ManualTime { ManualTime(waitingFrom: 1000, ahead: 1_700_000_000) }

    package func unixTime() -> Double { ahead + state.withLock(\.uptime) }

    package func uptime() -> Double {
        state.withLock { state in
            state.uptime += step
            return state.uptime
        }
    }

    package func random() -> Double { randomNumber }

    /// What was slept, jumps of `advance` left out.
    package var slept: [Double] { state.withLock(\.slept) }

    /// When the next sleeper wakes; nil while nobody waits.
    package var nextWake: Double? { state.withLock { $0.sleepers.map(\.until).min() } }

    /// How many wait.
    package var sleeperCount: Int { state.withLock(\.sleepers.count) }

    package func sleep(seconds: Double) async throws {
        if isWaiting { return try await wait(seconds) }
        try Task.checkCancellation()
        state.withLock { state in
            state.uptime += max(0, seconds)
            state.slept.append(seconds)
        }
        try Task.checkCancellation()
        await Task.yield()
    }

    package func advance(_ seconds: Double) {
        let due = state.withLock { state in
            state.uptime += seconds
            let due = state.sleepers.filter { $0.until <= state.uptime }
            state.sleepers.removeAll { $0.until <= state.uptime }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    private func wait(_ seconds: Double) async throws {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isOver: Bool? = state.withLock { state in
                    if state.cancelled.remove(number) != nil { return nil }
                    if seconds <= 0 { return true }
                    state.sleepers.append(
                        Sleeper(number: number, until: state.uptime + seconds, continuation: continuation))
                    return false
                }
                switch isOver {
                case nil: continuation.resume(throwing: CancellationError())
                case true?: continuation.resume()
                case false?: break
                }
            }
        } onCancel: {
            let sleeper: Sleeper? = state.withLock { state in
                guard let index = state.sleepers.firstIndex(where: { $0.number == number }) else {
                    state.cancelled.insert(number)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}

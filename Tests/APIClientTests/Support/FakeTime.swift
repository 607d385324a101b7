import Model
import Platform
import Synchronization

/// A clock that moves only when somebody sleeps, and then at once.
final class FakeTime: TimeSource {
    private struct State {
        var now: Double
        var slept: [Double] = []
    }

    private let state: Mutex<State>
    private let randomNumber: Double
    /// Seconds by which each look at the clock moves it on.
    private let step: Double

    init(now: Double = 1_700_000_000, random: Double = 0.5, step: Double = 0) {
        state = Mutex(State(now: now))
        randomNumber = random
        self.step = step
    }

    var slept: [Double] { state.withLock(\.slept) }

    func unixTime() -> Double { state.withLock(\.now) }
    func uptime() -> Double {
        state.withLock { state in
            state.now += step
            return state.now
        }
    }
    func sleep(seconds: Double) async throws {
        try Task.checkCancellation()
        state.withLock { state in
            state.now += seconds
            state.slept.append(seconds)
        }
        await Task.yield()
    }
    func random() -> Double { randomNumber }
}

import HTTPServer
import Model
import Platform

/// A clock that moves only when the test says so.
final class ManualTime: TimeSource {
    private struct Sleeper {
        var number: Int
        var until: Double
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = 1000.0
        var next = 0
        var sleepers: [Sleeper] = []
        var cancelled: Set<Int> = []
    }

    private let state = Locked(State())

    func unixTime() -> Double { 1_700_000_000 + uptime() }
    func uptime() -> Double { state.withLock(\.now) }
    func random() -> Double { 0.5 }

    /// When the next sleeper wakes; nil while nobody sleeps.
    var nextWake: Double? { state.withLock { $0.sleepers.map(\.until).min() } }

    func sleep(seconds: Double) async throws {
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
                        Sleeper(number: number, until: state.now + seconds, continuation: continuation))
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

    func advance(_ seconds: Double) {
        let due = state.withLock { state in
            state.now += seconds
            let due = state.sleepers.filter { $0.until <= state.now }
            state.sleepers.removeAll { $0.until <= state.now }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }
}

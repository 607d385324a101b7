import Platform
import TestSupport

/// Two clocks that move only with what happens: whoever sleeps moves both at once, and somebody may set the one on the wall.
final class SimClock: TimeSource {
    private let state: Locked<(uptime: Double, ahead: Double, random: SeededRandom)>

    /// Far ahead of the machine's own clock, so that no file is of this very moment.
    init(seed: UInt64) { state = Locked((uptime: 1000, ahead: Self.start, random: SeededRandom(seed: seed))) }

    func unixTime() -> Double { state.withLock { $0.uptime + $0.ahead } }
    /// What the service's own clock says, which nobody sets.
    func serviceTime() -> Double { uptime() + Self.start }
    func uptime() -> Double { state.withLock(\.uptime) }
    func random() -> Double { state.withLock { Double.random(in: 0..<1, using: &$0.random) } }

    func sleep(seconds: Double) async throws {
        try Task.checkCancellation()
        advance(seconds)
    }

    func advance(_ seconds: Double) { state.withLock { $0.uptime += max(0, seconds) } }

    /// Somebody sets the clock on the wall.
    func setBack(_ seconds: Double) { state.withLock { $0.ahead -= seconds } }

    private static let start = 2_000_000_000.0
}

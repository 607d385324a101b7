/// Growing pauses between tries: from a second to five minutes, each varied at random.
struct Backoff: Sendable, Hashable {
    /// Seconds before the first repetition, and the longest pause: the slowest rate.
    static let first = 1.0
    static let slowest = 300.0

    /// Failures in a row.
    private(set) var failures = 0

    /// Seconds until the next try, after one more failure. `random` from 0 up to 1 takes away up to a fifth, so that
    /// those who failed together do not come back together.
    mutating func fail(random: Double) -> Double {
        failures += 1
        return Self.varied(min(Self.slowest, Self.first * Double(1 << min(failures - 1, 20))), random: random)
    }

    static func varied(_ seconds: Double, random: Double) -> Double { seconds * (1 - 0.2 * random) }
}

/// How many requests may go out in a time: at most `count` in any `seconds`.
package struct RequestRate: Sendable, Hashable {
    package var count: Int
    package var seconds: Double

    package init(count: Int, seconds: Double) {
        self.count = count
        self.seconds = seconds
    }

    /// Reads `50/10s`, `5/s` or `600/1m`: requests, a slash, and a time in `ms`, `s`, `m` or `h`. Nil for anything else.
    package init?(parsing text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[0]), (1...1_000_000).contains(count) else { return nil }
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]
        guard let (unit, factor) = units.first(where: { parts[1].hasSuffix($0.0) }) else { return nil }
        let number = parts[1].dropLast(unit.count)
        guard let times = number.isEmpty ? 1 : Int(number), (1...86_400_000).contains(times) else { return nil }
        let seconds = Double(times) * factor
        guard seconds <= 86_400 else { return nil }
        self.init(count: count, seconds: seconds)
    }
}

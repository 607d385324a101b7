/// Counts of durations by bounds, as Prometheus wants a histogram.
package struct DurationHistogram: Sendable, Hashable {
    /// Seconds, growing; a duration belongs to the first that it does not exceed, or to none.
    package let bounds: [Double]
    /// One for each bound, and one for what is beyond all.
    package private(set) var counts: [Int]
    package private(set) var sum = 0.0

    package init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// From a few milliseconds to minutes: what a request takes.
    package static var ofRequests: DurationHistogram {
        DurationHistogram(bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60])
    }

    /// From a tenth of a second to an hour: what a pass takes.
    package static var ofPasses: DurationHistogram {
        DurationHistogram(bounds: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600])
    }

    package var count: Int { counts.reduce(0, +) }

    package mutating func add(_ seconds: Double) {
        counts[bounds.firstIndex { seconds <= $0 } ?? bounds.count] += 1
        sum += seconds
    }

    /// Those of another histogram of the same bounds.
    package mutating func add(_ other: DurationHistogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        sum += other.sum
    }
}

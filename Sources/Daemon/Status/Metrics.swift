import APIClient
import Model

/// What is counted for Prometheus, since the start.
struct Metrics: Sendable {
    /// Passes by what they came to.
    var passes: [PassStatus: Int] = [:]
    /// Of all passes, and seconds of the last.
    var passDurations = DurationHistogram.ofPasses
    var lastPassSeconds = 0.0
    var driftCorrected = 0
    var rowsUploaded = 0
    var deletes = 0
    var requests = RequestStatistics()

    mutating func add(_ statistics: RequestStatistics) {
        requests.durations.add(statistics.durations)
        requests.retries += statistics.retries
        requests.bytesSent += statistics.bytesSent
        requests.bytesUploaded += statistics.bytesUploaded
        for (operation, counts) in statistics.requests {
            for (status, count) in counts { requests.requests[operation, default: [:]][status, default: 0] += count }
        }
    }
}

/// How a pass ended.
enum PassStatus: String, Sendable, Hashable, CaseIterable {
    case converged
    /// Something is refused, failing, blocked, or waits.
    case incomplete
    case invalidManifests = "invalid_manifests"
    case authenticationFailed = "authentication_failed"
    case unreachable
    case failed
    case interrupted
}

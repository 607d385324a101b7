import Model
import Planner
import Reconciler

/// What one pass means, in a word and a line.
struct PassReport: Sendable, Hashable {
    var status: PassStatus
    /// For people: `systemctl status`, `/readyz`, the log.
    var summary: String
    /// Why the API should be left alone for a while: it is out of reach, or the keys are wrong.
    var apiFailure: StepFailure?

    init(_ outcome: PassOutcome, tracker: ConnectionTracker) {
        apiFailure = Self.apiFailure(in: outcome)
        let errors = outcome.diagnostics.filter { $0.severity == .error }
        if outcome.failure?.isInterruption == true {
            (status, summary) = (.interrupted, "stopped before the pass was through")
        } else if outcome.keepsLastValid, let failure = apiFailure {
            status = failure.status == .authenticationFailed ? .authenticationFailed : .unreachable
            summary = failure.message
        } else if !errors.isEmpty {
            status = .invalidManifests
            summary =
                "\(errors.count) error\(errors.count == 1 ? "" : "s") in the manifests, "
                + (outcome.keepsLastValid
                    ? "the last valid ones are kept up, nothing is created or deleted" : "nothing is applied")
            if let first = errors.first { summary += ": " + first.oneLine }
        } else if let failure = apiFailure {
            status = failure.status == .authenticationFailed ? .authenticationFailed : .unreachable
            summary = failure.message
        } else if let failure = outcome.failure {
            (status, summary) = (.failed, failure.message)
        } else {
            let counts = Self.counts(tracker)
            let done: Set<ConnectionEntry.State> = [.converged, .suspended, .orphaned]
            status = counts.allSatisfy { done.contains($0.key) } ? .converged : .incomplete
            summary = counts.map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
            if summary.isEmpty { summary = "no connections" }
        }
    }

    private static func counts(_ tracker: ConnectionTracker) -> [(key: ConnectionEntry.State, value: Int)] {
        var counts: [ConnectionEntry.State: Int] = [:]
        for entry in tracker.entries.values { counts[entry.state, default: 0] += 1 }
        return ConnectionEntry.State.allCases.compactMap { state in counts[state].map { (state, $0) } }
    }

    private static func apiFailure(in outcome: PassOutcome) -> StepFailure? {
        if let failure = outcome.failure { return failure.stopsEverything ? failure : nil }
        let shared = outcome.results.sorted { $0.key < $1.key }.compactMap(\.value.failure).filter(\.stopsEverything)
        // The one who met it knows more than those who were not attempted because of it.
        return shared.first { !$0.isNotAttempted } ?? shared.first
    }
}

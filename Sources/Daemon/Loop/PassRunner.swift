import APIClient
import Planner
import Reconciler

/// Runs passes; a fake of it lets the loop be tested without files, API and time.
package protocol PassRunner: Sendable {
    /// Runs one pass with credentials that are read for it. Called again only after the end of the one before.
    func run(_ order: PassRequest) async -> PassResult

    /// Begins nothing new in the pass that is under way, now and in those that come.
    func drain()

    /// A number that grows while the pass under way gets on.
    var progress: Int { get }
}

/// What a pass is to do.
package struct PassRequest: Sendable {
    package var reason: PassReason
    /// See `PassConfiguration.holdBack`.
    package var holdBack: @Sendable (PlannedConnection) -> String?

    package init(reason: PassReason, holdBack: @escaping @Sendable (PlannedConnection) -> String?) {
        self.reason = reason
        self.holdBack = holdBack
    }
}

/// What a pass came to, and what it cost.
package struct PassResult: Sendable {
    package var outcome: PassOutcome
    /// Of this pass alone.
    package var requests: RequestStatistics

    package init(outcome: PassOutcome, requests: RequestStatistics = RequestStatistics()) {
        self.outcome = outcome
        self.requests = requests
    }
}

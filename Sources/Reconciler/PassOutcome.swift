import Model
import Planner

/// What a pass came to.
package struct PassOutcome: Sendable {
    /// Of the manifests: all problems of all files, warnings included.
    package var diagnostics: [Diagnostic] = []
    /// Directories beside DIR that manifests were read from.
    package var includedDirectories: [String] = []
    /// The manifests, where they are valid.
    package var desired: DesiredState?
    /// Whether they are not, and the last valid ones were kept up instead.
    package var keepsLastValid = false
    /// Nil where the pass ended before there was one.
    package var plan: Plan?
    /// The plan in the form to be saved, where that was asked for.
    package var savedPlan: SavedPlan?
    /// By key, for each connection that something was done or failed for.
    package var results: [String: ConnectionResult] = [:]
    /// By key, for each connection that was left alone though something is to be done: why.
    package var held: [String: String] = [:]
    /// Unix seconds at which a window of the Policy opens again; nil where one is open, or none was needed.
    package var opensAt: Double?
    /// Why the whole pass ended early.
    package var failure: StepFailure?

    package init() {}

    /// How the process should end; `detailed` tells a dry run with changes from one without.
    package func exitStatus(detailed: Bool) -> ExitStatus {
        var statuses: [ExitStatus] = results.values.compactMap { $0.failure?.status }
        if let failure { statuses.append(failure.status) }
        if diagnostics.hasErrors { statuses.append(.invalid) }
        if let plan {
            if plan.hasProblems { statuses.append(plan.hasInvalidData ? .invalid : .failed) }
            if plan.hasRefusals { statuses.append(.refused) }
            if detailed, plan.hasChanges { statuses.append(.changes) }
        }
        return ExitStatus.worst(of: statuses)
    }
}

/// What was done for one connection.
package struct ConnectionResult: Sendable, Hashable {
    /// What was done, in order.
    package var steps: [Step] = []
    /// Rows of an upload that was completed.
    package var uploadedRows = 0
    package var failure: StepFailure?
    package var warnings: [String] = []
    package var rejected: [RejectedRow] = []

    package init() {}
}

/// A row that the service does not take.
package struct RejectedRow: Sendable, Hashable {
    package var place: SourceLocation
    package var primaryKey: String
    /// In the service's words.
    package var reason: String
    /// The row as it was sent, as JSON: for the list of rejected rows alone, which is its owner's.
    package var record: String
    /// Whether the rest of the upload goes on without it.
    package var isLeftOut: Bool

    package init(
        place: SourceLocation, primaryKey: String, reason: String, record: String = "null", isLeftOut: Bool = false
    ) {
        self.place = place
        self.primaryKey = primaryKey
        self.reason = reason
        self.record = record
        self.isLeftOut = isLeftOut
    }
}

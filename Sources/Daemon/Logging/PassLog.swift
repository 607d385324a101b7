import Model
import Planner
import Reconciler
import Reporting
import Synchronization

/// Writes a pass to the log, one line an event, and counts its signs of progress.
package final class PassLog: PassObserver {
    private let log: Log
    private let count = Atomic<Int>(0)
    /// Of the pass under way, by key: what its updates set.
    private let updates = Mutex<[String: (planned: PlannedConnection, changes: [FieldChange])]>([:])

    package init(log: Log) { self.log = log }

    /// Grows with everything that a pass reports.
    package var progress: Int { count.load(ordering: .relaxed) }

    private func note(
        _ level: LogLevel, _ event: String, _ message: String, key: String? = nil, _ fields: [(String, String?)] = []
    ) {
        count.add(1, ordering: .relaxed)
        log.log(level, event, message, [("connection", key)] + fields)
    }

    package func planned(_ plan: Plan) {
        note(plan.hasChanges ? .info : .debug, "planned", PlanSummary(plan).text)
        var updates: [String: (PlannedConnection, [FieldChange])] = [:]
        for planned in plan.connections where !planned.actions.isEmpty {
            for case .update(let changes) in planned.actions { updates[planned.key] = (planned, changes) }
        }
        self.updates.withLock { $0 = updates }
    }

    package func waiting(for reason: String) { note(.info, "waiting", "waiting for \(reason)") }

    package func did(_ step: Step, key: String) {
        note(.notice, "changed", step.words, key: key)
        guard step == .updated, let (planned, changes) = updates.withLock({ $0.removeValue(forKey: key) }) else {
            return
        }
        for change in changes {
            let causes = planned.causes(of: change)
            let isDrift = causes.contains(where: \.isDrift)
            note(
                isDrift ? .notice : .info, isDrift ? "drift_corrected" : "field_changed",
                (isDrift ? "corrected drift: " : "") + change.words, key: key,
                [("field", change.path), ("cause", causes.map(\.rawValue).joined(separator: ","))])
        }
    }

    package func failed(_ failure: StepFailure, key: String) {
        note(.error, "connection_failed", failure.message, key: key, [("help", failure.help)])
    }

    package func warned(_ message: String, key: String) { note(.warning, "connection_warning", message, key: key) }

    package func uploading(_ progress: UploadProgress, key: String) {
        note(.debug, "uploading", "\(progress.rows.grouped) of \(progress.totalRows.grouped) rows", key: key)
    }

    package func rejected(_ row: RejectedRow, key: String) {
        note(
            row.isLeftOut ? .warning : .error, "row_rejected",
            "\(row.place.path):\(row.place.line): the service rejected a row: \(row.reason)",
            key: key, [("primary_key", row.primaryKey)])
    }
}

import APIClient
import Model
import Planner
import Platform

/// Which connections have a check that did not hold, so that the next pass looks again though it changes nothing.
package final class OpenChecks: Sendable {
    private let keys = Locked<Set<String>>([])

    package init() {}

    func contains(_ key: String) -> Bool { keys.withLock { $0.contains(key) } }

    func note(_ key: String, isOpen: Bool) {
        keys.withLock { keys in
            if isOpen { keys.insert(key) } else { keys.remove(key) }
        }
    }
}

extension ReconcilePass {
    /// Checks the connections that something was done for, and those whose checks failed before. One that does not hold is
    /// the failure of its connection.
    func runChecks(
        of desired: DesiredState, _ plan: Plan, querier: any RowQuerying,
        into results: inout [String: ConnectionResult],
        _ failed: (StepFailure, String) -> Void
    ) async {
        let runner = CheckRunner(
            reader: reader, querier: querier, time: time, isStopping: configuration.isStopping)
        var listed: [ActualConnection]?
        for connection in desired.connections where !connection.checks.isEmpty && !connection.isSuspended {
            let result = results[connection.key]
            let hasChanged = result.map { !$0.steps.isEmpty } ?? false
            guard result?.failure == nil, hasChanged || configuration.openChecks.contains(connection.key),
                let uuid = await uuid(of: connection.key, plan, &listed)
            else { continue }
            do throws(StepFailure) {
                let failures = try await runner.failures(of: connection, uuid: uuid)
                configuration.openChecks.note(connection.key, isOpen: !failures.isEmpty)
                guard let first = failures.first else { continue }
                let others = failures.count > 1 ? " (and \(failures.count - 1) more)" : ""
                throw StepFailure(.failed, first.text + others, help: "run reconcile check to see all of them again")
            } catch {
                results[connection.key, default: ConnectionResult()].failure = error
                if !error.isInterruption { failed(error, connection.key) }
                if error.stopsEverything || error.isInterruption { return }
            }
        }
    }

    /// Of what was there before, or what was made just now, by the account that is read once where that is needed.
    private func uuid(of key: String, _ plan: Plan, _ listed: inout [ActualConnection]?) async -> String? {
        let planned = plan.connections.first { $0.key == key }
        if let uuid = planned?.uuid { return uuid }
        guard let planned, let desired = planned.desired else { return nil }
        if listed == nil { listed = try? await reader.listConnections() }
        if let marker = planned.marker {
            return listed?.first { $0.wholeMarker?.owner == marker.owner && $0.wholeMarker?.key == marker.key }?.uuid
        }
        let named = (listed ?? []).filter { $0.name == desired.name && $0.primaryKey == desired.primaryKey }
        return named.count == 1 ? named[0].uuid : nil
    }
}

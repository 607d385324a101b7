import APIClient
import DataFiles
import Model
import Planner
import Platform
import StateStore
import Synchronization

/// Carries a plan out: connections side by side, the steps of each in order, deletes last.
///
/// A failure stops its own connection. Wrong keys and an API out of reach stop everything, since all others would
/// only fail in the same way.
struct Executor: Sendable {
    let configuration: PassConfiguration
    let reader: any ConnectionReading
    let writer: any ConnectionWriting
    let store: StateStore
    let input: PlanningInput
    let dataSets: [String: DataSurveys.SurveyedSet]
    let observer: any PassObserver
    let time: any TimeSource
    /// Shared by the uploads of all connections.
    let window: UploadWindow
    let sizeLimit = RequestSizeLimit()
    let pool: BodyPool
    /// Keys of connections that are left alone in this pass.
    var held: Set<String> = []
    /// What deletes are judged by anew, right before each request.
    var precheck: DeletePrecheck?

    /// Adds to `results` what was done. False where the files moved, so that the pass has to start over.
    func carryOut(
        _ plan: Plan, into results: inout [String: ConnectionResult], isUnchanged: @escaping @Sendable () -> Bool
    ) async -> Bool {
        let free = plan.connections.filter { !held.contains($0.key) }
        let deletes = free.filter { $0.actions == [.delete] }
        let others = free.filter { planned in
            // What a run about drift alone leaves out must not be remembered as if it were done.
            if plan.scope.isDriftOnly, planned.actions.isEmpty { return false }
            return planned.desired != nil && !planned.isStopped && planned.desired?.isSuspended != true
        }
        if plan.hasChanges, !isUnchanged() { return false }
        let stop = StopSignal()
        await runSideBySide(others, stop: stop, into: &results)
        if deletes.isEmpty { return true }
        if !isUnchanged() { return false }
        var deleting = self
        deleting.precheck = await DeletePrecheck.read(reader, isUnchanged: isUnchanged)
        await deleting.runSideBySide(deletes, stop: stop, into: &results)
        return true
    }

    private func runSideBySide(
        _ connections: [PlannedConnection], stop: StopSignal, into results: inout [String: ConnectionResult]
    ) async {
        await withTaskGroup(of: (String, ConnectionResult).self) { group in
            func record(_ finished: (String, ConnectionResult)) {
                let (key, result) = finished
                results[key, default: ConnectionResult()].add(result)
            }
            for (index, connection) in connections.enumerated() {
                if index >= configuration.connectionsAtOnce, let finished = await group.next() { record(finished) }
                group.addTask { await run(connection, stop: stop) }
            }
            for await finished in group { record(finished) }
        }
    }

    private func run(_ planned: PlannedConnection, stop: StopSignal) async -> (String, ConnectionResult) {
        var run = ConnectionRun(planned: planned, executor: self)
        if configuration.isStopping(), !planned.actions.isEmpty { _ = stop.raise(.interrupted) }
        if let reason = stop.reason {
            if !planned.actions.isEmpty { run.result.failure = reason.ofOthers }
            return (planned.key, run.result)
        }
        do throws(StepFailure) {
            try await run.carryOut()
        } catch {
            run.result.failure = error
            if error.isInterruption {
                _ = stop.raise(error)
            } else if error.stopsEverything {
                if stop.raise(error) { observer.failed(error, key: planned.key) }
            } else {
                observer.failed(error, key: planned.key)
            }
        }
        return (planned.key, run.result)
    }
}

/// Raised once, by the first failure that all others would share.
final class StopSignal: Sendable {
    private let raised = Mutex<StepFailure?>(nil)

    var reason: StepFailure? { raised.withLock { $0 } }

    /// True for the one who raised it.
    func raise(_ failure: StepFailure) -> Bool {
        raised.withLock { current in
            if current != nil { return false }
            current = failure
            return true
        }
    }
}

extension ConnectionResult {
    /// Takes in what a later try did.
    mutating func add(_ later: ConnectionResult) {
        steps += later.steps
        warnings += later.warnings
        rejected += later.rejected
        uploadedRows += later.uploadedRows
        failure = later.failure
    }
}

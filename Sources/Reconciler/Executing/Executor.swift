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
    let dataSets: [String: SurveyedSet]
    let observer: any PassObserver
    let time: any TimeSource
    let ledgers: LedgerDirectory
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
        // All creates come first, so that one look at the list afterwards tells of all whether another run made the same.
        var begun = await sideBySide(others.filter(\.isCreated).map(begin), stop) { run throws(StepFailure) in
            try await run.begin()
        }
        let shown = await settleTwins(among: &begun, stop)
        collect(begun.filter { $0.result.failure != nil }, into: &results)
        begun = await sideBySide(begun.filter { $0.result.failure == nil }, stop) { run throws(StepFailure) in
            try await run.confirmCreated(listed: run.uuid.flatMap { shown[$0] })
        }
        let rest = others.filter { !$0.isCreated }.map(begin) + begun.filter { $0.result.failure == nil }
        collect(begun.filter { $0.result.failure != nil }, into: &results)
        collect(await sideBySide(rest, stop) { run throws(StepFailure) in try await run.carryOut() }, into: &results)
        if deletes.isEmpty { return true }
        if !isUnchanged() { return false }
        var deleting = self
        deleting.precheck = await DeletePrecheck.read(reader, isUnchanged: isUnchanged)
        collect(
            await sideBySide(deletes.map(deleting.begin), stop) { run throws(StepFailure) in try await run.carryOut() },
            into: &results)
        return true
    }

    private func begin(_ planned: PlannedConnection) -> ConnectionRun {
        ConnectionRun(planned: planned, executor: self)
    }

    private func collect(_ runs: [ConnectionRun], into results: inout [String: ConnectionResult]) {
        for run in runs { results[run.planned.key, default: ConnectionResult()].add(run.result) }
    }

    /// Does the same for several connections at a time; the runs come back in no order.
    private func sideBySide(
        _ runs: [ConnectionRun], _ stop: StopSignal,
        _ work: @escaping @Sendable (inout ConnectionRun) async throws(StepFailure) -> Void
    ) async -> [ConnectionRun] {
        await withTaskGroup(of: ConnectionRun.self) { group in
            var ended: [ConnectionRun] = []
            for (index, run) in runs.enumerated() {
                if index >= configuration.connectionsAtOnce, let finished = await group.next() {
                    ended.append(finished)
                }
                group.addTask { await attempt(run, stop, work) }
            }
            for await finished in group { ended.append(finished) }
            return ended
        }
    }

    private func attempt(
        _ run: ConnectionRun, _ stop: StopSignal,
        _ work: @Sendable (inout ConnectionRun) async throws(StepFailure) -> Void
    ) async -> ConnectionRun {
        var run = run
        let planned = run.planned
        if configuration.isStopping(), !planned.actions.isEmpty { _ = stop.raise(.interrupted) }
        if let reason = stop.reason {
            if !planned.actions.isEmpty { run.result.failure = reason.ofOthers }
            return run
        }
        do throws(StepFailure) {
            try await work(&run)
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
        return run
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

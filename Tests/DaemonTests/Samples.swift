import HTTPServer
import JSON
import Model
import Planner
import Platform
import Reconciler

@testable import Daemon

/// Plans and outcomes without an account.
enum Samples {
    static func desired(_ key: String, name: String? = nil, suspended: Bool = false) -> DesiredConnection {
        let place = SourceLocation(path: "Manifests/\(key).yaml", line: 1)
        return DesiredConnection(
            key: key, name: name ?? key, primaryKey: "id", isSuspended: suspended,
            places: .init(manifest: place, primaryKey: place, source: place))
    }

    static func planned(
        _ key: String, name: String? = nil, actions: [Action] = [], suspended: Bool = false, ttlSeconds: Int? = nil
    ) -> PlannedConnection {
        var desired = desired(key, name: name, suspended: suspended)
        desired.data = ttlSeconds.map { DesiredData(files: [], ttlSeconds: $0) }
        return PlannedConnection(
            LocatedConnection(
                key: key, name: name ?? key, desired: desired, verdict: suspended ? .leftAlone : .absent),
            .steps(actions))
    }

    /// Owned, without a manifest.
    static func absent(_ key: String, deletes: Bool = true) -> PlannedConnection {
        let actual = ActualConnection(
            uuid: "uuid-of-\(key)", name: key, primaryKey: "id", description: nil, details: .uploadBased)
        return PlannedConnection(
            LocatedConnection(key: key, name: key, actual: actual, origin: .known, verdict: .ours(nil)),
            .steps(deletes ? [.delete] : []))
    }

    static func update(_ cause: FieldChange.Cause) -> Action {
        .update([FieldChange(path: "name", old: "a", new: "b", isSensitive: false, cause: cause)])
    }

    static func outcome(
        _ connections: [PlannedConnection], steps: [String: [Step]] = [:], failures: [String: StepFailure] = [:],
        held: [String: String] = [:]
    ) -> PassOutcome {
        var outcome = PassOutcome()
        outcome.plan = Plan(connections: connections)
        outcome.held = held
        for (key, steps) in steps { outcome.results[key, default: ConnectionResult()].steps = steps }
        for (key, failure) in failures { outcome.results[key, default: ConnectionResult()].failure = failure }
        return outcome
    }

    static func failing(_ kind: StepFailure.Kind, _ message: String = "it broke") -> PassOutcome {
        var outcome = PassOutcome()
        outcome.failure = StepFailure(kind, message)
        return outcome
    }

    static func invalid() -> PassOutcome {
        var outcome = PassOutcome()
        outcome.diagnostics = [
            Diagnostic(
                .error, "unknown field nmae", at: SourceLocation(path: "Manifests/a.yaml", line: 4, column: 3),
                help: "did you mean name?")
        ]
        return outcome
    }
}

/// Passes that come to what the test says, and wait until it lets them end.
final class FakeRunner: PassRunner {
    private struct State {
        var orders: [PassRequest] = []
        var waiting: CheckedContinuation<PassResult, Never>?
        var isDrained = false
        var wasCut = false
        var atOnce = 0
        var mostAtOnce = 0
    }

    private let state = Locked(State())

    var orders: [PassRequest] { state.withLock(\.orders) }
    var reasons: [PassReason] { orders.map(\.reason) }
    var isDrained: Bool { state.withLock(\.isDrained) }
    /// Whether the task of a pass was cancelled; that ends the pass.
    var wasCut: Bool { state.withLock(\.wasCut) }
    var isRunning: Bool { state.withLock { $0.waiting != nil } }
    var mostAtOnce: Int { state.withLock(\.mostAtOnce) }
    var progress: Int { 0 }

    func run(_ order: PassRequest) async -> PassResult {
        state.withLock { state in
            state.atOnce += 1
            state.mostAtOnce = max(state.mostAtOnce, state.atOnce)
        }
        defer { state.withLock { $0.atOnce -= 1 } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { state in
                    state.orders.append(order)
                    state.waiting = continuation
                }
            }
        } onCancel: {
            state.withLock { $0.wasCut = true }
            var outcome = PassOutcome()
            outcome.failure = .interrupted
            end(outcome)
        }
    }

    func drain() { state.withLock { $0.isDrained = true } }

    func end(_ outcome: PassOutcome) {
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(returning: PassResult(outcome: outcome))
    }
}

/// The lines that were logged.
final class LogLines: Sendable {
    private let lines = Locked<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    func log(_ format: Log.Format = .text, lowest: LogLevel = .info, time: any TimeSource) -> Log {
        Log(format: format, lowest: lowest, time: time) { line in self.lines.withLock { $0.append(line) } }
    }
    func count(_ part: String) -> Int { all.filter { $0.contains(part) }.count }
}

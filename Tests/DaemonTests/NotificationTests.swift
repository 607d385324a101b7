import JSON
import Model
import Planner
import Platform
import Reconciler
import TestSupport
import Testing

@testable import Daemon

/// Who is told of what.
@Suite(.timeLimit(.minutes(1))) struct NotificationTests {
    /// Takes what is posted, and refuses as often as it is told.
    final class Chat: NotificationSender {
        private let state: Locked<(refusals: Int, posts: [JSONValue], tries: Int)>
        let destination = "https://chat.example.com"

        init(refusals: Int = 0) { state = Locked((refusals, [], 0)) }

        var posts: [JSONValue] { state.withLock(\.posts) }
        var tries: Int { state.withLock(\.tries) }
        var events: [String] {
            posts.flatMap { $0["events"]?.arrayValue ?? [] }.map { event in
                [event["connection"]?.stringValue, event["event"]?.stringValue].compactMap { $0 }.joined(separator: " ")
            }
        }

        func post(_ document: JSONValue) async -> String? {
            state.withLock { state in
                state.tries += 1
                if state.refusals > 0 {
                    state.refusals -= 1
                    return "it answered 500"
                }
                state.posts.append(document)
                return nil
            }
        }
    }

    @Test func changesOfStateAreTold() async throws {
        let chat = Chat()
        let rig = try DaemonTests.Rig(notify: chat)
        let a = Samples.planned("a", actions: [Samples.update(.manifest)])
        let failure = StepFailure(.failed, "409 Conflict", help: "wait")
        try await rig.pass(1, ends: Samples.outcome([a], failures: ["a": failure]))
        try await rig.until { chat.posts.count == 1 }
        #expect(chat.events == ["a connection_failing"])
        let text = chat.posts[0]["text"]?.stringValue ?? ""
        #expect(text == "reconcile, \(rig.place.path)\n• a: failing: 409 Conflict (wait)")
        // It fails again: that is no news.
        try await rig.until(step: 400) { rig.runner.orders.count == 2 }
        try await rig.pass(2, ends: Samples.outcome([a], failures: ["a": failure]))
        try await rig.until(step: 400) { rig.runner.orders.count == 3 }
        try await rig.pass(3, ends: Samples.outcome([a], steps: ["a": [.updated]]))
        try await rig.until { chat.posts.count == 2 }
        #expect(chat.events.last == "a connection_recovered")
        // Drift is told with what it was.
        let drifted = Samples.planned("a", actions: [Samples.update(.drift)])
        try await rig.until(step: 400) { rig.runner.orders.count == 4 }
        try await rig.pass(4, ends: Samples.outcome([drifted], steps: ["a": [.updated]]))
        try await rig.until { chat.posts.count == 3 }
        #expect(chat.events.last == "a drift_corrected")
        #expect(chat.posts[2]["events"]?.arrayValue?.first?["message"] == "corrected drift: name \"a\" → \"b\"")
        // A manifest that is gone.
        try await rig.until(step: 400) { rig.runner.orders.count == 5 }
        try await rig.pass(5, ends: Samples.outcome([Samples.absent("a")], held: ["a": "later"]))
        try await rig.until { chat.posts.count == 4 }
        #expect(chat.events.last == "a delete_pending")
        try await rig.stop()
    }

    @Test func passesThatFailAsAWholeAreToldOnce() async throws {
        let chat = Chat()
        let rig = try DaemonTests.Rig(notify: chat)
        try await rig.pass(1, ends: Samples.invalid())
        try await rig.until { chat.posts.count == 1 }
        #expect(chat.events == ["invalid_manifests"])
        try await rig.until(step: 400) { rig.runner.orders.count == 2 }
        try await rig.pass(2, ends: Samples.invalid())
        try await rig.until(step: 400) { rig.runner.orders.count == 3 }
        try await rig.pass(3, ends: Samples.failing(.unreachable))
        try await rig.until { chat.posts.count == 2 }
        try await rig.until(step: 400) { rig.runner.orders.count == 4 }
        try await rig.pass(4, ends: Samples.outcome([Samples.planned("a")]))
        try await rig.until { chat.posts.count == 3 }
        #expect(chat.events == ["invalid_manifests", "unreachable", "recovered"])
        try await rig.stop()
    }

    /// It is tried again, the loop waits for nothing, and what cannot be delivered is logged without its address.
    @Test func whatDoesNotArriveIsTriedAgainAndThenLetGo() async throws {
        let chat = Chat(refusals: 5)
        let rig = try DaemonTests.Rig(notify: chat)
        try await rig.pass(1, ends: Samples.invalid())
        try await rig.until(step: 40) { chat.tries == 4 }
        try await rig.until { rig.lines.count("https://chat.example.com was not told: it answered 500") == 1 }
        #expect(chat.posts.isEmpty)
        try await rig.until(step: 400) { rig.runner.orders.count >= 2 && rig.runner.isRunning }
        rig.runner.end(Samples.outcome([Samples.planned("a")]))
        try await rig.until(step: 40) { chat.posts.count == 1 }
        #expect(chat.events == ["recovered"])
        try await rig.stop()
    }

    /// What is put right stands in the log: which field, from what to what, and why.
    @Test func theLogNamesWhatWasPutRight() {
        let lines = LogLines()
        let log = PassLog(log: lines.log(time: ManualTime()))
        let changes = [
            FieldChange(path: "name", old: "Theirs", new: "Ours", isSensitive: false, cause: .drift),
            FieldChange(path: "external_api_details.headers.X", old: "a", new: "b", isSensitive: true, cause: .drift),
            FieldChange(path: "description", old: nil, new: "New", isSensitive: false, cause: .manifest),
        ]
        let planned = Samples.planned("stock", actions: [.update(changes)])
        log.planned(Plan(connections: [planned]))
        log.did(.updated, key: "stock")
        #expect(
            lines.all.dropFirst().map { $0.split(separator: " ", maxSplits: 1)[1] } == [
                "updated connection=stock",
                "corrected drift: name \"Theirs\" → \"Ours\" connection=stock field=name cause=drift",
                "corrected drift: external_api_details.headers.X (sensitive) → (sensitive) connection=stock "
                    + "field=external_api_details.headers.X cause=drift",
                "description (none) → \"New\" connection=stock field=description cause=manifest_changed",
            ], "\(lines.all)")
    }

    /// Outside of the windows a connection waits, says for what, and is looked at again when one opens.
    @Test func whatWaitsForAWindowSaysSo() {
        var tracker = ConnectionTracker(pruneDelay: 60)
        let planned = Samples.planned("a", actions: [Samples.update(.manifest)])
        var outcome = Samples.outcome([planned], held: ["a": "outside of the sync windows"])
        outcome.opensAt = 1_700_000_500
        _ = tracker.update(
            from: outcome.plan!, outcome, at: .init(began: 10, now: 10, unix: 1_700_000_000, random: 0))
        #expect(tracker.entries["a"]?.state == .pending)
        #expect(tracker.entries["a"]?.problem == "outside of the sync windows")
        #expect(tracker.entries["a"]?.planned == ["update name"])
        #expect(tracker.nextTry == 510)
        // Done, nothing is planned any more.
        let done = Samples.outcome([planned], steps: ["a": [.updated]])
        _ = tracker.update(from: done.plan!, done, at: .init(began: 510, now: 510, unix: 1_700_000_500, random: 0))
        #expect(tracker.entries["a"]?.planned == [] && tracker.entries["a"]?.state == .converged)
    }
}

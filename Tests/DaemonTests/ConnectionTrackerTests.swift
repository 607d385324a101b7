import Model
import Planner
import Reconciler
import Testing

@testable import Daemon

@Suite struct ConnectionTrackerTests {
    /// A tracker and the time of its passes.
    struct Rig {
        var tracker = ConnectionTracker(pruneDelay: 60)
        var now = 1000.0

        /// One pass: what is held is told by the tracker itself.
        @discardableResult
        mutating func pass(
            _ connections: [PlannedConnection], failures: [String: StepFailure] = [:],
            steps: [String: [Step]] = [:], deletes: Set<String> = []
        ) -> [ConnectionTracker.News] {
            var held: [String: String] = [:]
            for planned in connections where !planned.actions.isEmpty {
                held[planned.key] = tracker.reasonToHold(planned, passBegan: now)
            }
            var outcome = Samples.outcome(
                connections, failures: failures.filter { held[$0.key] == nil }, held: held)
            for key in deletes where held[key] == nil {
                outcome.results[key, default: ConnectionResult()].steps.append(.deleted)
            }
            for (key, done) in steps where held[key] == nil {
                outcome.results[key, default: ConnectionResult()].steps += done
            }
            return tracker.update(
                from: outcome.plan!, outcome, at: .init(began: now, now: now, unix: 1_700_000_000 + now, random: 0))
        }

        func holds(_ planned: PlannedConnection) -> Bool { tracker.reasonToHold(planned, passBegan: now) != nil }
        func state(_ key: String) -> ConnectionEntry.State? { tracker.entries[key]?.state }
    }

    static let failure = StepFailure(.failed, "409 Conflict")

    @Test func aFailingConnectionIsHeldLongerAndLongerUpToFiveMinutes() {
        var rig = Rig()
        let planned = Samples.planned("a", actions: [Samples.update(.manifest)])
        var pauses: [Double] = []
        for _ in 0..<11 {
            rig.pass([planned], failures: ["a": Self.failure])
            let next = rig.tracker.nextTry ?? 0
            pauses.append(next - rig.now)
            rig.now = next - 0.01
            #expect(rig.holds(planned))
            rig.now = next
            #expect(!rig.holds(planned))
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
    }

    @Test func thePausesVarySoThatNotAllComeBackTogether() {
        var one = Backoff()
        var other = Backoff()
        #expect(one.fail(random: 0) == 1)
        #expect(abs(other.fail(random: 0.99) - 0.802) < 1e-9)
    }

    @Test func oneFailingConnectionDelaysNoOther() {
        var rig = Rig()
        let bad = Samples.planned("bad", actions: [Samples.update(.manifest)])
        let good = Samples.planned("good", actions: [Samples.update(.manifest)])
        rig.pass([bad, good], failures: ["bad": Self.failure])
        #expect(rig.holds(bad))
        #expect(!rig.holds(good))
        #expect(rig.state("good") == .converged)
    }

    @Test func successAndAChangedManifestForgetTheBackoff() {
        var rig = Rig()
        let planned = Samples.planned("a", actions: [Samples.update(.manifest)])
        for _ in 0..<5 {
            rig.pass([planned], failures: ["a": Self.failure])
            rig.now = rig.tracker.nextTry ?? 0
        }
        rig.pass([planned], failures: ["a": Self.failure])
        let changed = Samples.planned("a", name: "another name", actions: [Samples.update(.manifest)])
        #expect(rig.holds(planned))
        #expect(!rig.holds(changed))
        rig.pass([changed], failures: ["a": Self.failure])
        #expect(rig.tracker.nextTry == rig.now + 1)
        rig.now += 1
        let news = rig.pass([changed])
        #expect(news.map(\.event) == ["connection_recovered"])
        #expect(rig.tracker.nextTry == nil)
    }

    /// Rows expire by the full upload that they came with: the changed ones that follow it change nothing about that.
    @Test(arguments: [(isDelta: true, isDone: true), (true, false), (false, true), (false, false)])
    func rowsAreDueWhenThePlanSaysSo(isDelta: Bool, isDone: Bool) {
        var rig = Rig()
        let summary = DataSummary(version: 1, digest: "d1", rows: 3, requests: 1, bytes: 10)
        var planned = Samples.planned("a", ttlSeconds: 900)
        planned.data = summary
        planned.knownData = DataStamp(version: 1, digest: "d0", at: 1_700_000_500)
        planned.outcome = .steps([
            .upload(
                UploadPlan(
                    data: summary, reason: .rowsChanged, isDelta: isDelta,
                    sending: RowsToSend(rows: 1, requests: 1, bytes: 5), deletes: 0))
        ])
        let done: [Step] = isDone ? [.uploaded(rows: 1, UploadProgress(totalRows: 1))] : []
        rig.pass([planned], failures: isDone ? [:] : ["a": Self.failure], steps: ["a": done])
        let began = !isDelta && isDone ? 1_700_001_000.0 : 1_700_000_500
        #expect(rig.tracker.entries["a"]?.nextRefresh == began + 600)
    }

    @Test func aRejectedRowWaitsForTheDataToChange() {
        var rig = Rig()
        var planned = Samples.planned("a", actions: [Samples.update(.manifest)])
        planned.data = DataSummary(version: 1, digest: "d1", rows: 1, requests: 1, bytes: 10)
        rig.pass([planned], failures: ["a": StepFailure(.rowsRejected, "1 row was rejected")])
        #expect(rig.state("a") == .blocked)
        #expect(rig.tracker.nextTry == nil)
        rig.now += 100_000
        #expect(rig.holds(planned))
        planned.data?.digest = "d2"
        #expect(!rig.holds(planned))
    }

    @Test func aPassThatIsAskedForTriesEverythingAndDeletesNothingSooner() {
        var rig = Rig()
        let planned = Samples.planned("a", actions: [Samples.update(.manifest)])
        rig.pass([planned, Samples.absent("gone")], failures: ["a": Self.failure])
        #expect(rig.tracker.reasonToHold(planned, passBegan: rig.now, isAsked: true) == nil)
        #expect(rig.tracker.reasonToHold(Samples.absent("gone"), passBegan: rig.now, isAsked: true) != nil)
    }

    @Test func aDeleteNeedsTwoPassesThatAreTheDelayApart() {
        var rig = Rig()
        let gone = Samples.absent("gone")
        #expect(rig.holds(gone))
        #expect(rig.pass([gone]).map(\.event) == ["delete_pending"])
        #expect(rig.tracker.nextTry == 1060)
        rig.now = 1030
        #expect(rig.holds(gone))
        rig.pass([gone])
        #expect(rig.tracker.nextTry == 1060, "a pass in between does not begin anew")
        rig.now = 1060
        #expect(!rig.holds(gone))
        rig.pass([gone], deletes: ["gone"])
        #expect(rig.tracker.entries.isEmpty)
    }

    @Test func aManifestThatCameBackBeginsTheDelayAnew() {
        var rig = Rig()
        rig.pass([Samples.absent("x")])
        rig.now += 30
        rig.pass([Samples.planned("x")])
        rig.now += 100
        #expect(rig.holds(Samples.absent("x")))
        rig.pass([Samples.absent("x")])
        rig.now += 59
        #expect(rig.holds(Samples.absent("x")))
        rig.now += 1
        #expect(!rig.holds(Samples.absent("x")))
    }

    @Test func aPassWithoutAPlanProvesNoAbsence() {
        var rig = Rig()
        rig.pass([Samples.absent("x")])
        rig.now += 30
        rig.tracker.forgetAbsences()
        rig.now += 100
        #expect(rig.holds(Samples.absent("x")))
    }

    @Test func threeCorrectionsInAnHourAreReportedOnceAndRetriedAtTheSlowestRate() {
        var rig = Rig()
        rig.pass([Samples.planned("a")])
        let drifted = Samples.planned("a", actions: [Samples.update(.drift)])
        var news: [ConnectionTracker.News] = []
        for _ in 0..<3 {
            rig.now += 300
            #expect(!rig.holds(drifted))
            news += rig.pass([drifted])
        }
        #expect(news.map(\.event) == ["connection_contested"])
        #expect(rig.state("a") == .contested)
        rig.now += 299
        #expect(rig.holds(drifted))
        #expect(rig.pass([drifted]).isEmpty)
        rig.now += 1
        #expect(!rig.holds(drifted))
        #expect(rig.pass([drifted]).isEmpty, "reported once")
    }

    @Test func correctionsThatAreAnHourApartAreNoContest() {
        var rig = Rig()
        rig.pass([Samples.planned("a")])
        for _ in 0..<6 {
            rig.now += 1900
            rig.pass([Samples.planned("a", actions: [Samples.update(.drift)])])
            #expect(rig.state("a") == .converged)
        }
    }

    @Test func aContestThatEndedDoesNotKeepTheLoopAwake() {
        var rig = Rig()
        rig.pass([Samples.planned("a")])
        for _ in 0..<3 {
            rig.now += 10
            rig.pass([Samples.planned("a", actions: [Samples.update(.drift)])])
        }
        rig.now = rig.tracker.nextTry ?? 0
        rig.pass([Samples.planned("a")])
        #expect(rig.tracker.nextTry == nil)
        rig.now += 3600
        rig.pass([Samples.planned("a")])
        #expect(rig.state("a") == .converged)
    }

    @Test func theUsersOwnChangesAreNoContest() {
        var rig = Rig()
        rig.pass([Samples.planned("a")])
        for _ in 0..<6 {
            rig.now += 10
            rig.pass([Samples.planned("a", actions: [Samples.update(.manifest)])])
        }
        #expect(rig.state("a") == .converged)
    }

    @Test func suspendedAndRefusedConnectionsAreShown() {
        var rig = Rig()
        var refused = Samples.planned("r")
        refused.outcome = .stopped([Refusal(.unowned, "somebody else's", at: nil, help: "adopt it")], [])
        let news = rig.pass([Samples.planned("s", suspended: true), refused, Samples.absent("o", deletes: false)])
        #expect(rig.state("s") == .suspended)
        #expect(rig.state("r") == .refused)
        #expect(rig.state("o") == .orphaned)
        #expect(
            Set(news.map(\.event)) == ["connection_suspended", "connection_refused", "connection_orphaned"])
        #expect(rig.pass([Samples.planned("s", suspended: true), refused]).isEmpty, "each is told once")
    }

    @Test func anAPIThatIsOutOfReachIsNoFailureOfTheConnection() {
        var rig = Rig()
        let planned = Samples.planned("a", actions: [Samples.update(.manifest)])
        rig.pass([planned], failures: ["a": StepFailure(.unreachable, "refused")])
        #expect(rig.state("a") == .pending)
        #expect(!rig.holds(planned))
        #expect(rig.tracker.nextTry == nil)
    }

    @Test func theNextRefreshIsAtTwoThirdsOfTheTimeToLive() {
        var rig = Rig()
        var planned = Samples.planned("a", ttlSeconds: 900)
        planned.knownData = DataStamp(version: 1, digest: "d", at: 1000)
        rig.pass([planned])
        #expect(rig.tracker.entries["a"]?.nextRefresh == 1600)
    }
}

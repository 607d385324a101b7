import Foundation
import Model
import Planner
import Platform
import Reconciler
import TestSupport
import Testing

@testable import Daemon

/// The whole loop with passes that are made up, a clock that the test moves, and real inotify.
@Suite(.timeLimit(.minutes(1))) struct DaemonTests {
    /// A daemon over an empty directory.
    final class Rig: Sendable {
        let time = ManualTime.waiting()
        let runner = FakeRunner()
        let lines = LogLines()
        let place = TemporaryDirectory()
        var directory: URL { place.url }
        let daemon: Daemon
        let running: Task<Void, any Error>

        init(calls: any InotifyCalls = SystemInotify(), notify: (any NotificationSender)? = nil) throws {
            var options = DaemonOptions(directory: place.path, version: "1")
            options.notify = notify
            let daemon = Daemon(
                options: options, runner: runner,
                log: lines.log(time: time), notifier: SystemdNotifier(environment: [:], time: time), time: time,
                calls: calls)
            self.daemon = daemon
            running = Task { try await daemon.run() }
        }

        struct NeverHappened: Error {}

        /// Until something is so, with timers that are due within `step` seconds let go on the way. Ends the test where
        /// it never is.
        func until(step: Double = 0, _ condition: () -> Bool) async throws {
            let clock = ContinuousClock()
            let deadline = clock.now + .seconds(20)
            while !condition() {
                if clock.now > deadline { throw NeverHappened() }
                if let wake = time.nextWake, wake - time.uptime() <= step { time.advance(wake - time.uptime()) }
                try await Task.sleep(for: .milliseconds(1))
            }
        }

        func pass(_ number: Int, ends outcome: PassOutcome) async throws {
            try await until { runner.orders.count == number && runner.isRunning }
            let before = daemon.status.metrics.passes.values.reduce(0, +)
            runner.end(outcome)
            try await until { daemon.status.metrics.passes.values.reduce(0, +) > before }
        }

        /// Moves the clock to the next timer that is at least so far away.
        func advance(_ seconds: Double) async throws {
            try await until { time.nextWake != nil }
            time.advance(seconds)
        }

        func write(_ name: String = "a.yaml") throws {
            try Data("x".utf8).write(to: directory.appending(path: name))
        }

        func stop() async throws {
            daemon.stop()
            try await running.value
        }
    }

    @Test func aSavedFileWakesAPassAfterTheDebounce() async throws {
        let rig = try Rig()
        try await rig.pass(1, ends: Samples.outcome([Samples.planned("a")]))
        try rig.write()
        // The resync is due much later, so only the debounce is let go.
        try await rig.until(step: 1) { rig.runner.orders.count == 2 }
        try await rig.pass(2, ends: Samples.outcome([Samples.planned("a")]))
        #expect(rig.runner.reasons == [.started, .changed])
        try await rig.stop()
    }

    @Test func theResyncComesByItselfAndPassesNeverOverlap() async throws {
        let rig = try Rig()
        for number in 1...20 {
            try await rig.pass(number, ends: Samples.outcome([]))
            try await rig.advance(300)
        }
        try await rig.until { rig.runner.orders.count == 21 }
        #expect(rig.runner.mostAtOnce == 1)
        #expect(rig.runner.reasons.dropFirst().allSatisfy { $0 == .resync })
        rig.daemon.stop()
        try await rig.until { rig.runner.isDrained }
        rig.runner.end(Samples.outcome([]))
        try await rig.running.value
    }

    @Test func invalidManifestsAreToldOnceAndClearThemselves() async throws {
        let rig = try Rig()
        try await rig.pass(1, ends: Samples.outcome([Samples.planned("a")]))
        for number in 2...4 {
            rig.daemon.reload()
            try await rig.pass(number, ends: Samples.invalid())
        }
        #expect(rig.lines.count("unknown field nmae") == 2, "the error, and the summary of the pass")
        #expect(rig.daemon.status.manifestErrors == ["Manifests/a.yaml:4:3: unknown field nmae"])
        #expect(rig.daemon.status.connections.map(\.state) == [.converged], "the last good state stands")
        #expect(!rig.daemon.status.isConverged)
        rig.daemon.reload()
        try await rig.pass(5, ends: Samples.outcome([Samples.planned("a")]))
        #expect(rig.daemon.status.manifestErrors == [])
        #expect(rig.lines.count("valid again") == 1)
        try await rig.stop()
    }

    @Test func anAPIOutOfReachIsProbedWithGrowingPauses() async throws {
        let rig = try Rig()
        var pauses: [Double] = []
        for number in 1...10 {
            try await rig.pass(number, ends: Samples.failing(.unreachable))
            try await rig.until { rig.time.nextWake.map { $0 > rig.time.uptime() } ?? false }
            let pause = (rig.time.nextWake ?? 0) - rig.time.uptime()
            pauses.append(pause)
            rig.time.advance(pause)
        }
        // The tests' random number is a half, which takes a tenth away.
        let expected = [0.9, 1.8, 3.6, 7.2, 14.4, 28.8, 57.6, 115.2, 230.4, 270]
        #expect(zip(pauses, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(pauses)")
        #expect(rig.runner.reasons.dropFirst().allSatisfy { $0 == .probe })
        #expect(rig.lines.count("it broke") == 2, "once as an error, once as the pass's summary")
        try await rig.pass(11, ends: Samples.outcome([]))
        #expect(rig.daemon.status.apiProblem == nil)
        try await rig.stop()
    }

    @Test func wrongKeysAreProbedAtTheSlowestRateFromTheStart() async throws {
        let rig = try Rig()
        try await rig.pass(1, ends: Samples.failing(.authenticationFailed, "the keys are wrong"))
        try await rig.until { rig.time.nextWake != nil }
        #expect(abs((rig.time.nextWake ?? 0) - rig.time.uptime() - 270) < 1e-6)
        #expect(rig.daemon.status.apiProblem == "the keys are wrong")
        // Changed files cannot help, so they do not wake anything; being asked does.
        try rig.write()
        rig.daemon.reload()
        try await rig.pass(2, ends: Samples.outcome([]))
        #expect(rig.runner.reasons == [.started, .asked])
        try await rig.stop()
    }

    @Test func beingToldToStopDrainsThePassAndWaitsForIt() async throws {
        let rig = try Rig()
        try await rig.until { rig.runner.isRunning }
        rig.daemon.stop()
        try await rig.until { rig.runner.isDrained }
        var outcome = PassOutcome()
        outcome.failure = .interrupted
        rig.runner.end(outcome)
        try await rig.running.value
        #expect(rig.lines.all.last?.contains("stopped") == true)
        #expect(rig.lines.count("error") == 0, "\(rig.lines.all)")
    }

    @Test func whatDoesNotEndWithinTwentySecondsIsCut() async throws {
        let rig = try Rig()
        try await rig.until { rig.runner.isRunning }
        rig.daemon.stop()
        try await rig.until { rig.runner.isDrained }
        try await rig.until(step: 19.9) { rig.time.nextWake.map { $0 - rig.time.uptime() <= 10 } ?? false }
        #expect(!rig.runner.wasCut)
        try await rig.until(step: 20) { rig.runner.wasCut }
        #expect(rig.time.uptime() - 1000 >= 20)
        try await rig.running.value
        #expect(rig.lines.count("did not end in time") == 1)
    }

    @Test func aDeleteIsHeldInOnePassAndLetGoInTheNextThatIsTheDelayLater() async throws {
        let rig = try Rig()
        let gone = Samples.absent("gone")
        try await rig.until { rig.runner.isRunning }
        let reason = try #require(rig.runner.orders[0].holdBack(gone))
        #expect(reason.contains("60 s in two passes"))
        try await rig.pass(1, ends: Samples.outcome([gone], held: ["gone": reason]))
        #expect(rig.daemon.status.connections.map(\.state) == [.pending])

        // A pass in between lets nothing go, not even one that is asked for.
        rig.time.advance(59)
        rig.daemon.reload()
        try await rig.until { rig.runner.orders.count == 2 && rig.runner.isRunning }
        #expect(rig.runner.orders[1].holdBack(gone) != nil)
        try await rig.pass(2, ends: Samples.outcome([gone], held: ["gone": reason]))

        // The loop wakes for it long before the resync.
        try await rig.until(step: 1) { rig.runner.orders.count == 3 && rig.runner.isRunning }
        #expect(rig.runner.reasons == [.started, .asked, .retry])
        #expect(rig.runner.orders[2].holdBack(gone) == nil)
        try await rig.pass(3, ends: Samples.outcome([gone], steps: ["gone": [.deleted]]))
        #expect(rig.daemon.status.connections.isEmpty)
        #expect(rig.daemon.status.metrics.deletes == 1)
        try await rig.stop()
    }

    @Test func aLimitOfTheKernelMeansPollingAndAWarningThatNamesTheSetting() async throws {
        struct Full: InotifyCalls {
            func open() throws(WatchError) -> Int32 {
                throw WatchError(operation: "inotify_init1", subject: "inotify", code: EMFILE)
            }
            func watch(_ descriptor: Int32, _ path: String) throws(WatchError) -> Int32 { 0 }
            func unwatch(_ descriptor: Int32, _ watch: Int32) {}
        }
        let rig = try Rig(calls: Full())
        try await rig.pass(1, ends: Samples.outcome([]))
        #expect(rig.lines.count("fs.inotify.max_user_instances") == 1)
        #expect(rig.daemon.status.isPolling)
        try rig.write()
        // The watcher looks every two seconds; the debounce follows.
        try await rig.until(step: 3) { rig.runner.orders.count == 2 }
        #expect(rig.runner.reasons == [.started, .changed])
        #expect(rig.lines.count("fs.inotify") == 1)
        rig.daemon.stop()
        try await rig.until { rig.runner.isDrained }
        rig.runner.end(Samples.outcome([]))
        try await rig.running.value
    }
}

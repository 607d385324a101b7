import Testing

@testable import Daemon

/// The loop's decisions on a clock that the test moves.
@Suite struct LoopMachineTests {
    /// A machine and the time; `later` lets every timer on the way fire.
    struct Rig {
        var machine: LoopMachine
        var now = 1000.0
        var random = 0.5
        var progress = 0

        init(_ settings: LoopMachine.Settings = LoopMachine.Settings()) { machine = LoopMachine(settings: settings) }

        mutating func handle(_ input: LoopMachine.Input) -> [LoopMachine.Action] {
            machine.handle(input, now: now, random: random)
        }

        mutating func end(heldUntil: Double? = nil, retryAt: Double? = nil) -> [LoopMachine.Action] {
            handle(.passEnded(.init(heldUntil: heldUntil, retryAt: retryAt, summary: "fine")))
        }

        /// Actions with the time at which they came.
        mutating func later(_ seconds: Double) -> [(Double, LoopMachine.Action)] {
            let end = now + seconds
            var found: [(Double, LoopMachine.Action)] = []
            while let wake = machine.wakeAt, wake <= end {
                now = max(now, wake)
                let actions = machine.handle(.timer(progress: progress), now: now, random: random)
                found += actions.map { (now, $0) }
            }
            now = end
            return found
        }

        /// The times at which a pass begins in that time, with the reasons.
        mutating func passes(in seconds: Double) -> [(Double, PassReason)] {
            later(seconds).compactMap { if case .beginPass(let reason) = $0.1 { ($0.0, reason) } else { nil } }
        }

        /// Past the first pass.
        mutating func settle() {
            _ = handle(.started)
            _ = end()
        }
    }

    @Test func theFirstPassBeginsAtOnceAndItsEndIsReady() {
        var rig = Rig()
        #expect(rig.handle(.started) == [.beginPass(.started)])
        #expect(rig.end() == [.notify(.ready), .notify(.status("fine"))])
    }

    @Test func anEventWaitsForSilence() {
        var rig = Rig()
        rig.settle()
        #expect(rig.handle(.changed).isEmpty)
        #expect(rig.passes(in: 0.2).isEmpty)
        #expect(rig.handle(.changed).isEmpty)
        let passes = rig.passes(in: 10)
        #expect(passes.map(\.1) == [.changed])
        #expect(abs(passes[0].0 - 1000.45) < 1e-6)
    }

    @Test func aConstantStreamOfEventsWaitsTwoSecondsAtMost() {
        var rig = Rig()
        rig.settle()
        var began: Double?
        for _ in 0..<100 where began == nil {
            if rig.handle(.changed).contains(.beginPass(.changed)) { began = rig.now }
            began = began ?? rig.passes(in: 0.1).first?.0
        }
        #expect(abs((began ?? 0) - 1002) < 0.001)
    }

    @Test func passesNeverOverlapAndEventsDuringOneCauseOneMore() {
        var rig = Rig()
        rig.settle()
        _ = rig.handle(.changed)
        #expect(rig.passes(in: 1).count == 1)
        for _ in 0..<50 { #expect(rig.handle(.changed).isEmpty) }
        #expect(rig.passes(in: 100).isEmpty)
        #expect(rig.end().contains(.beginPass(.changed)), "what came in the meantime has waited long enough")
        _ = rig.end()
        #expect(rig.passes(in: 100).isEmpty)
    }

    @Test(arguments: [(0.0, 270.0), (0.5, 300.0), (0.999_999, 330.0)])
    func aResyncComesAfterTheIntervalVariedByATenth(random: Double, expected: Double) {
        var rig = Rig()
        rig.random = random
        rig.settle()
        let passes = rig.passes(in: 400)
        #expect(passes.map(\.1) == [.resync])
        #expect(abs(passes[0].0 - 1000 - expected) < 0.01)
    }

    @Test func aHangupRunsAPassNowAndIsConfirmedByItsEnd() {
        var rig = Rig()
        rig.settle()
        #expect(rig.handle(.hangup) == [.notify(.reloading), .beginPass(.asked)])
        #expect(rig.end() == [.notify(.ready), .notify(.status("fine"))])
    }

    @Test func aHangupDuringAPassRunsOneMoreAndOnlyThatOneConfirmsIt() {
        var rig = Rig()
        rig.settle()
        _ = rig.handle(.changed)
        _ = rig.passes(in: 1)
        #expect(rig.handle(.hangup) == [.notify(.reloading)])
        #expect(rig.handle(.hangup).isEmpty)
        #expect(rig.end() == [.notify(.status("fine")), .beginPass(.asked)])
        #expect(rig.end() == [.notify(.ready), .notify(.status("fine"))])
    }

    @Test func whileTheAPIIsOutOfReachEventsWaitForTheProbe() {
        var rig = Rig()
        rig.settle()
        _ = rig.handle(.changed)
        _ = rig.passes(in: 1)
        _ = rig.end(heldUntil: rig.now + 60)
        let began = rig.now
        for _ in 0..<20 {
            #expect(rig.handle(.changed).isEmpty)
            #expect(rig.passes(in: 2).isEmpty)
        }
        let passes = rig.passes(in: 30)
        #expect(passes.map(\.1) == [.probe])
        #expect(abs(passes[0].0 - began - 60) < 1e-6)
    }

    @Test func aHangupDoesNotWaitForTheProbe() {
        var rig = Rig()
        _ = rig.handle(.started)
        _ = rig.end(heldUntil: rig.now + 300)
        #expect(rig.handle(.hangup).contains(.beginPass(.asked)))
    }

    @Test func aConnectionThatWantsToBeTriedAgainWakesAPass() {
        var rig = Rig()
        _ = rig.handle(.started)
        _ = rig.end(retryAt: rig.now + 4)
        let passes = rig.passes(in: 5)
        #expect(passes.map(\.1) == [.retry])
        #expect(abs(passes[0].0 - 1004) < 1e-6)
    }

    @Test func stoppingWhileIdleEndsAtOnce() {
        var rig = Rig()
        rig.settle()
        #expect(rig.handle(.stop) == [.notify(.stopping), .finish])
        #expect(rig.machine.wakeAt == nil)
    }

    @Test func stoppingDuringAPassDrainsItAndCutsItAfterTwentySeconds() {
        var rig = Rig()
        _ = rig.handle(.started)
        #expect(rig.handle(.stop) == [.notify(.stopping), .notify(.extendTimeout(30)), .drainPass])
        #expect(rig.handle(.changed).isEmpty)
        #expect(rig.handle(.stop).isEmpty)
        let cuts = rig.later(19.9).filter { $0.1 == .cancelPass }
        #expect(cuts.isEmpty)
        #expect(rig.later(0.2).map(\.1).contains(.cancelPass))
        #expect(rig.later(60).allSatisfy { $0.1 != .cancelPass })
        #expect(rig.end() == [.finish])
    }

    @Test func theWatchdogIsFedTwiceAsOftenAsAskedWhileIdle() {
        var rig = Rig(.init(interval: 100_000, watchdog: 30))
        rig.settle()
        let signs = rig.later(60)
        #expect(signs.map(\.1) == Array(repeating: .notify(.watchdog), count: 4))
    }

    @Test func aPassThatIsStuckIsNoLongerKeptAlive() {
        var rig = Rig(.init(interval: 100_000, watchdog: 30, stuckAfter: 900))
        rig.settle()
        _ = rig.handle(.hangup)
        _ = rig.end()
        _ = rig.handle(.changed)
        _ = rig.passes(in: 1)
        rig.progress = 7
        #expect(rig.later(890).contains { $0.1 == .notify(.watchdog) })
        _ = rig.later(60)
        #expect(rig.later(600).isEmpty)
        rig.progress = 8
        #expect(rig.later(60).contains { $0.1 == .notify(.watchdog) })
    }

    @Test func aLongFirstPassAsksSystemdForPatience() {
        var rig = Rig()
        _ = rig.handle(.started)
        let signs = rig.later(35).map(\.1)
        #expect(signs == Array(repeating: .notify(.extendTimeout(30)), count: 3))
        _ = rig.end()
        #expect(rig.later(35).isEmpty)
    }

    @Test func nothingWakesAnIdleLoopBetweenResyncs() {
        var rig = Rig()
        rig.settle()
        #expect(rig.machine.wakeAt == 1300)
    }
}

import Platform

/// Decides when passes run: takes in what happens, returns what is to be done, and keeps no clock of its own.
///
/// An event only wakes a full pass; passes never overlap; what happens during a pass causes one more. All times are
/// seconds of `TimeSource.uptime()`.
struct LoopMachine: Sendable {
    struct Settings: Sendable {
        /// Seconds between the end of a pass and the next without any cause; varied by a tenth either way.
        var interval = 300.0
        /// Seconds of silence after an event before the pass that it wakes.
        var debounce = 0.25
        /// Seconds after the first event at which the pass begins though events go on.
        var longestDebounce = 2.0
        /// Seconds that requests under way get once the daemon is told to stop.
        var stopPatience = 20.0
        /// Seconds within which systemd wants a sign of life; nil where it wants none.
        var watchdog: Double?
        /// Seconds without any sign of progress after which a pass counts as stuck, and the watchdog is left unfed.
        var stuckAfter = 900.0
    }

    /// What happened.
    enum Input: Sendable {
        case started
        /// Something moved among the files.
        case changed
        /// `wakeAt` has come. `progress` is a number that grows while a pass gets on.
        case timer(progress: Int)
        case hangup
        case passEnded(PassVerdict)
        case stop
    }

    /// What the loop has to do about it, in this order.
    enum Action: Sendable, Equatable {
        case beginPass(PassReason)
        /// Let what is under way end, begin nothing new.
        case drainPass
        /// Cut what is under way.
        case cancelPass
        case notify(SystemdMessage)
        case finish
    }

    /// What the end of a pass means for the next ones.
    struct PassVerdict: Sendable, Equatable {
        /// Before this time no pass but one that is asked for: the API is out of reach or the keys are wrong.
        var heldUntil: Double?
        /// The earliest time at which a connection wants to be tried again.
        var retryAt: Double?
        /// For `systemctl status`.
        var summary: String
    }

    private enum Phase { case idle, running, stopping, ended }

    private let settings: Settings
    private var phase = Phase.idle
    private var isReady = false
    private var isReloading = false
    private var wantsReload = false
    private var firstChange: Double?
    private var lastChange = 0.0
    private var nextResync = 0.0
    private var heldUntil: Double?
    private var retryAt: Double?
    private var stopBy: Double?
    private var nextSign: Double?
    private var progress = (count: -1, at: 0.0)

    init(settings: Settings) { self.settings = settings }

    /// Takes in what happened at `now`; `random` from 0 up to 1 varies the next resync.
    mutating func handle(_ input: Input, now: Double, random: Double) -> [Action] {
        var actions: [Action] = []
        switch input {
        case .started:
            nextResync = now
            scheduleSign(now)
        case .changed:
            firstChange = firstChange ?? now
            lastChange = now
        case .hangup:
            guard phase == .idle || phase == .running else { break }
            wantsReload = true
            if !isReloading { actions.append(.notify(.reloading)) }
            isReloading = true
        case .timer(let count): actions += signs(count, now: now)
        case .passEnded(let verdict): actions += passEnded(verdict, now: now, random: random)
        case .stop: actions += stop(now)
        }
        if phase == .stopping, let stopBy, now >= stopBy {
            self.stopBy = nil
            actions.append(.cancelPass)
        }
        if phase == .idle, let reason = reasonToRun(now) {
            phase = .running
            firstChange = nil
            wantsReload = false
            retryAt = nil
            progress = (-1, now)
            scheduleSign(now)
            actions.append(.beginPass(reason))
        }
        return actions
    }

    /// When `.timer` is due; nil where nothing is to come by itself.
    var wakeAt: Double? {
        var times = [nextSign, stopBy].compactMap { $0 }
        if phase == .idle { times.append(nextRun) }
        return phase == .ended ? nil : times.min()
    }

    /// When the next pass begins where nothing else happens; nil while one runs and after the end.
    var nextPassAt: Double? { phase == .idle ? nextRun : nil }

    // MARK: - Passes

    /// When the next pass begins where nothing else happens.
    private var nextRun: Double {
        if wantsReload { return -.infinity }
        var next = nextResync
        if let firstChange {
            next = min(next, min(lastChange + settings.debounce, firstChange + settings.longestDebounce))
        }
        if let retryAt { next = min(next, retryAt) }
        // One probe at a time, however many events there are: while it is out of reach, nothing could be done about them.
        if let heldUntil { next = heldUntil }
        return next
    }

    private func reasonToRun(_ now: Double) -> PassReason? {
        guard now >= nextRun else { return nil }
        if wantsReload { return .asked }
        if !isReady { return .started }
        if heldUntil != nil { return .probe }
        if firstChange != nil { return .changed }
        if let retryAt, now >= retryAt { return .retry }
        return .resync
    }

    private mutating func passEnded(_ verdict: PassVerdict, now: Double, random: Double) -> [Action] {
        if phase == .stopping {
            phase = .ended
            return [.finish]
        }
        guard phase == .running else { return [] }
        phase = .idle
        heldUntil = verdict.heldUntil
        retryAt = verdict.retryAt
        nextResync = now + settings.interval * (0.9 + 0.2 * random)
        var actions: [Action] = []
        if !isReady || (isReloading && !wantsReload) { actions.append(.notify(.ready)) }
        isReady = true
        if !wantsReload { isReloading = false }
        actions.append(.notify(.status(verdict.summary)))
        scheduleSign(now)
        return actions
    }

    private mutating func stop(_ now: Double) -> [Action] {
        switch phase {
        case .idle:
            phase = .ended
            return [.notify(.stopping), .finish]
        case .running:
            phase = .stopping
            stopBy = now + settings.stopPatience
            scheduleSign(now)
            return [.notify(.stopping), .notify(.extendTimeout(settings.stopPatience + 10)), .drainPass]
        case .stopping, .ended: return []
        }
    }

    // MARK: - Signs of life

    /// Seconds between two signs of life while systemd waits for the first pass or for the end.
    private static let patienceSign = 10.0

    /// Whether systemd waits for something that a pass holds up.
    private var isAwaited: Bool { phase == .stopping || (phase == .running && (!isReady || isReloading)) }

    private mutating func scheduleSign(_ now: Double) {
        var pause = settings.watchdog.map { $0 / 2 }
        if isAwaited { pause = min(pause ?? .infinity, Self.patienceSign) }
        nextSign = pause.map { now + $0 }
    }

    private mutating func signs(_ count: Int, now: Double) -> [Action] {
        if count != progress.count || phase == .idle { progress = (count, now) }
        guard let nextSign, now >= nextSign else { return [] }
        scheduleSign(now)
        // A pass that is stuck is not kept alive: systemd may then do what the unit says.
        if now - progress.at > settings.stuckAfter { return [] }
        var actions: [Action] = []
        if settings.watchdog != nil { actions.append(.notify(.watchdog)) }
        if isAwaited { actions.append(.notify(.extendTimeout(3 * Self.patienceSign))) }
        return actions
    }
}

/// Why a pass runs.
package enum PassReason: String, Sendable, Hashable {
    case started, changed, resync, retry, probe
    /// SIGHUP.
    case asked
}

import Model
import Planner
import Platform
import Reconciler

/// The loop's memory: what has happened so far, and what the end of each pass means.
struct DaemonLoop {
    private let options: DaemonOptions
    private let watcher: FileWatcher
    private let log: Log
    private let time: any TimeSource
    private let board: StatusBoard
    private var machine: LoopMachine
    private var tracker: ConnectionTracker
    private var apiBackoff = Backoff()
    private var lastReport: PassReport?
    private var lastDiagnostics: [Diagnostic] = []
    /// What is to be told to somebody else, of the pass that ended just now.
    private var notifications: [Notification] = []
    private let announcer: Announcer?

    init(
        options: DaemonOptions, watcher: FileWatcher, log: Log, notifier: SystemdNotifier, time: any TimeSource,
        board: StatusBoard, announcer: Announcer? = nil
    ) {
        self.announcer = announcer
        self.options = options
        self.watcher = watcher
        self.log = log
        self.time = time
        self.board = board
        machine = LoopMachine(
            settings: LoopMachine.Settings(interval: options.interval, watchdog: notifier.watchdog))
        tracker = ConnectionTracker(pruneDelay: options.pruneDelay)
    }

    var wakeAt: Double? { machine.wakeAt }

    mutating func handle(_ input: LoopMachine.Input) -> [LoopMachine.Action] {
        if case .hangup = input { log.log(.info, "reload", "asked for a pass by SIGHUP") }
        if case .stop = input { log.log(.notice, "stopping", "told to stop") }
        return turn(input)
    }

    /// What the next pass is to do. The watches are brought up to date first: watch, then read.
    mutating func order(_ reason: PassReason) -> PassRequest {
        report(watcher.refresh())
        log.log(.debug, "pass_began", "a pass begins", [("reason", reason.rawValue)])
        let began = time.uptime()
        board.update { status in
            status.isPassRunning = true
            status.nextPassAt = nil
            status.isPolling = watcher.isPolling
        }
        return PassRequest(reason: reason) { [tracker] planned in
            tracker.reasonToHold(planned, passBegan: began, isAsked: reason == .asked)
        }
    }

    /// Takes in how a pass ended.
    mutating func passEnded(_ result: PassResult, _ reason: PassReason, began: Double) -> [LoopMachine.Action] {
        let now = time.uptime()
        let outcome = result.outcome
        let corrections = tracker.corrections(in: outcome)
        if outcome.failure?.isInterruption != true { track(outcome, corrections, began: began, now: now) }
        let pass = PassReport(outcome, tracker: tracker)
        if let change = Notification(from: lastReport, to: pass) { notifications.insert(change, at: 0) }
        let heldUntil = hold(after: pass, outcome, now: now)
        tell(pass, outcome, reason, seconds: now - began)
        post(pass, result, reason, seconds: now - began, corrected: corrections.count)
        announce()
        let verdict = LoopMachine.PassVerdict(heldUntil: heldUntil, retryAt: tracker.nextTry, summary: pass.summary)
        return turn(.passEnded(verdict))
    }

    // MARK: - What a pass means

    private mutating func track(
        _ outcome: PassOutcome, _ corrections: [ConnectionTracker.News], began: Double, now: Double
    ) {
        report(watcher.refresh(including: outcome.includedDirectories, isComplete: outcome.desired != nil))
        guard let plan = outcome.plan, !outcome.diagnostics.hasErrors || outcome.keepsLastValid else {
            return tracker.forgetAbsences()
        }
        let moment = ConnectionTracker.Moment(
            began: began, now: now, unix: time.unixTime(), random: time.random())
        let news = tracker.update(from: plan, outcome, at: moment)
        for item in news where !item.isLogged {
            log.log(item.level, item.event, item.message, [("connection", item.key), ("help", item.help)])
        }
        notifications += (news + corrections).map(Notification.init)
        // Which manifests are gone nobody can say.
        if outcome.keepsLastValid { tracker.forgetAbsences() }
        let files = plan.connections.flatMap { $0.desired?.data?.files ?? [] }
        report(watcher.refresh(dataFiles: Set(files)))
    }

    /// Uptime before which the API is left alone; nil where it answers.
    private mutating func hold(after pass: PassReport, _ outcome: PassOutcome, now: Double) -> Double? {
        switch pass.status {
        // Only somebody with new keys can help, so it is asked at the slowest rate from the start.
        case .authenticationFailed: return now + Backoff.varied(Backoff.slowest, random: time.random())
        case .unreachable, .failed: return now + apiBackoff.fail(random: time.random())
        case .converged, .incomplete, .invalidManifests, .interrupted:
            apiBackoff = Backoff()
            return nil
        }
    }

    // MARK: - Telling

    private mutating func tell(_ pass: PassReport, _ outcome: PassOutcome, _ reason: PassReason, seconds: Double) {
        if outcome.diagnostics != lastDiagnostics {
            for diagnostic in outcome.diagnostics {
                log.log(
                    diagnostic.severity == .error ? .error : .warning, "manifest_\(diagnostic.severity.rawValue)",
                    diagnostic.oneLine, [("help", diagnostic.help)])
            }
            if lastDiagnostics.hasErrors, !outcome.diagnostics.hasErrors {
                log.log(.notice, "manifests_valid", "the manifests are valid again")
            }
            lastDiagnostics = outcome.diagnostics
        }
        let isNews = pass != lastReport
        if isNews, let failure = pass.apiFailure ?? outcome.failure, !failure.isInterruption {
            let event = pass.status == .authenticationFailed ? "authentication_failed" : "pass_failed"
            log.log(.error, event, failure.message, [("help", failure.help)])
        }
        let hasWorked = outcome.results.values.contains { !$0.steps.isEmpty }
        log.log(
            isNews || hasWorked ? .info : .debug, "pass_ended", pass.summary,
            [
                ("result", pass.status.rawValue), ("reason", reason.rawValue),
                ("seconds", "\((seconds * 1000).rounded() / 1000)"),
            ])
        lastReport = pass
    }

    private mutating func announce() {
        guard !notifications.isEmpty else { return }
        let owner = board.current.owner
        announcer?.tell(
            Notification.document(
                notifications, owner: owner, directory: options.directory, time: Log.timestamp(time.unixTime())))
        notifications = []
    }

    private func report(_ problem: WatchError?) {
        guard let problem else { return }
        let help = problem.limit.map { "raise the limit: sysctl \($0)=524288" }
        log.log(
            .warning, "polling", "cannot watch for changes, so the files are looked at every 2 s: \(problem.cause)",
            [("help", help)])
    }

    private func post(
        _ pass: PassReport, _ result: PassResult, _ reason: PassReason, seconds: Double, corrected: Int
    ) {
        let outcome = result.outcome
        let unix = time.unixTime()
        let revision = outcome.plan == nil ? nil : GitCheckout(above: options.directory)?.commit
        let entries = tracker.entries.values.sorted { $0.key < $1.key }
        board.update { status in
            status.isPassRunning = false
            status.isPolling = watcher.isPolling
            status.metrics.passes[pass.status, default: 0] += 1
            status.metrics.passDurations.add(seconds)
            status.metrics.lastPassSeconds = seconds
            status.metrics.driftCorrected += corrected
            for connection in outcome.results.values {
                status.metrics.rowsUploaded += connection.uploadedRows
                status.metrics.deletes += connection.steps.contains(.deleted) ? 1 : 0
            }
            status.metrics.add(result.requests)
            status.connections = entries
            status.lastPass = Status.LastPass(
                status: pass.status, reason: reason, endedAt: unix, seconds: seconds, summary: pass.summary)
            if let last = status.lastPass { status.remember(last) }
            if let owner = (outcome.desired ?? nil)?.policy.owner { status.owner = owner }
            if pass.status == .converged { status.lastSuccess = unix }
            if outcome.plan != nil { status.revision = revision }
            status.manifestErrors = outcome.diagnostics.filter { $0.severity == .error }.map(\.oneLine)
            status.keepsLastValid = outcome.keepsLastValid
            status.apiProblem = pass.apiFailure?.message
            status.opensAt = outcome.opensAt
        }
    }

    /// One step of the machine, and its traces on the board.
    private mutating func turn(_ input: LoopMachine.Input) -> [LoopMachine.Action] {
        let now = time.uptime()
        let actions = machine.handle(input, now: now, random: time.random())
        let wakeAt = machine.wakeAt
        let nextRun = machine.nextPassAt
        let unix = time.unixTime()
        board.update { status in
            status.loop = (now, wakeAt)
            status.nextPassAt = nextRun.map { unix + max(0, $0 - now) }
        }
        return actions
    }
}

import Model
import Planner
import Reconciler
import Reporting

/// What is known of every connection: who is left alone and until when, who fails, who is fought over.
///
/// Takes in the outcome of each pass and says what is new about it. Times are seconds of uptime unless they say
/// otherwise.
struct ConnectionTracker: Sendable {
    /// Something that a reader of the log should be told once.
    struct News: Sendable, Hashable {
        var level: LogLevel
        var event: String
        var key: String
        var message: String
        var help: String?
        /// Whether the log has it already, from where it happened.
        var isLogged = false
    }

    /// The clocks at the end of a pass.
    struct Moment: Sendable {
        /// When the pass began.
        var began: Double
        var now: Double
        var unix: Double
        /// From 0 up to 1.
        var random: Double
    }

    /// Corrections within `contestWindow` seconds after which somebody else is taken to work against us.
    static let contestCount = 3
    static let contestWindow = 3600.0

    private(set) var entries: [String: ConnectionEntry] = [:]
    private let pruneDelay: Double

    init(pruneDelay: Double) { self.pruneDelay = pruneDelay }

    /// The earliest time at which a connection wants another pass.
    var nextTry: Double? {
        entries.values.compactMap { entry in
            switch entry.state {
            case .failing, .contested, .pending: entry.nextTry
            default: nil
            }
        }.min()
    }

    // MARK: - Before

    /// Why the connection is left alone in the pass that began then; nil to go on.
    ///
    /// A pass that somebody asked for tries everything, but no delete any sooner.
    func reasonToHold(_ planned: PlannedConnection, passBegan: Double, isAsked: Bool = false) -> String? {
        let entry = entries[planned.key]
        if planned.desired == nil {
            guard planned.actions.contains(.delete) else { return nil }
            guard let since = entry?.absentSince, passBegan >= since + pruneDelay else {
                return "deleted once its manifest has been gone for \(Int(pruneDelay)) s in two passes"
            }
        }
        return isAsked ? nil : failureToHold(entry, planned, passBegan)
    }

    private func failureToHold(_ entry: ConnectionEntry?, _ planned: PlannedConnection, _ now: Double) -> String? {
        guard let entry, entry.fingerprint == Self.fingerprint(of: planned) else { return nil }
        switch entry.state {
        case .blocked: return "waits for its manifest or data to change"
        case .failing, .contested:
            guard let next = entry.nextTry, now < next else { return nil }
            return "tried again in \(Int((next - now).rounded(.up))) s"
        default: return nil
        }
    }

    /// Equal for equal wishes; only ever compared within one process.
    static func fingerprint(of planned: PlannedConnection) -> Int {
        var hasher = Hasher()
        hasher.combine(planned.desired)
        hasher.combine(planned.data?.digest)
        return hasher.finalize()
    }

    /// How many changes by somebody else a pass put right.
    func corrections(in outcome: PassOutcome) -> [News] {
        (outcome.plan?.connections ?? []).compactMap { planned in
            let isDone = outcome.results[planned.key].map { !$0.steps.isEmpty && $0.failure == nil } ?? false
            guard isDone, planned.correctsDrift else { return nil }
            let fields = planned.drifted.map(\.words).joined(separator: ", ")
            return News(
                level: .notice, event: "drift_corrected", key: planned.key, message: "corrected drift: \(fields)",
                isLogged: true)
        }
    }

    // MARK: - After

    /// Takes in a pass that made a plan. Returns what is new, by key.
    mutating func update(from plan: Plan, _ outcome: PassOutcome, at moment: Moment) -> [News] {
        var news: [News] = []
        var left = Set(entries.keys)
        for planned in plan.connections {
            left.remove(planned.key)
            var entry = entries[planned.key] ?? ConnectionEntry(key: planned.key, name: planned.name)
            let before = entry
            update(&entry, planned, outcome, moment)
            // Two connections under one key are both shown as what stands in the way, so the later one may win.
            entries[planned.key] = entry
            if let item = Self.news(from: before, to: entry) { news.append(item) }
        }
        for key in left { entries[key] = nil }
        for (key, result) in outcome.results
        where result.steps.contains(where: \.endsConnection) { entries[key] = nil }
        return news
    }

    /// A pass without a plan proves nothing about which manifests are gone.
    mutating func forgetAbsences() {
        for key in entries.keys { entries[key]?.absentSince = nil }
    }

    private func update(
        _ entry: inout ConnectionEntry, _ planned: PlannedConnection, _ outcome: PassOutcome, _ moment: Moment
    ) {
        let result = outcome.results[planned.key]
        let fingerprint = Self.fingerprint(of: planned)
        if entry.fingerprint != fingerprint {
            entry.backoff = Backoff()
            entry.corrections = []
            entry.nextTry = nil
        }
        entry.fingerprint = fingerprint
        entry.name = planned.name
        entry.uuid = planned.uuid ?? entry.uuid
        entry.rows = planned.data?.rows
        let isDone =
            result?.failure == nil && outcome.failure == nil && outcome.held[planned.key] == nil
        entry.planned = isDone ? [] : planned.actions.map(\.words)
        entry.nextRefresh = planned.nextRefresh(
            now: Int(moment.unix), isUploaded: result?.steps.contains(where: \.isUpload) ?? false
        ).map(Double.init)
        guard planned.desired != nil else { return updateAbsent(&entry, planned, outcome, moment) }
        entry.absentSince = nil

        if planned.desired?.isSuspended == true {
            entry.settle(.suspended, nil, nil)
        } else if let refusal = planned.refusals.first {
            entry.settle(.refused, refusal.message, refusal.help)
        } else if let problem = planned.problems.first(where: { $0.severity == .error }) ?? planned.problems.first {
            if problem.isOfTheMachine {
                fail(&entry, StepFailure(.failed, problem.oneLine, help: problem.help), moment)
            } else {
                entry.settle(.invalid, problem.oneLine, problem.help)
            }
        } else if let failure = result?.failure {
            fail(&entry, failure, moment)
        } else if outcome.held[planned.key] != nil {
            // What held it back stands in the entry already.
            if [.converged, .pending].contains(entry.state) || outcome.opensAt != nil {
                entry.settle(.pending, outcome.held[planned.key], nil)
                entry.nextTry = Self.uptime(of: outcome.opensAt, moment)
            }
        } else if outcome.failure != nil, !planned.actions.isEmpty {
            entry.settle(.pending, "the pass ended before its turn", nil)
        } else {
            succeed(&entry, planned, moment)
        }
    }

    private func updateAbsent(
        _ entry: inout ConnectionEntry, _ planned: PlannedConnection, _ outcome: PassOutcome, _ moment: Moment
    ) {
        entry.nextRefresh = nil
        guard planned.actions.contains(.delete) else {
            entry.absentSince = nil
            if let refusal = planned.refusals.first {
                entry.settle(.refused, refusal.message, refusal.help)
            } else {
                entry.settle(.orphaned, planned.notes.first, nil)
            }
            return
        }
        let since = entry.absentSince ?? moment.began
        if let failure = outcome.results[planned.key]?.failure {
            fail(&entry, failure, moment)
            // A delete that was refused right before its request may pass once what stood in its way is gone.
            if entry.state == .blocked {
                entry.state = .failing
                entry.nextTry = moment.now + entry.backoff.fail(random: moment.random)
            }
        } else {
            entry.settle(.pending, outcome.held[planned.key] ?? "to be deleted", nil)
            entry.nextTry = max(since + pruneDelay, Self.uptime(of: outcome.opensAt, moment) ?? 0)
        }
        entry.absentSince = since
    }

    /// A moment of the calendar as seconds of uptime.
    private static func uptime(of unix: Double?, _ moment: Moment) -> Double? {
        unix.map { moment.now + max(0, $0 - moment.unix) }
    }

    private func fail(
        _ entry: inout ConnectionEntry, _ failure: StepFailure, _ moment: Moment
    ) {
        switch failure.kind.nextTry {
        case .withTheNextPass:
            // That says nothing of this connection; it waits for the API like all others.
            entry.settle(.pending, failure.message, failure.help)
            return
        case .whenInputChanges:
            entry.state = .blocked
            entry.nextTry = nil
        case .later:
            entry.state = .failing
            entry.nextTry = moment.now + entry.backoff.fail(random: moment.random)
        }
        entry.problem = failure.message
        entry.help = failure.help
    }

    private func succeed(_ entry: inout ConnectionEntry, _ planned: PlannedConnection, _ moment: Moment) {
        let wasConverged = entry.lastSuccess != nil
        entry.lastSuccess = moment.unix
        entry.corrections.removeAll { moment.now - $0 >= Self.contestWindow }
        if wasConverged, planned.correctsSomebodyElse { entry.corrections.append(moment.now) }
        guard entry.corrections.count >= Self.contestCount else { return entry.settle(.converged, nil, nil) }
        entry.settle(
            .contested,
            "somebody else changed it \(entry.corrections.count) times in an hour, and each time it was put right",
            "find out what else writes this connection, or set lifecycle: {suspend: true}")
        let next = (entry.corrections.last ?? moment.now) + Backoff.slowest
        entry.nextTry = next > moment.now ? next : nil
    }

    private static func news(from before: ConnectionEntry, to after: ConnectionEntry) -> News? {
        guard before.state != after.state || before.problem != after.problem else { return nil }
        let problem = after.problem ?? ""
        switch after.state {
        case .converged:
            guard [.failing, .blocked, .refused, .invalid, .contested].contains(before.state) else { return nil }
            return News(
                level: .notice, event: "connection_recovered", key: after.key, message: "as its manifest says again")
        case .suspended:
            return News(level: .notice, event: "connection_suspended", key: after.key, message: "suspended: left alone")
        case .contested where before.state != .contested:
            return News(
                level: .warning, event: "connection_contested", key: after.key, message: problem, help: after.help)
        case .refused, .invalid:
            return News(
                level: .error, event: "connection_\(after.state.rawValue)", key: after.key, message: problem,
                help: after.help)
        case .orphaned:
            return News(level: .notice, event: "connection_orphaned", key: after.key, message: problem)
        case .pending where after.absentSince != nil && before.absentSince == nil:
            return News(level: .notice, event: "delete_pending", key: after.key, message: problem)
        // Failures are logged when they happen, by the pass itself.
        case .failing where before.state != .failing, .blocked where before.state != .blocked:
            return News(
                level: .error, event: "connection_failing", key: after.key, message: problem, help: after.help,
                isLogged: true)
        case .failing, .blocked, .pending, .contested: return nil
        }
    }
}

extension ConnectionEntry {
    /// A state that no pause belongs to.
    fileprivate mutating func settle(_ state: State, _ problem: String?, _ help: String?) {
        self.state = state
        self.problem = problem
        self.help = help
        nextTry = nil
        backoff = Backoff()
    }
}

extension PlannedConnection {
    /// Fields that somebody else changed and that are set back.
    var drifted: [FieldChange] {
        actions.flatMap { action -> [FieldChange] in
            guard case .update(let changes) = action else { return [] }
            return changes.filter { $0.cause == .drift || $0.cause == .manifestAndDrift }
        }
    }

    /// Whether a field that somebody else changed is set back.
    fileprivate var correctsDrift: Bool { drifted.contains { $0.cause == .drift } }

    /// Whether it puts right what somebody else did, rather than what the manifest newly asks for.
    fileprivate var correctsSomebodyElse: Bool {
        actions.contains { action in
            switch action {
            case .create: true
            case .update(let changes): changes.contains { $0.cause != .manifest && $0.cause != .manifestAndDrift }
            case .upload, .addReference, .removeReference, .delete: false
            }
        }
    }
}

extension Diagnostic {
    /// Place and message without the source line.
    var oneLine: String {
        [location?.description, message].compactMap { $0 }.joined(separator: ": ")
    }
}

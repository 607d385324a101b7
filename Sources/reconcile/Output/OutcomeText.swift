import JSON
import Model
import Planner
import Reconciler
import Reporting

/// The end of a pass, for people and for machines.
enum OutcomeText {
    static let invalid = "The manifests are invalid: nothing was planned and nothing was written."

    /// Everything that a run prints on stdout as text.
    static func text(_ outcome: PassOutcome, isDryRun: Bool, usesColor: Bool) -> String {
        guard let plan = outcome.plan else {
            let reason = outcome.failure.map { "error: \($0.message)" }
            return reason ?? (outcome.diagnostics.hasErrors ? invalid : "")
        }
        let text = PlanText(usesColor: usesColor).render(plan)
        return isDryRun ? text : text + "\n" + summary(outcome)
    }

    /// The last line of a pass that carried its plan out: `Applied: 2 created, …`.
    static func summary(_ outcome: PassOutcome) -> String {
        let results = outcome.results.values
        var parts = Tally(results.flatMap(\.steps)).words
        if parts.isEmpty { parts.append("nothing changed") }
        let leftOut = results.reduce(0) { $0 + $1.rejected.count { $0.isLeftOut } }
        if leftOut > 0 { parts.append("\(leftOut.grouped) rejected row\(leftOut == 1 ? "" : "s") left out") }
        let failures = results.compactMap(\.failure)
        let interrupted = failures.filter(\.isInterruption).count
        if failures.count > interrupted { parts.append("\(failures.count - interrupted) failed") }
        if interrupted > 0 { parts.append("\(interrupted) left when it was interrupted") }
        if let plan = outcome.plan {
            let summary = PlanSummary(plan)
            if summary.refused > 0 { parts.append("\(summary.refused) refused") }
            if summary.invalid > 0 { parts.append("\(summary.invalid) with invalid data") }
            if summary.unread > 0 { parts.append("\(summary.unread) with data that could not be read") }
        }
        return "Applied: " + parts.joined(separator: ", ") + "."
    }

    /// How often each kind of step was done.
    private struct Tally {
        private var counts = [Int](repeating: 0, count: Self.names.count)
        private static let names = ["created", "updated", "uploaded", "linked", "unlinked", "deleted"]

        init(_ steps: [Step]) {
            for step in steps {
                switch step {
                case .created: counts[0] += 1
                case .updated: counts[1] += 1
                case .uploaded: counts[2] += 1
                case .linked: counts[3] += 1
                case .unlinked: counts[4] += 1
                case .deleted: counts[5] += 1
                case .resumed, .deletedRows, .copied, .goneAlready: break
                }
            }
        }

        var words: [String] { zip(counts, Self.names).filter { $0.0 > 0 }.map { "\($0) \($1)" } }
    }

    /// One document: the plan, what was done, and how the process ends.
    static func json(_ outcome: PassOutcome, mode: String, api: String, status: ExitStatus) -> String {
        var members: [JSONMember] = []
        if let plan = outcome.plan {
            members += PlanJSON.members(of: plan)
        } else {
            members.append(JSONMember("format_version", .number("\(PlanJSON.formatVersion)")))
        }
        members.insert(JSONMember("mode", .string(mode)), at: 1)
        members.insert(JSONMember("tool", .string("reconcile \(Reconcile.version)")), at: 1)
        members.append(JSONMember("api", .string(api)))
        members.append(
            JSONMember("diagnostics", .array(outcome.diagnostics.map { PlanJSON.document($0) })))
        let results = outcome.results.sorted { $0.key < $1.key }
        members.append(JSONMember("results", .array(results.map { document($0.key, $0.value) })))
        members.append(JSONMember("failure", document(outcome.failure)))
        members.append(JSONMember("exit_code", .number("\(status.rawValue)")))
        return JSONValue.object(members).prettyText
    }

    private static func document(_ key: String, _ result: ConnectionResult) -> JSONValue {
        [
            "key": .string(key), "steps": .array(result.steps.map { .string($0.words) }),
            "warnings": .array(result.warnings.map(JSONValue.string)),
            "rejected_rows": .array(
                result.rejected.map { row in
                    [
                        "path": .string(row.place.path), "line": .number("\(row.place.line)"),
                        "primary_key": .string(row.primaryKey), "reason": .string(row.reason),
                    ]
                }),
            "failure": document(result.failure),
        ]
    }

    private static func document(_ failure: StepFailure?) -> JSONValue {
        guard let failure else { return .null }
        return [
            "message": .string(failure.message), "help": failure.help.map(JSONValue.string) ?? .null,
            "exit_code": .number("\(failure.status.rawValue)"),
        ]
    }
}

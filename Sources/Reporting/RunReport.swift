import Model
import Planner

/// A run as those see it who were not there: what a pull request comment and annotations are made of.
package struct RunReport: Sendable {
    package enum Mode: String, Sendable {
        case dryRun = "dry_run"
        case apply
        case validate

        var title: String {
            switch self {
            case .dryRun: "dry run"
            case .apply: "pass"
            case .validate: "validate"
            }
        }
    }

    /// Something that went wrong, or that should be known, beyond the plan.
    package struct Event: Sendable, Hashable {
        /// The connection that it is about; nil where it is about the run.
        package var key: String?
        package var message: String
        package var help: String?
        package var place: SourceLocation?

        package init(key: String? = nil, _ message: String, help: String? = nil, at place: SourceLocation? = nil) {
            self.key = key
            self.message = message
            self.help = help
            self.place = place
        }

        /// On one line, the connection first.
        var line: String {
            let place = place.map { " (\($0.path):\($0.line))" } ?? ""
            return (key.map { "\($0): " } ?? "") + message + place + (help.map { "; \($0)" } ?? "")
        }
    }

    package var mode: Mode
    /// Nil where the run ended before there was one, or makes none.
    package var plan: Plan?
    /// Of the manifests; those of data files stand in the plan, where there is one.
    package var diagnostics: [Diagnostic] = []
    package var failures: [Event] = []
    /// Rows that the service does not take.
    package var rejectedRows: [Event] = []
    package var warnings: [Event] = []
    /// What it came to, in one line; nil where the plan's summary says it.
    package var result: String?
    package var context = RunContext()

    package init(mode: Mode, plan: Plan? = nil) {
        self.mode = mode
        self.plan = plan
    }

    /// Diagnostics of manifests and data files, by place.
    var allDiagnostics: [Diagnostic] {
        (diagnostics + (plan?.connections.flatMap(\.problems) ?? [])).sortedByPlace
    }

    /// The lines that sum it up: the plan's, and what was done.
    package var summaryLines: [String] {
        [plan.map { PlanSummary($0).text }, result].compactMap { $0 }
    }
}

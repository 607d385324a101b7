import Model
import Planner
import Platform
import Reconciler
import Reporting

extension RunReport {
    /// A pass, or a dry run.
    init(_ outcome: PassOutcome, isDryRun: Bool) {
        self.init(mode: isDryRun ? .dryRun : .apply, plan: outcome.plan)
        diagnostics = outcome.diagnostics
        if let failure = outcome.failure { failures.append(Event(failure.message, help: failure.help)) }
        let places = Dictionary(
            (outcome.plan?.connections ?? []).map { ($0.key, $0.desired?.places.manifest) },
            uniquingKeysWith: { first, _ in first })
        var notAttempted = 0
        for (key, result) in outcome.results.sorted(by: { $0.key < $1.key }) {
            let place = places[key] ?? nil
            if let failure = result.failure {
                if failure.isNotAttempted {
                    notAttempted += 1
                } else {
                    failures.append(Event(key: key, failure.message, help: failure.help, at: place))
                }
            }
            for row in result.rejected {
                rejectedRows.append(
                    Event(
                        key: key, "the service rejected the row \(row.primaryKey): \(row.reason)", at: row.place))
            }
            warnings += result.warnings.map { Event(key: key, $0, at: place) }
        }
        if notAttempted > 0 {
            let connections = notAttempted == 1 ? "connection was" : "connections were"
            failures.append(Event("\(notAttempted.grouped) more \(connections) not attempted"))
        }
        if outcome.diagnostics.hasErrors {
            result = OutcomeText.invalid
        } else if !isDryRun, outcome.plan != nil {
            result = OutcomeText.summary(outcome)
        }
    }
}

extension RunContext {
    /// What variables of GitHub or GitLab, and Git itself, say of a run.
    init(_ invocation: Invocation, owner: String?, account: String?) {
        self.init()
        let environment = invocation.environment
        self.owner = owner
        self.account = account.map { $0.replacing("https://", with: "").replacing("http://", with: "") }
        title = invocation.options["--title"]
        time = CivilTime(utc: SystemTime().unixTime().rounded(.down)).rfc3339
        commit = environment["GITHUB_SHA"] ?? environment["CI_COMMIT_SHA"]
        if let server = environment["GITHUB_SERVER_URL"], let repository = environment["GITHUB_REPOSITORY"], let commit
        {
            linkBase = "\(server)/\(repository)/blob/\(commit)/"
        } else if let project = environment["CI_PROJECT_URL"], let commit {
            linkBase = "\(project)/-/blob/\(commit)/"
        }
        paths = RepositoryPaths(
            root: OutputWriter.workspace(environment), currentDirectory: (try? Path.resolve(".")) ?? ".")
    }
}

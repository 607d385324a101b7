import Foundation
import Model
import Planner
import Platform
import Reconciler
import Reporting

/// `reconcile [DIR]` and `reconcile --dry-run [DIR]`.
struct ReconcileCommand {
    let invocation: Invocation
    let console: Console
    /// The plan to carry out, exactly or not at all.
    var saved: SavedPlan?

    func run() async throws(UsageError) -> ExitStatus {
        let options = invocation.options
        let isDryRun = options.isGiven("--dry-run")
        let isDetailed = options.isGiven("--detailed-exitcode")
        if isDetailed, !isDryRun { throw UsageError("--detailed-exitcode goes with --dry-run") }
        let out = options["--out"]
        if out != nil, !isDryRun { throw UsageError("--out goes with --dry-run") }
        let outputs = try Outputs(options)
        let usesColor = try Color(options)
        let settings = Settings(invocation: invocation)
        var secrets = settings.secrets
        // What is saved is carried out by somebody who has them; a plan alone may leave a field open.
        secrets.toleratesMissing = isDryRun && out == nil
        var configuration = PassConfiguration(
            directory: invocation.directory, secrets: secrets, apiIdentity: "",
            stateDirectory: try settings.stateDirectory(), temporaryDirectory: settings.temporaryDirectory)
        let upload = try UploadOptions(options)
        configuration.limits = upload.limits
        configuration.uploads = upload.uploads
        configuration.dataRoots = options.all("--data-root")
        configuration.variables = try Variables(invocation).values
        if invocation.readsRendered { configuration.manifestText = try RenderedManifests.read() }
        configuration.planning.adopt = Set(options.all("--adopt"))
        configuration.planning.full = options.isGiven("--full")
        configuration.planning.retryRejected = options.isGiven("--retry-rejected")
        configuration.planning.allowRemoved = Set(options.all("--allow-removed"))
        configuration.planning.allowRecreate = options.isGiven("--allow-recreate")
        configuration.planning.allowDelete = Set(options.all("--allow-delete"))
        configuration.planning.allowDeletePercent = try options.integer("--allow-delete-percent", in: 1...100)
        configuration.inspection = try Self.inspection(options)
        try restrict(&configuration)
        saved?.options.apply(to: &configuration)
        configuration.saved = saved

        // Uploads need it; reading thousands of manifests on all cores is faster with a heap for each.
        if isDryRun { Memory.growInLargeSteps() } else { Memory.shareOneHeap() }
        let time = SystemTime()
        let printer = PassPrinter(
            console: console, time: time, printsPlan: outputs.stdout == .text,
            usesColor: usesColor.onStdout(console))
        let interruption = Self.interruption(console, isDryRun: isDryRun)
        var outcome = PassOutcome()
        do throws(StepFailure) {
            let account = try await Account.open(
                settings, time: time, persists: !isDryRun, uploadsAtOnce: upload.uploads.requests)
            configuration.apiIdentity = account.identity
            configuration.brand = account.keys?.brandDigestKey
            configuration.acceptsNewBrandKey = options.isGiven("--allow-new-brand-key")
            if out != nil || saved != nil {
                configuration.seal = PlanSeal(
                    tool: Reconcile.tool, salt: saved?.salt ?? PlanSeal.salt(time), keys: account.keys,
                    document: { .object(PlanJSON.members(of: $0)) })
            }
            configuration.isStopping = { interruption.isRaised }
            if !isDryRun, saved == nil, !options.isGiven("--yes") {
                configuration.confirm = DeleteQuestion(console).confirm
            }
            let pass = ReconcilePass(
                configuration: configuration, reader: account.client, writer: isDryRun ? nil : account.client,
                querier: account.client,
                observer: printer, time: time)
            outcome = await run(pass, on: account, interruption)
            await account.close()
        } catch {
            // Manifests need no API: what is wrong with them is worth knowing all the same.
            outcome.diagnostics = (try? ValidateCommand.loadManifests(invocation))?.diagnostics ?? []
            outcome.failure = error
        }
        var status = outcome.exitStatus(detailed: isDetailed)
        if let out, let plan = outcome.savedPlan, let failure = PlanFile.write(plan, to: out, console: console) {
            status = ExitStatus.worst(of: [status, failure])
        }
        return try report(outcome, status: status, isDryRun: isDryRun, api: configuration.apiIdentity)
    }

    /// What is told of rows.
    private static func inspection(_ options: ParsedOptions) throws(UsageError) -> RowInspection {
        var inspection = RowInspection()
        inspection.readsSchema = true
        inspection.comparedRows = try options.integer("--compare-rows", in: 1...1000) ?? 0
        if let path = options["--rows-out"] {
            try OutputFile.check(path)
            inspection.lines = RowsFile(path: path)
        }
        return inspection
    }

    /// Seconds in which what is under way may end by itself, before it is cut.
    private static let grace = 4.0

    private static func interruption(_ console: Console, isDryRun: Bool) -> Interruption {
        Interruption(
            console,
            isDryRun
                ? "a dry run writes nothing; run it again"
                : "what is under way may end, and nothing further begins; once more ends it at once",
            patience: grace + 5)
    }

    /// Ends early where it is interrupted: what is under way may end first, unless nothing is written anyway.
    private func run(_ pass: ReconcilePass, on account: Account, _ interruption: Interruption) async -> PassOutcome {
        let isDryRun = invocation.options.isGiven("--dry-run")
        let work = Task {
            await withTaskCancellationHandler {
                await pass.run()
            } onCancel: {
                account.client.invalidate()
            }
        }
        let client = account.client
        interruption.onStop {
            client.drain()
            Task {
                if !isDryRun { try? await SystemTime().sleep(seconds: Self.grace) }
                work.cancel()
            }
        }
        return await work.value
    }

    /// Tells a run in every form that was asked for, and how the process ends then.
    func report(
        _ outcome: PassOutcome, status: ExitStatus, isDryRun: Bool, api: String
    ) throws(UsageError) -> ExitStatus {
        let outputs = try Outputs(invocation.options)
        let usesColor = try Color(invocation.options)
        reportProblems(of: outcome)
        if outputs.stdout == .text, !isDryRun, outcome.plan != nil { console.out(OutcomeText.summary(outcome)) }
        let writer = OutputWriter(outputs: outputs, console: console, environment: invocation.environment)
        var report = RunReport(outcome, isDryRun: isDryRun)
        report.context = RunContext(invocation, owner: outcome.desired?.policy.owner, account: api)
        let isWritten = writer.write(
            report,
            text: { OutcomeText.text(outcome, isDryRun: isDryRun, usesColor: usesColor.inFiles) },
            json: { OutcomeText.json(outcome, mode: isDryRun ? "dry_run" : "apply", api: api, status: status) })
        return isWritten ? status : ExitStatus.worst(of: [status, .failed])
    }

    /// `--drift-only`, `--name` and `--selector`.
    private func restrict(_ configuration: inout PassConfiguration) throws(UsageError) {
        let options = invocation.options
        configuration.planning.driftOnly = options.isGiven("--drift-only")
        if configuration.planning.driftOnly {
            for other in ["--full", "--retry-rejected", "--adopt"] where options.isGiven(other) {
                throw UsageError(
                    "\(other) does not go with --drift-only",
                    help: "--drift-only undoes what somebody changed in the account, and does nothing else")
            }
        }
        let names = options.all("--name")
        guard let text = options["--selector"] else {
            if !names.isEmpty { configuration.filter = .names(names) }
            return
        }
        if !names.isEmpty { throw UsageError("--name and --selector exclude each other", help: "give one of them") }
        do throws(LabelSelector.Malformed) {
            configuration.filter = .selector(try LabelSelector(text))
        } catch {
            throw UsageError(
                "--selector \"\(text)\": \(error.message)",
                help: "such as team=crm, team!=crm, team, !team, or several of them with commas")
        }
    }

    private func reportProblems(of outcome: PassOutcome) {
        console.show(outcome.diagnostics)
        if outcome.diagnostics.hasErrors {
            console.err(OutcomeText.invalid)
        }
        let left = outcome.results.filter { $0.value.failure?.isInterruption == true }.keys.sorted()
        if !left.isEmpty {
            console.err("interrupted: not finished: \(Self.names(left))")
            console.err("    help: run it again: it goes on from there, with an upload within 15 minutes")
        }
        if let failure = outcome.failure {
            console.err("error: \(failure.message)")
            let help = failure.isInterruption ? failure.help ?? "run it again: the next one goes on" : failure.help
            if let help { console.err("    help: \(help)") }
        }
    }
}

extension ReconcileCommand {
    /// A few of them, and how many more there are.
    fileprivate static func names(_ keys: [String]) -> String {
        keys.prefix(5).joined(separator: ", ") + (keys.count > 5 ? " and \((keys.count - 5).grouped) more" : "")
    }
}

/// `--color`: whether text has colours.
enum Color: String, CaseIterable {
    /// On a terminal, unless `NO_COLOR` is set.
    case auto
    case always, never

    init(_ options: ParsedOptions) throws(UsageError) {
        let name = options["--color"] ?? "auto"
        guard let color = Color(rawValue: name) else {
            throw UsageError("unknown color \"\(name)\"", help: "--color takes auto, always or never")
        }
        self = color
    }

    func onStdout(_ console: Console) -> Bool { self == .always || self == .auto && console.usesColor }

    var inFiles: Bool { self == .always }
}

import Foundation
import Model
import Planner
import Reconciler

/// `reconcile [DIR]` and `reconcile --dry-run [DIR]`.
struct ReconcileCommand {
    let invocation: Invocation
    let console: Console

    func run() async throws(UsageError) -> ExitStatus {
        let options = invocation.options
        let isDryRun = options.isGiven("--dry-run")
        let isDetailed = options.isGiven("--detailed-exitcode")
        if isDetailed, !isDryRun { throw UsageError("--detailed-exitcode goes with --dry-run") }
        let output = try OutputFormat(invocation)
        let settings = Settings(invocation: invocation)
        var configuration = PassConfiguration(
            directory: invocation.directory, secrets: settings.secrets, apiIdentity: "",
            stateDirectory: try settings.stateDirectory(), temporaryDirectory: settings.temporaryDirectory)
        let upload = try UploadOptions(options)
        configuration.limits = upload.limits
        configuration.uploads = upload.uploads
        configuration.dataRoots = options.all("--data-root")
        configuration.planning.adopt = Set(options.all("--adopt"))
        configuration.planning.full = options.isGiven("--full")
        configuration.planning.retryRejected = options.isGiven("--retry-rejected")
        configuration.planning.allowRemoved = Set(options.all("--allow-removed"))
        configuration.planning.allowRecreate = options.isGiven("--allow-recreate")

        // Uploads need it; reading thousands of manifests on all cores is faster with a heap for each.
        if isDryRun { Allocator.growInLargeSteps() } else { Allocator.shareOneHeap() }
        let time = SystemTime()
        let printer = PassPrinter(console: console, time: time, printsPlan: output == .text)
        var outcome = PassOutcome()
        do throws(StepFailure) {
            let account = try await Account.open(
                settings, time: time, persists: !isDryRun, uploadsAtOnce: upload.uploads.requests)
            configuration.apiIdentity = account.identity
            let pass = ReconcilePass(
                configuration: configuration, reader: account.client, writer: isDryRun ? nil : account.client,
                observer: printer, time: time)
            outcome = await pass.run()
            await account.close()
        } catch {
            // Manifests need no API: what is wrong with them is worth knowing all the same.
            outcome.diagnostics = ValidateCommand.loadManifests(invocation).diagnostics
            outcome.failure = error
        }
        let status = outcome.exitStatus(detailed: isDetailed)
        report(outcome, output: output, isDryRun: isDryRun, api: configuration.apiIdentity, status: status)
        return status
    }

    private func report(
        _ outcome: PassOutcome, output: OutputFormat, isDryRun: Bool, api: String, status: ExitStatus
    ) {
        for diagnostic in outcome.diagnostics { console.err(diagnostic.rendered) }
        if outcome.diagnostics.hasErrors {
            console.err("The manifests are invalid: nothing was planned and nothing was written.")
        }
        if let failure = outcome.failure {
            console.err("error: \(failure.message)")
            if let help = failure.help { console.err("    help: \(help)") }
        }
        switch output {
        case .json:
            console.out(OutcomeText.json(outcome, mode: isDryRun ? "dry_run" : "apply", api: api, status: status))
        case .text where !isDryRun && outcome.plan != nil: console.out(OutcomeText.summary(outcome))
        case .text: break
        }
    }
}

/// What goes to stdout.
enum OutputFormat: String {
    case text, json

    init(_ invocation: Invocation) throws(UsageError) {
        let name = invocation.options["--output"] ?? "text"
        guard let format = OutputFormat(rawValue: name) else {
            throw UsageError("unknown output \"\(name)\"", help: "--output takes text or json")
        }
        self = format
    }
}

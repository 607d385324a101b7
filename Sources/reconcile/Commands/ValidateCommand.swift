import DataFiles
import JSON
import ManifestLoader
import Model
import Planner
import Platform
import Reconciler
import Reporting

/// `reconcile validate [DIR]`: everything that can be said without keys, network and secrets.
struct ValidateCommand {
    let invocation: Invocation
    let console: Console

    static func loadManifests(_ invocation: Invocation) throws(UsageError) -> LoadedManifests {
        ManifestLoader(
            directory: invocation.directory, text: invocation.readsRendered ? try RenderedManifests.read() : nil,
            dataRoots: invocation.options.all("--data-root"), secrets: nil, variables: try Variables(invocation).values
        ).load()
    }

    func run() async throws(UsageError) -> ExitStatus {
        let outputs = try Outputs(invocation.options)
        let upload = try UploadOptions(invocation.options)
        let settings = Settings(invocation: invocation)
        Memory.growInLargeSteps()
        let interruption = Interruption(console, "validate writes nothing; run it again")
        defer { withExtendedLifetime(interruption) {} }
        let loaded = try Self.loadManifests(invocation)
        // The process ends with this command: to take ten thousand manifests apart first would be time for nothing.
        defer { _ = Unmanaged.passRetained(Kept(loaded)) }
        var diagnostics = loaded.diagnostics
        var rows = 0
        if let desired = loaded.desired {
            var surveys = DataSurveys(limits: upload.limits, temporaryDirectory: settings.temporaryDirectory)
            let progress = ProgressLines(console, time: SystemTime())
            surveys.onReading = { reading, key in
                if let reading { progress.update(reading, key: key) } else { progress.end(key: key) }
            }
            await surveys.survey(desired)
            for connection in desired.connections where connection.data != nil {
                switch surveys.verdicts[connection.key] {
                case .surveyed(let summary):
                    rows += summary.rows
                    if connection.consumers.contains(.emarsys) { diagnostics += await Self.emarsysWarnings(connection) }
                case .bad(let problems): diagnostics += problems
                case nil: break
                }
            }
        }
        diagnostics = diagnostics.sortedByPlace
        console.show(diagnostics)
        let errors = diagnostics.filter { $0.severity == .error }.count
        let warnings = diagnostics.count - errors
        let connections = loaded.desired?.connections.count ?? 0
        let text =
            errors == 0
            ? "Valid: \(count(loaded.fileCount, "file")), \(count(connections, "connection")), "
                + "\(count(rows, "row"))" + (warnings > 0 ? ", \(count(warnings, "warning"))." : ".")
            : (diagnostics.hasInvalidInput ? "Invalid" : "Not validated") + ": \(count(errors, "error"))"
                + (warnings > 0 ? ", \(count(warnings, "warning"))" : "")
                + " in \(count(loaded.fileCount, "file"))."
        let document: JSONValue = [
            "format_version": .number("\(PlanJSON.formatVersion)"),
            "valid": .bool(errors == 0), "files": .number("\(loaded.fileCount)"),
            "connections": .number("\(connections)"), "rows": .number("\(rows)"),
            "diagnostics": .array(diagnostics.map { PlanJSON.document($0) }),
        ]
        if outputs.stdout == .text { console.out(text) }
        var report = RunReport(mode: .validate)
        report.diagnostics = diagnostics
        report.result = text
        report.context = RunContext(invocation, owner: loaded.desired?.policy.owner, account: nil)
        let writer = OutputWriter(outputs: outputs, console: console, environment: invocation.environment)
        let isWritten = writer.write(report, text: { text }, json: { document.prettyText })
        let status: ExitStatus = errors == 0 ? .done : diagnostics.hasInvalidInput ? .invalid : .failed
        return isWritten ? status : ExitStatus.worst(of: [status, .failed])
    }

    private static func emarsysWarnings(_ connection: DesiredConnection) async -> [Diagnostic] {
        guard let set = DataSet(connection) else { return [] }
        return await BlockingWork.run { (try? RowScan.emarsysWarnings(of: set)) ?? [] }
    }

    /// Holds the manifests until the process ends.
    private final class Kept {
        let manifests: LoadedManifests
        init(_ manifests: LoadedManifests) { self.manifests = manifests }
    }

    private func count(_ number: Int, _ word: String) -> String {
        "\(number.grouped) \(word)\(number == 1 ? "" : "s")"
    }
}

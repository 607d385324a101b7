import DataFiles
import JSON
import Model
import Platform
import Reconciler
import Reporting

/// `reconcile profile [DIR]`: what the columns of the data files hold, before anybody declares what they should.
struct ProfileCommand {
    let invocation: Invocation
    let console: Console

    func run() async throws(UsageError) -> ExitStatus {
        let output = try OutputFormat(invocation.options["--output"] ?? "text", of: [.text, .json, .markdown])
        let interruption = Interruption(console, "profile writes nothing; run it again")
        defer { withExtendedLifetime(interruption) {} }
        let loaded = try ValidateCommand.loadManifests(invocation)
        console.show(loaded.diagnostics)
        guard let desired = loaded.desired else { return .invalid }
        let names = invocation.options.all("--name")
        for name in names where !desired.connections.contains(where: { $0.key == name }) {
            throw UsageError(
                "no manifest is called \"\(name)\"",
                help: NearestName.find(name, in: desired.connections.map(\.key)).map { "did you mean \($0)?" }
                    ?? "see its metadata.name")
        }
        var reports: [ProfileReport] = []
        var status = ExitStatus.done
        for connection in desired.connections where names.isEmpty || names.contains(connection.key) {
            guard let data = connection.data, let set = DataSet(connection) else { continue }
            if interruption.isRaised { break }
            let (report, problems) = await profile(connection.key, set, data, interruption)
            console.show(problems)
            if problems.hasErrors { status = .invalid }
            reports.append(report)
            if output == .text { console.out(report.text) }
        }
        switch output {
        case .json: console.out(ProfileReport.document(reports).prettyText, as: .json)
        case .markdown: console.out(reports.map(\.markdown).joined(separator: "\n"))
        default: if reports.isEmpty { console.out("No manifest declares data files.") }
        }
        return status
    }

    private func profile(
        _ key: String, _ set: DataSet, _ data: DesiredData, _ interruption: Interruption
    ) async -> (ProfileReport, [Diagnostic]) {
        let progress = ProgressLines(console, time: SystemTime())
        let (profile, diagnostics) = await BlockingWork.run {
            DataProfiler.profile(
                set, sensitive: data.sensitive, onProgress: { progress.update($0, key: key) },
                isCancelled: { interruption.isRaised })
        }
        progress.end(key: key)
        let report = ProfileReport(
            key: key, files: set.files.map(\.displayPath), profile: profile, primaryKey: set.primaryKey,
            declared: Set(data.columns.keys))
        return (report, data.problems + diagnostics)
    }
}

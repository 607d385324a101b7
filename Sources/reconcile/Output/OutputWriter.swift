import Planner
import Platform
import Reconciler
import Reporting

/// Tells a run in the forms that were asked for.
struct OutputWriter {
    let outputs: Outputs
    let console: Console
    let environment: [String: String]
    /// What a step may write into its summary, in bytes.
    private static let summaryLimit = 1 << 20

    /// Everything but text on stdout, which is printed while the run goes on. False where a file could not be written.
    ///
    /// - Parameters:
    ///   - text: The run as text, with colours where they are wanted in files.
    ///   - json: The run as one JSON document.
    func write(_ report: RunReport, text: () -> String, json: () -> String) -> Bool {
        func rendered(_ format: OutputFormat) -> String {
            switch format {
            case .text: text()
            case .json: json()
            case .markdown: RunMarkdown().render(report)
            case .html: RunHTML().render(report)
            case .github: github(report)
            }
        }
        switch outputs.stdout {
        case .json: console.out(rendered(.json), as: .json)
        case .markdown: console.out(rendered(.markdown))
        case .html: console.out(rendered(.html))
        case .github: console.out(rendered(.github), as: .commands)
        case .text, nil: break
        }
        var isWritten = true
        for file in outputs.files {
            isWritten =
                attempt { () throws(OutputFile.Failure) in
                    try OutputFile.write(
                        rendered(file.format) + "\n", to: file.path, random: .random(in: .min ... .max))
                } && isWritten
        }
        if outputs.isForGitHub { isWritten = writeSummary(report) && isWritten }
        return isWritten
    }

    /// The annotations, and below them the lines that sum the run up.
    private func github(_ report: RunReport) -> String {
        let paths = RepositoryPaths(
            root: Self.workspace(environment), currentDirectory: (try? Path.resolve(".")) ?? ".")
        let commands = GitHubAnnotations(paths: paths).render(report)
        let summary = report.summaryLines.map { WorkflowCommandGuard.defused(PlainText.oneLine($0)) }
        return ((commands.isEmpty ? [] : [commands]) + summary).joined(separator: "\n")
    }

    /// The root of the repository, as GitHub or GitLab say it.
    static func workspace(_ environment: [String: String]) -> String? {
        (environment["GITHUB_WORKSPACE"] ?? environment["CI_PROJECT_DIR"]).map { (try? Path.resolve($0)) ?? $0 }
    }

    /// Adds the comment to the page of the step, whose file other commands write to as well.
    private func writeSummary(_ report: RunReport) -> Bool {
        guard let path = environment["GITHUB_STEP_SUMMARY"], !path.isEmpty else { return true }
        let room = Self.summaryLimit - OutputFile.size(of: path) - 1
        guard room >= 16_384 else {
            console.err("warning: the summary of this step is full, so nothing is added to it")
            return true
        }
        return attempt { () throws(OutputFile.Failure) in
            try OutputFile.append(RunMarkdown(limit: .bytes(room)).render(report) + "\n", to: path)
        }
    }

    private func attempt(_ work: () throws(OutputFile.Failure) -> Void) -> Bool {
        do throws(OutputFile.Failure) {
            try work()
            return true
        } catch {
            console.err("error: \(error.message)")
            console.err("    help: \(error.help)")
            return false
        }
    }
}

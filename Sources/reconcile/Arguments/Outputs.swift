import Model
import Planner
import Reconciler

/// A form in which a run is told.
enum OutputFormat: String, CaseIterable {
    case text, json, markdown, html, github

    /// Errors: `UsageError` for a word that is none of `known`.
    init(_ name: String, of known: [OutputFormat] = allCases) throws(UsageError) {
        let names = known.map(\.rawValue)
        guard let format = OutputFormat(rawValue: name), known.contains(format) else {
            let near = NearestName.find(name, in: names)
            throw UsageError(
                "unknown output \"\(name)\"",
                help: near.map { "did you mean \($0)?" } ?? "--output takes \(names.joined(separator: ", "))")
        }
        self = format
    }
}

/// What `--output` asks for: each form once or more, one of them at most to stdout.
struct Outputs {
    struct File {
        var format: OutputFormat
        var path: String
    }

    /// Nil where everything goes to files.
    private(set) var stdout: OutputFormat?
    private(set) var files: [File] = []

    /// `FORMAT` or `FORMAT=FILE`, several times; `text` where there is none.
    ///
    /// Errors: `UsageError` for what is not known, does not fit together, or cannot be written: better said now than
    /// after the pass.
    init(_ options: ParsedOptions) throws(UsageError) {
        for value in options.all("--output") { try parse(value) }
        if stdout == nil, files.isEmpty { stdout = .text }
        for file in files { try OutputFile.check(file.path) }
    }

    private mutating func parse(_ value: String) throws(UsageError) {
        let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let format = try OutputFormat(parts[0])
        guard parts.count == 2, parts[1] != "-" else {
            if let stdout {
                throw UsageError(
                    "two outputs would go to stdout, \(stdout.rawValue) and \(format.rawValue)",
                    help: "give one of them a file, such as --output \(format.rawValue)=FILE")
            }
            stdout = format
            return
        }
        if parts[1].isEmpty {
            throw UsageError("--output \(value) names no file", help: "write --output \(format.rawValue)=FILE")
        }
        if files.contains(where: { $0.path == parts[1] }) {
            throw UsageError("two outputs would go to \(parts[1])", help: "give each a file of its own")
        }
        files.append(File(format: format, path: parts[1]))
    }

    var isForGitHub: Bool { stdout == .github || files.contains { $0.format == .github } }
}

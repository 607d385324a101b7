import APIClient
import Foundation
import JSON
import Reconciler

/// `reconcile doctor`: tries what this tool takes for granted about the service.
struct DoctorCommand {
    let invocation: Invocation
    let console: Console

    func run() async throws(UsageError) -> ExitStatus {
        let output = try OutputFormat(invocation.options["--output"] ?? "text", of: [.text, .json])
        let writes = invocation.options.isGiven("--write")
        let url = invocation.options["--external-url"] ?? "https://example.com/{id}"
        return await ReadingCommand(invocation: invocation, console: console).run(
            interrupted: writes
                ? "what it made is called \"reconcile doctor …\": the next run with --write removes it"
                : "it has written nothing; run it again"
        ) { account throws(StepFailure) in
            let console = console
            let doctor = Doctor(client: account.client) { finding in
                if output == .text { console.out(Self.row(finding)) }
            }
            if output == .text { console.out(Self.head) }
            let goesOn = await doctor.examine()
            if goesOn, writes {
                await doctor.tries(externalURL: url, name: UUID().uuidString.prefix(8).lowercased())
            }
            return report(doctor.findings, goesOn: goesOn, writes: writes, output)
        }
    }

    private func report(
        _ findings: [DoctorFinding], goesOn: Bool, writes: Bool, _ output: OutputFormat
    ) -> ExitStatus {
        let broken = findings.filter { $0.verdict == .broken }.count
        let deviating = findings.filter { $0.verdict == .deviates }.count
        if output == .json {
            let document: JSONValue = [
                "tool": .string(Reconcile.tool), "writes": .bool(writes),
                "findings": .array(
                    findings.map { finding in
                        [
                            "verdict": .string(finding.verdict.rawValue), "line": .string(finding.line),
                            "expected": .string(finding.expected), "came": .string(finding.came),
                            "meaning": .string(finding.meaning),
                            "deviation": finding.deviation.map { .string($0) } ?? .null,
                        ]
                    }),
            ]
            console.out(document.prettyText, as: .json)
        } else {
            let rest = writes || !goesOn ? "" : " What needs a write was not tried: add --write."
            console.out(
                "\n\(findings.count) lines: \(findings.count - broken - deviating) agree or were skipped, "
                    + "\(deviating) \(deviating == 1 ? "deviates and is" : "deviate and are") understood, "
                    + "\(broken) \(broken == 1 ? "does" : "do") not work.\(rest)")
        }
        if !goesOn, findings.count == 1 { return .unreachable }
        if findings.contains(where: { $0.line == "keys" && $0.verdict == .broken }) { return .authenticationFailed }
        return broken > 0 ? .failed : .done
    }

    private static let head = columns("", "line", "expected", "came", "what it means")

    private static func row(_ finding: DoctorFinding) -> String {
        let mark =
            switch finding.verdict {
            case .agrees: "ok"
            case .deviates: "~"
            case .broken: "!"
            case .skipped: "-"
            }
        return columns(mark, finding.line, finding.expected, finding.came, finding.meaning)
    }

    private static func columns(_ mark: String, _ line: String, _ expected: String, _ came: String, _ meaning: String)
        -> String
    {
        func padded(_ text: String, _ width: Int) -> String {
            text.count >= width ? text + "  " : text + String(repeating: " ", count: width - text.count)
        }
        let text = padded(mark, 4) + padded(line, 24) + padded(expected, 42) + padded(came, 24) + meaning
        return String(text.reversed().drop { $0 == " " }.reversed())
    }
}

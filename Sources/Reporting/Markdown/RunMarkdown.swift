import JSON
import Model
import Planner

/// Renders a run as a pull request comment: what it comes to, what stands in the way, then each connection folded.
package struct RunMarkdown: Sendable {
    /// How long the text may be.
    package enum Limit: Sendable {
        /// UTF-16 units: no service counts more characters than those.
        case characters(Int)
        case bytes(Int)

        /// A comment on GitHub ends at 65,536 characters; a little is left for what a workflow puts around it.
        package static let comment = Limit.characters(65_000)

        func size(_ text: String) -> Int {
            switch self {
            case .characters: text.utf16.count
            case .bytes: text.utf8.count
            }
        }

        var most: Int {
            switch self {
            case .characters(let most), .bytes(let most): most
            }
        }
    }

    /// A piece of the text that may be left out.
    private struct Section {
        var text: String
        /// Connections that it shows.
        var connections = 0
        /// Errors and warnings that it shows.
        var problems = 0
    }

    private let limit: Limit
    private let plain = PlanText(usesColor: false)

    package init(limit: Limit = .comment) { self.limit = limit }

    /// The whole text, shorter than the limit. By its first line a workflow finds the comment that it wrote before.
    package func render(_ report: RunReport) -> String {
        let context = report.context
        let title = context.title.map { " " + MarkdownText.inline($0) } ?? ""
        var text = "\(context.marker)\n### reconcile: \(report.mode.title)\(title)\n"
        if !context.facts.isEmpty {
            text += "\n" + context.facts.map { MarkdownText.inline($0) }.joined(separator: " · ") + "\n"
        }
        // What cannot be undone comes before all else.
        if let losses = report.plan.map(PlanLosses.init), !losses.isEmpty {
            let words = report.mode == .apply ? "This could not be undone" : "This cannot be undone"
            text += "\n> [!CAUTION]\n> **\(words):**\n"
            text += losses.lines(limit: 50).map { "> * \(MarkdownText.inline($0))\n" }.joined()
        }
        for line in report.summaryLines { text += "\n**\(MarkdownText.inline(line))**\n" }
        if let plan = report.plan { text += "\n" + RunMarkdownTable.text(of: plan) }
        var left = (connections: 0, problems: 0)
        // What says how much was cut has to fit in any case.
        let room = limit.most - 400
        var size = limit.size(text)
        for section in sections(of: report) {
            let added = limit.size(section.text) + 1
            guard size + added <= room, left.connections + left.problems == 0 else {
                left.connections += section.connections
                left.problems += section.problems
                continue
            }
            text += "\n" + section.text
            size += added
        }
        return text + Self.words(ofCutting: left, limit: limit.most)
    }

    private static func words(ofCutting left: (connections: Int, problems: Int), limit: Int) -> String {
        var parts: [String] = []
        if left.problems > 0 { parts.append("\(left.problems.grouped) problem\(left.problems == 1 ? "" : "s")") }
        if left.connections > 0 {
            parts.append("\(left.connections.grouped) connection\(left.connections == 1 ? "" : "s")")
        }
        if parts.isEmpty { return "" }
        return "\n_Cut here: \(parts.joined(separator: " and ")) more. The text would be longer than "
            + "\(limit.grouped) characters; `--output json` has all._\n"
    }

    private func sections(of report: RunReport) -> [Section] {
        var sections: [Section] = []
        let notes = report.plan?.scope.notes ?? []
        if !notes.isEmpty { sections.append(Section(text: notes.map { "> \(MarkdownText.inline($0))\n" }.joined())) }
        sections += problems("Failures", (report.failures + report.rejectedRows).map { [$0.line] })
        sections += problems(
            "Invalid",
            report.allDiagnostics.map { diagnostic in
                diagnostic.rendered.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            })
        let groups = report.plan.map(PlanGroup.groups) ?? []
        let refused = groups.filter { !($0.members.first?.refusals.isEmpty ?? true) }
        sections += problems("Refused", refused.map { plain.lines(of: $0, now: 0) })
        sections += problems("Warnings", report.warnings.map { [$0.line] })
        let now = report.plan?.now ?? 0
        for group in groups where group.members.first?.actions.isEmpty == false {
            sections.append(details(of: group, now: now, report.context))
        }
        let noted = groups.filter { group in
            group.members.first.map { $0.actions.isEmpty && !$0.isStopped && !$0.notes.isEmpty } ?? false
        }
        for start in stride(from: 0, to: noted.count, by: 50) {
            let some = noted[start..<min(start + 50, noted.count)]
            var section = Section(text: folded("Notes", some.flatMap { plain.lines(of: $0, now: now) }))
            section.connections = some.reduce(0) { $0 + $1.members.count }
            sections.append(section)
        }
        return sections
    }

    /// In blocks of ten, so that a cut falls between them; only the first has the title.
    private func problems(_ title: String, _ problems: [[String]]) -> [Section] {
        stride(from: 0, to: problems.count, by: 10).map { start in
            let some = problems[start..<min(start + 10, problems.count)]
            let head = start == 0 ? "#### \(title)\n\n" : ""
            var section = Section(text: head + MarkdownText.block(some.flatMap { $0 }) + "\n")
            section.problems = some.count
            return section
        }
    }

    private func details(of group: PlanGroup, now: Int, _ context: RunContext) -> Section {
        let symbol = group.members.first.map(plain.symbol) ?? "~"
        let first = group.members[0]
        let title =
            group.isSummedUp
            ? "<b>\(group.members.count.grouped) connections</b>: \(MarkdownText.inline(group.names))"
            : "<b>\(first.key)</b> \(MarkdownText.inline(first.name))"
        let lines = plain.lines(of: group, now: now).map(Self.symbolFirst)
        let place = group.isSummedUp ? nil : first.desired?.places.manifest
        let link = place.flatMap { place in
            context.link(place.path, line: place.line).map {
                "[\(MarkdownText.inline("\(place.path):\(place.line)"))](\($0))\n\n"
            }
        }
        var section = Section(text: folded("<code>\(symbol)</code> \(title)", lines, link: link ?? ""))
        section.connections = group.members.count
        return section
    }

    /// `title` is HTML.
    private func folded(_ title: String, _ lines: [String], link: String = "") -> String {
        var shown = lines
        if lines.count > 200 { shown = lines.prefix(200) + ["… and \((lines.count - 200).grouped) more lines"] }
        return
            "<details>\n<summary>\(title)</summary>\n\n\(link)\(MarkdownText.block(shown, language: "diff"))\n\n</details>\n"
    }

    /// Blocks of the language `diff` are coloured by the first sign of a line.
    private static func symbolFirst(_ line: String) -> String {
        let indentation = line.prefix { $0 == " " }.count
        guard indentation > 0, indentation <= 8, let symbol = line.dropFirst(indentation).first, "+-~".contains(symbol),
            line.dropFirst(indentation + 1).first == " "
        else { return line }
        return "\(symbol)\(String(repeating: " ", count: indentation + 1))\(line.dropFirst(indentation + 2))"
    }
}

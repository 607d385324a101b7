import Model
import Planner

/// Renders a run as one page that needs nothing else: what cannot be undone, what it comes to, problems, each connection.
package struct RunHTML: Sendable {
    private let plain = PlanText(usesColor: false)

    package init() {}

    package func render(_ report: RunReport) -> String {
        let context = report.context
        let heading = "reconcile: \(report.mode.title)" + (context.title.map { " \($0)" } ?? "")
        var body = "<h1>\(Self.escaped(heading))</h1>\n"
        if !context.facts.isEmpty {
            body += "<p class=\"facts\">\(Self.escaped(context.facts.joined(separator: " · ")))</p>\n"
        }
        if let losses = report.plan.map(PlanLosses.init), !losses.isEmpty {
            let words = report.mode == .apply ? "This could not be undone" : "This cannot be undone"
            let items = losses.lines(limit: 1000).map { "<li>\(Self.escaped($0))</li>" }.joined()
            body += "<section class=\"caution\" role=\"alert\"><h2>\(words)</h2><ul>\(items)</ul></section>\n"
        }
        for line in report.summaryLines { body += "<p class=\"summary\">\(Self.escaped(line))</p>\n" }
        body += problems("Failures", (report.failures + report.rejectedRows).map { [$0.line] })
        body += problems(
            "Invalid", report.allDiagnostics.map { $0.rendered.split(separator: "\n").map(String.init) })
        let groups = report.plan.map(PlanGroup.groups) ?? []
        let now = report.plan?.now ?? 0
        let refused = groups.filter { !($0.members.first?.refusals.isEmpty ?? true) }
        body += problems("Refused", refused.map { plain.lines(of: $0, now: now) })
        body += problems("Warnings", report.warnings.map { [$0.line] })
        let changed = groups.filter { $0.members.first?.actions.isEmpty == false }
        if !changed.isEmpty { body += "<h2>Changes</h2>\n" }
        for group in changed {
            let lines = plain.lines(of: group, now: now)
            body += "<details open><summary>\(Self.line(lines.first ?? ""))</summary>"
            if !group.isSummedUp, let place = group.members[0].desired?.places.manifest,
                let link = context.link(place.path, line: place.line)
            {
                body += "<p><a href=\"\(Self.escaped(link))\">\(Self.escaped("\(place.path):\(place.line)"))</a></p>"
            }
            body += "<pre>\(lines.dropFirst().map(Self.line).joined(separator: "\n"))</pre></details>\n"
        }
        return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
            + "<title>\(Self.escaped(heading))</title><style>\(Self.style)</style></head>\n<body><main>\n\(body)</main></body></html>"
    }

    private func problems(_ title: String, _ problems: [[String]]) -> String {
        if problems.isEmpty { return "" }
        let blocks = problems.map { lines in
            "<pre>\(lines.map { Self.escaped(PlainText.oneLine($0)) }.joined(separator: "\n"))</pre>"
        }
        return "<h2>\(title)</h2>\n" + blocks.joined(separator: "\n") + "\n"
    }

    /// A line of the plan; its sign says the colour, and stays to be read.
    private static func line(_ line: String) -> String {
        let text = escaped(PlainText.oneLine(line))
        let kind: String? =
            switch line.first(where: { $0 != " " }) {
            case "+": "add"
            case "-": "remove"
            case "~": "change"
            case "!": "refuse"
            default: nil
            }
        return kind.map { "<span class=\"\($0)\">\(text)</span>" } ?? text
    }

    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in PlainText.oneLine(text).unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--paper:#fff;--box:#f6f8fa;--line:#d1d9e0;--add:#116329;\
        --remove:#a40e26;--change:#7d4e00}
        @media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--paper:#0d1117;--box:#161b22;--line:#3d444d;\
        --add:#7ee787;--remove:#ff9492;--change:#f0b72f}}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
        main{max-width:70rem;margin:0 auto;padding:1rem}h1{font-size:1.5rem}h2{font-size:1.1rem}
        .facts{color:var(--soft)}.summary{font-weight:600}
        pre,summary{font:13px/1.5 ui-monospace,monospace;background:var(--box)}
        pre{overflow-x:auto;padding:.5rem .75rem;border:1px solid var(--line);border-radius:6px;margin:.25rem 0 1rem}
        summary{cursor:pointer;padding:.4rem .75rem;border:1px solid var(--line);border-radius:6px;overflow-wrap:anywhere}
        .caution{border:2px solid var(--remove);border-radius:6px;padding:0 1rem;margin:1rem 0}.caution h2{color:var(--remove)}
        .add{color:var(--add)}.remove,.refuse{color:var(--remove)}.change{color:var(--change)}
        """
}

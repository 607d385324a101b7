import Model
import Planner

/// The table at the top of a comment: what is done to how many connections, and why. No text of others stands in it.
enum RunMarkdownTable {
    static func text(of plan: Plan) -> String {
        let summary = PlanSummary(plan)
        var causes: [String: [Cause: Int]] = [:]
        var codes: [String: Int] = [:]
        for connection in plan.connections {
            for action in connection.actions {
                for cause in connection.causes(of: action) { causes[action.name, default: [:]][cause, default: 0] += 1 }
            }
            for refusal in connection.refusals { codes[refusal.code.rawValue, default: 0] += 1 }
        }
        var rows: [String] = []
        func row(_ symbol: String, _ what: String, _ number: Int, _ why: String = "") {
            if number > 0 {
                rows.append("| \(symbol.isEmpty ? "" : "`\(symbol)`") | \(what) | \(number.grouped) | \(why) |")
            }
        }
        func why(_ action: String) -> String {
            let counts = causes[action] ?? [:]
            return Cause.allCases.compactMap { cause in
                counts[cause].map { counts.count == 1 ? cause.words : "\(cause.words) (\($0.grouped))" }
            }.joined(separator: ", ")
        }
        let rowCount =
            "\(summary.areRowsExact ? "" : "up to ")\(summary.rows.grouped) row\(summary.rows == 1 ? "" : "s")"
        row("+", "create", summary.create, why("create"))
        row("~", "update", summary.update, why("update"))
        row("~", "upload (\(rowCount))", summary.upload, why("upload"))
        row("-", "rows to delete", summary.deletedRows)
        row("+", "add reference", summary.addReference, why("add_reference"))
        row("-", "remove reference", summary.removeReference, why("remove_reference"))
        row("-", "delete, rows and all", summary.delete, why("delete"))
        let refusals = codes.sorted { $0.key < $1.key }.map { "`\($0.key)` (\($0.value.grouped))" }
        row("!", "refused", summary.refused, refusals.joined(separator: ", "))
        row("!", "invalid data", summary.invalid)
        row("!", "data not read", summary.unread)
        row("", "suspended", summary.suspended)
        row("", "unchanged", summary.unchanged)
        row("", "other changes left out", summary.leftOut)
        row("", "cannot be told", summary.undetermined)
        if rows.isEmpty { return "" }
        return (["| | | number | why |", "|---|---|--:|---|"] + rows).joined(separator: "\n") + "\n"
    }
}

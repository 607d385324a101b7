import JSON

/// What `/status` answers, as a table for people.
package enum StatusTable {
    package static func text(of status: JSONValue) -> String {
        var lines: [String] = []
        func line(_ name: String, _ value: String?) {
            if let value {
                lines.append(name + String(repeating: " ", count: max(1, 13 - name.count)) + Log.flat(value))
            }
        }
        let pass = status["last_pass"]
        line("directory", status["directory"]?.stringValue)
        line("revision", status["git_revision"]?.stringValue)
        line("last pass", pass?["summary"]?.stringValue ?? "none has ended yet")
        line("ended", pass?["ended_at"]?.stringValue)
        line("last success", status["last_success_at"]?.stringValue ?? "never")
        line("next pass", status["pass_running"]?.boolValue == true ? "now" : status["next_pass_at"]?.stringValue)
        line("window", status["window_opens_at"]?.stringValue.map { "closed, opens \($0)" })
        line("API", status["api_problem"]?.stringValue)
        for error in status["manifest_errors"]?.arrayValue ?? [] { line("error", error.stringValue) }
        let rows = (status["connections"]?.arrayValue ?? []).map { entry in
            [
                entry["key"]?.stringValue ?? "", entry["state"]?.stringValue ?? "",
                entry["next_try_at"]?.stringValue ?? "-", entry["next_refresh_at"]?.stringValue ?? "-",
                Log.flat(entry["problem"]?.stringValue ?? "") + planned(entry),
            ]
        }
        if rows.isEmpty { return lines.joined(separator: "\n") }
        return (lines + [""] + table([["CONNECTION", "STATE", "NEXT TRY", "NEXT REFRESH", "PROBLEM"]] + rows))
            .joined(separator: "\n")
    }

    private static func planned(_ entry: JSONValue) -> String {
        let steps = (entry["planned"]?.arrayValue ?? []).compactMap(\.stringValue)
        return steps.isEmpty ? "" : " (planned: \(Log.flat(steps.joined(separator: "; "))))"
    }

    private static func table(_ rows: [[String]]) -> [String] {
        let columns = rows.first?.count ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line +=
                    cell + (column == columns - 1 ? "" : String(repeating: " ", count: widths[column] - cell.count + 2))
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}

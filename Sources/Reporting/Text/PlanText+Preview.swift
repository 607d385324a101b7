import JSON
import Model
import Planner

extension PlanText {
    /// What an upload does to the table: its columns, the first rows of each kind, and rows beside the service's.
    func previewLines(_ plan: UploadPlan) -> [String] {
        guard let preview = plan.data.preview else { return [] }
        var lines = preview.columns.map(columnLines) ?? []
        let counts = plan.data.counts
        lines += rowLine("added", preview.added, counts?.added)
        lines += rowLine("changed", preview.changed, counts?.changed)
        lines += rowLine("removed", preview.removed, counts?.removed)
        lines += rowLine("respelt", preview.respelt, plan.respelt)
        lines += rowLine("rejected before", preview.rejected, counts?.rejected)
        for difference in preview.differences ?? [] { lines += self.lines(of: difference) }
        return lines
    }

    private func columnLines(_ columns: ColumnChanges) -> [String] {
        var lines: [String] = []
        func type(_ text: String) -> String { text.isEmpty ? "no values" : text }
        for column in columns.added {
            lines.append("        \(paint("+", .green)) column \(Self.word(column.name)): \(type(column.type))")
        }
        for column in columns.removed {
            lines.append("        \(paint("-", .red)) column \(Self.word(column.name)): \(type(column.type))")
        }
        for column in columns.retyped {
            lines.append(
                "        \(paint("~", .yellow)) column \(Self.word(column.name)): \(column.from) → \(column.to)")
        }
        if !columns.changed.isEmpty {
            let shown = columns.changed.prefix(8).map { "\(Self.word($0.name)) in \($0.rows.grouped)" }
            let rest = columns.changed.count - shown.count
            lines.append(
                "        values changed: \(columns.isExact ? "" : "about ")\(shown.joined(separator: ", "))"
                    + (rest > 0 ? " and \(rest) columns more" : ""))
        }
        return lines
    }

    private func rowLine(_ kind: String, _ rows: [RowPreview.Row], _ count: Int?) -> [String] {
        if rows.isEmpty { return [] }
        let rest = (count ?? 0) - rows.count
        let keys = rows.map { PlainText.oneLine($0.key) }.joined(separator: ", ")
        return ["        \(kind): \(keys)" + (rest > 0 ? " and \(rest.grouped) more" : "")]
    }

    private func lines(of difference: RowDifference) -> [String] {
        let place = difference.row.place.map { paint("  \(Self.shown($0))", .dim) } ?? ""
        let key = PlainText.oneLine(difference.row.key)
        if difference.isMissing { return ["        row \(key): the service has none\(place)"] }
        if difference.fields.isEmpty { return ["        row \(key): as the service has it\(place)"] }
        return ["        row \(key):\(place)"]
            + difference.fields.map { field in
                let (old, new) =
                    field.isSensitive ? ("(sensitive)", "(sensitive)") : (Self.shown(field.old), Self.shown(field.new))
                return "          \(Self.word(field.name)): \(old) → \(new)"
            }
    }

    /// The name of a column, in quotes where it is not a plain word.
    private static func word(_ name: String) -> String {
        let isPlain = !name.isEmpty && name.utf8.allSatisfy { $0.isPlainInNames }
        return isPlain ? name : quoted(name)
    }

    private static func shown(_ value: JSONValue?) -> String {
        guard let value else { return "(none)" }
        let text = PlainText.oneLine(value.compactText)
        return text.count > 80 ? text.prefix(80) + "…" : text
    }
}

extension UInt8 {
    fileprivate var isPlainInNames: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

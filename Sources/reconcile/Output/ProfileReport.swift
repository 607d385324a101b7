import DataFiles
import JSON
import Model
import Reporting

/// The profile of one data set, in the forms in which it is told.
struct ProfileReport {
    var key: String
    var files: [String]
    var profile: DataProfile
    var primaryKey: String
    /// Columns whose type the manifest says already.
    var declared: Set<String>

    private static let heads = ["column", "type", "nulls", "distinct", "min", "max", "longest", "example"]

    private var title: String {
        let shown = files.prefix(3).joined(separator: ", ") + (files.count > 3 ? " and \(files.count - 3) more" : "")
        return "\(key): \(profile.rows.grouped) row\(profile.rows == 1 ? "" : "s") in \(shown)"
    }

    private func cells(_ column: DataProfile.Column) -> [String] {
        func value(_ text: String?) -> String {
            column.isSensitive ? "(sensitive)" : text.map { PlainText.oneLine($0) } ?? ""
        }
        return [
            PlainText.oneLine(column.name), column.type, column.nulls.grouped,
            (column.isDistinctExact ? "" : "~") + column.distinct.grouped, value(column.min), value(column.max),
            column.longest.grouped, value(column.example),
        ]
    }

    /// Whether a column of the table is of numbers, which stand at the right.
    private static let isNumeric = [false, false, true, true, false, false, true, false]

    /// A table, and what a manifest could begin with.
    var text: String {
        let rows = [Self.heads] + profile.columns.map(cells)
        let widths = Self.heads.indices.map { index in rows.map { $0[index].count }.max() ?? 0 }
        let lines = rows.map { row in
            let padded = row.indices.map { index in
                let blanks = String(repeating: " ", count: widths[index] - row[index].count)
                return Self.isNumeric[index] ? blanks + row[index] : row[index] + blanks
            }
            return "  " + padded.joined(separator: "  ").trimmingBlanksAtEnd
        }
        return ([title] + lines + ["", "to begin with:", ""] + suggestion.map { "  " + $0 } + [""])
            .joined(separator: "\n")
    }

    var markdown: String {
        func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        var lines = [row(Self.heads), row(Self.isNumeric.map { $0 ? "--:" : "---" })]
        for column in profile.columns { lines.append(row(cells(column).map { MarkdownText.inline($0) })) }
        return "### \(MarkdownText.inline(title))\n\n" + lines.joined(separator: "\n") + "\n\n```yaml\n"
            + suggestion.joined(separator: "\n") + "\n```\n"
    }

    // MARK: - To begin with

    /// Lines of YAML for `spec.data`. Of sensitive columns they hold no value.
    private var suggestion: [String] {
        var lines: [String] = []
        let typed = profile.columns.filter {
            $0.isTextOnly && ["number", "boolean", "json"].contains($0.type) && $0.name != primaryKey
                && !declared.contains($0.name)
        }
        if !typed.isEmpty {
            lines.append("columns: {\(typed.map { "\(Self.quoted($0.name)): \($0.type)" }.joined(separator: ", "))}")
        }
        lines += ["expect:", "  rows: {min: \(Self.roundedDown(profile.rows * 9 / 10))}"]
        let columns = profile.columns.compactMap { column -> String? in
            let rules = self.rules(column)
            return rules.isEmpty ? nil : "    \(Self.quoted(column.name)): {\(rules.joined(separator: ", "))}"
        }
        if !columns.isEmpty { lines += ["  columns:"] + columns }
        return lines
    }

    private func rules(_ column: DataProfile.Column) -> [String] {
        var rules: [String] = []
        if column.nulls == 0, profile.rows > 0 { rules.append("required: true") }
        let isUnique = column.isDistinctExact && column.distinct == profile.rows && profile.rows > 1
        if isUnique, column.name != primaryKey, column.type == "string" { rules.append("unique: true") }
        if column.isSensitive { return rules }
        if column.type == "number", let low = column.min, let high = column.max, column.name != primaryKey {
            rules.append("min: \(low), max: \(high)")
        } else if column.type == "string", let values = column.values, values.count > 1,
            profile.rows >= 10 * values.count
        {
            rules.append("one_of: [\(values.map(Self.quoted).joined(separator: ", "))]")
        }
        return rules
    }

    /// One or two digits and zeros.
    private static func roundedDown(_ number: Int) -> Int {
        var unit = 1
        while number / unit >= 100 { unit *= 10 }
        return max(1, number / unit * unit)
    }

    /// As YAML within a flow mapping: plain words as they are, all else as JSON.
    private static func quoted(_ text: String) -> String {
        func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
        let isPlain =
            text.utf8.first.map(isLetter) == true
            && text.utf8.allSatisfy { isLetter($0) || "0123456789_-".utf8.contains($0) }
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        return isPlain && !words.contains(text.lowercased()) ? text : JSONValue.string(text).compactText
    }

    // MARK: - JSON

    static func document(_ reports: [ProfileReport]) -> JSONValue {
        ["format_version": .number("\(PlanJSON.formatVersion)"), "data_sets": .array(reports.map(\.document))]
    }

    private var document: JSONValue {
        [
            "connection": .string(key), "files": .array(files.map(JSONValue.string)),
            "rows": .number("\(profile.rows)"),
            "columns": .array(
                profile.columns.map { column in
                    func value(_ text: String?) -> JSONValue {
                        guard let text else { return .null }
                        return column.type == "number"
                            ? (try? JSONValue.parse(text.utf8)) ?? .string(text) : .string(text)
                    }
                    return [
                        "name": .string(column.name), "type": .string(column.type), "nulls": .number("\(column.nulls)"),
                        "distinct": .number("\(column.distinct)"), "distinct_is_exact": .bool(column.isDistinctExact),
                        "min": value(column.min), "max": value(column.max), "longest": .number("\(column.longest)"),
                        "example": value(column.example), "sensitive": .bool(column.isSensitive),
                    ]
                }),
            "suggestion": .string(suggestion.joined(separator: "\n")),
        ]
    }
}

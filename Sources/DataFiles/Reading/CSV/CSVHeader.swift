import JSON
import Model

/// The first record of a CSV file: the names of its columns, checked.
struct CSVHeader {
    var names: [String]
    var location: SourceLocation
    /// The line as it stands in the file, for the snippet of an error.
    var sourceLine: String?
    /// The bytes of the line, with its end.
    var raw: [UInt8] = []
    /// The names as they stand in the file.
    private(set) var fileNames: [String]

    init(names: [String], location: SourceLocation, sourceLine: String?, raw: [UInt8]) {
        self.names = names
        fileNames = names
        self.location = location
        self.sourceLine = sourceLine
        self.raw = raw
    }

    /// Gives the columns their new names.
    mutating func rename(_ fields: FieldMapping) {
        if !fields.renamings.isEmpty { names = fileNames.map(fields.newName) }
    }

    /// What is wrong with the names; empty where nothing is.
    func problems(of set: DataSet, delimiter: UInt8) -> [Diagnostic] {
        var problems: [Diagnostic] = []
        var firstColumns: [[UInt8]: Int] = [:]
        let fields = set.fields
        for (index, name) in names.enumerated() where fields.isNone || fields.sends(name) || fields.isSource(name) {
            if name.isEmpty {
                problems.append(
                    error("column \(index + 1) of the header has no name", help: helpForUnnamed(index, delimiter)))
            } else if let first = firstColumns[Array(name.utf8)] {
                problems.append(
                    error(
                        "the header names \"\(name)\" twice: columns \(first + 1) and \(index + 1)",
                        help: fileNames[first].isSameBytes(as: fileNames[index])
                            ? "give each column a name of its own, in the file or with csv: {skip_lines: 1, header: [NAME, …]}"
                            : "correct `rename`"))
            } else {
                firstColumns[Array(name.utf8)] = index
            }
        }
        if firstColumns[Array(set.primaryKey.utf8)] == nil, !fields.derives(set.primaryKey) {
            problems.append(
                error(
                    "the header has no column \"\(set.primaryKey)\", the primary key",
                    help: helpForMissing(set.primaryKey, delimiter)))
        }
        return problems
    }

    private func helpForUnnamed(_ index: Int, _ delimiter: UInt8) -> String {
        if index > 0, index == names.count - 1 {
            return
                "the line ends with a \(delimiter == UInt8(ascii: ",") ? "comma" : "delimiter"): take it away from each line, leave the column out with omit: [\"\"], or "
                + "name it: rename: {\"\": NAME}"
        }
        return index == 0
            ? "it may be the index of a data frame, its row numbers: leave it out with omit: [\"\"], or name it: "
                + "rename: {\"\": index}"
            : "leave it out with omit: [\"\"], or name it: rename: {\"\": NAME}"
    }

    /// What the first line is instead, where that can be told.
    private func helpForMissing(_ primaryKey: String, _ delimiter: UInt8) -> String {
        let first = fileNames.first ?? ""
        if first.lowercased().hasPrefix("sep="), let separator = first.dropFirst(4).first {
            return
                "the first line tells a spreadsheet the separator: declare csv: {skip_lines: 1, delimiter: \"\(separator)\"}"
        }
        if first.lowercased().hasPrefix("sep=") {
            return "the first line tells a spreadsheet the separator: declare csv: {skip_lines: 1}"
        }
        if first.hasPrefix("#") || first.hasPrefix("//") {
            let sign = first.hasPrefix("#") ? "#" : "//"
            return "the first line looks like a comment, and the header has to be the first line: declare csv: "
                + "{comment: \"\(sign)\"}, or csv: {skip_lines: 1}"
        }
        let delimiters = [
            (";", "semicolons", ";"), ("\t", "tabs", "\\t"), ("|", "|", "|"), (",", "commas", ","),
            (":", "colons", ":"),
            ("~", "~", "~"),
        ]
        for (other, name, written) in delimiters where names.count == 1 && first.contains(other) {
            return "the header is one cell with \(name) in it: declare csv: {delimiter: \"\(written)\"}"
        }
        func trimmed(_ name: String) -> String { String(name.trimmingBlanksAtEnd.drop { $0.isWhitespace }) }
        if let padded = names.first(where: { $0 != primaryKey && trimmed($0) == primaryKey }) {
            return "the column \"\(padded)\" has blanks around its name: take them away, or declare rename: "
                + "{\"\(padded)\": \(primaryKey)}"
        }
        if let near = NearestName.find(primaryKey, in: names) {
            return "did you mean \"\(near)\"? rename: {\"\(near)\": \(primaryKey)} calls it that"
        }
        return "the first line names the columns: \(NearestName.help(for: primaryKey, among: names, kind: "columns")); "
            + "where it is a row already, name them with csv: {header: [\(primaryKey), …]}"
    }

    private func error(_ message: String, help: String? = nil) -> Diagnostic {
        Diagnostic(.error, message, at: location, sourceLine: sourceLine, help: help)
    }
}

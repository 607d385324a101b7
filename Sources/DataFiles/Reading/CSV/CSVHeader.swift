import JSON
import Model

/// The first record of a CSV file: the names of its columns, checked.
struct CSVHeader {
    var names: [String]
    var location: SourceLocation
    /// The line as it stands in the file, for the snippet of an error.
    var sourceLine: String?

    /// What is wrong with the names; empty where nothing is.
    func problems(primaryKey: String) -> [Diagnostic] {
        var problems: [Diagnostic] = []
        var firstColumns: [[UInt8]: Int] = [:]
        for (index, name) in names.enumerated() {
            if name.isEmpty {
                problems.append(error("column \(index + 1) of the header has no name", help: helpForUnnamed(index)))
            } else if let first = firstColumns[Array(name.utf8)] {
                problems.append(error("the header names \"\(name)\" twice: columns \(first + 1) and \(index + 1)"))
            } else {
                firstColumns[Array(name.utf8)] = index
            }
        }
        if firstColumns[Array(primaryKey.utf8)] == nil {
            problems.append(
                error("the header has no column \"\(primaryKey)\", the primary key", help: helpForMissing(primaryKey)))
        }
        return problems
    }

    private func helpForUnnamed(_ index: Int) -> String {
        if index > 0, index == names.count - 1 {
            return "the line ends with a comma: take it away from each line, or give the last column a name"
        }
        return index == 0
            ? "it may be the index of a data frame, its row numbers: write the file without it (index=False), or name it"
            : "give it a name, or leave the column out"
    }

    /// What the first line is instead, where that can be told.
    private func helpForMissing(_ primaryKey: String) -> String {
        let first = names.first ?? ""
        if first.lowercased().hasPrefix("sep=") {
            return
                "the first line tells a spreadsheet the separator: take the sep= line away; columns are separated by commas"
        }
        if first.hasPrefix("#") || first.hasPrefix("//") {
            return
                "the first line looks like a comment: the header has to be the first line, so take away what stands above it"
        }
        let delimiters = [(";", "semicolons"), ("\t", "tabs"), ("|", "|"), (":", "colons"), ("~", "~")]
        for (delimiter, name) in delimiters where names.count == 1 && first.contains(delimiter) {
            return "the header is one cell with \(name) in it; columns are separated by commas"
        }
        func trimmed(_ name: String) -> String { String(name.trimmingBlanksAtEnd.drop { $0.isWhitespace }) }
        if let padded = names.first(where: { $0 != primaryKey && trimmed($0) == primaryKey }) {
            return "the column \"\(padded)\" has blanks around its name: take them away"
        }
        if let near = NearestName.find(primaryKey, in: names) { return "did you mean \"\(near)\"?" }
        return "the first line names the columns: \(NearestName.help(for: primaryKey, among: names, kind: "columns")); "
            + "where it is a row already, add a header line"
    }

    private func error(_ message: String, help: String? = nil) -> Diagnostic {
        Diagnostic(.error, message, at: location, sourceLine: sourceLine, help: help)
    }
}

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
                problems.append(error("column \(index + 1) of the header has no name"))
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

    private func helpForMissing(_ primaryKey: String) -> String {
        for (delimiter, name) in [(";", "semicolons"), ("\t", "tabs")] where names.count == 1 {
            if names[0].contains(delimiter) {
                return "the header is one cell with \(name) in it; columns are separated by commas"
            }
        }
        return NearestName.help(for: primaryKey, among: names, kind: "columns")
    }

    private func error(_ message: String, help: String? = nil) -> Diagnostic {
        Diagnostic(.error, message, at: location, sourceLine: sourceLine, help: help)
    }
}

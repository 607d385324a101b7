import JSON
import Model

/// Holds what is expected of the rows of a data set against each of them.
struct ExpectedRows {
    private let set: DataSet
    private let tuning: Tuning
    private var columns: [ExpectedColumn]
    /// Fields of the record before, where its shape is that of this one.
    private var shape = 0

    init(_ set: DataSet, directory: String, tuning: Tuning) {
        self.set = set
        self.tuning = tuning
        columns = set.expectations.columns.map { ExpectedColumn($0, directory: directory, tuning: tuning) }
    }

    /// Errors: no room to sort.
    mutating func look(at record: RecordBuffer.Record, row: Int, in file: DataFile) throws(DataProblems) {
        let isSameShape = record.shape != 0 && record.shape == shape
        shape = record.shape
        for index in columns.indices {
            if !isSameShape { columns[index].find(in: record) }
            try columns[index].look(at: record, row: row, in: file)
        }
    }

    /// Adds a problem for each expectation that rows do not meet, with the places of the first. Errors: no room to sort.
    mutating func report(rowCount: Int, to problems: ProblemList) throws(DataProblems) {
        reportCount(rowCount, to: problems)
        for index in columns.indices {
            let column = columns[index].expectation
            let twice = try columns[index].repeated(in: set, tuning: tuning)
            if !columns[index].isSeen, !column.isRequired {
                problems.add(
                    Diagnostic(
                        .error, "`expect` names \"\(column.name)\", and no row of this data set has that field",
                        at: set.expectations.places.first { $0.key.hasPrefix("columns.\(column.name).") }?.value,
                        help: "correct the name; it is the one that rows are sent with"))
            }
            for (rule, violations) in columns[index].violations + (twice.map { [$0] } ?? []) where violations.count > 0
            {
                problems.add(diagnostic(rule, violations, column, rowCount: rowCount))
            }
        }
    }

    private func reportCount(_ count: Int, to problems: ProblemList) {
        let rows = set.expectations.rows
        let place = set.files.first.map { SourceLocation(path: $0.displayPath, line: 1) }
        func add(_ message: String, _ rule: String) {
            problems.add(
                Diagnostic(
                    .error,
                    "\(set.files.count > 1 ? "these files hold" : "the file holds") \(count.grouped) rows, \(message)",
                    at: place, help: "check that the files are whole, or correct the expectation",
                    notes: note(rule)))
        }
        if let least = rows.min, count < least { add("and at least \(least.grouped) are expected", "rows.min") }
        if let most = rows.max, count > most { add("and at most \(most.grouped) are expected", "rows.max") }
    }

    private func note(_ rule: String) -> [Diagnostic.Note] {
        set.expectations.places[rule].map { [Diagnostic.Note("it is expected here", at: $0)] } ?? []
    }

    private func diagnostic(
        _ rule: ExpectedColumn.Rule, _ violations: ExpectedColumn.Violations, _ column: Expectations.Column,
        rowCount: Int
    ) -> Diagnostic {
        var notes = violations.places.dropFirst().map { Diagnostic.Note("and here", at: $0) }
        notes += note("columns.\(column.name).\(rule.rawValue)")
        return Diagnostic(
            .error,
            "\(violations.count.grouped) of \(rowCount.grouped) rows: \"\(column.name)\" \(rule.violated(column))",
            at: violations.places.first, help: "correct the rows, or the expectation", notes: notes)
    }
}

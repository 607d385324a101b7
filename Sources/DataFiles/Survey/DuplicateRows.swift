import JSON
import Model

/// Pairs of rows with one primary key, found by their numbers, and their places in the files.
struct DuplicateRows {
    private var pairs: [(first: UInt64, second: UInt64)] = []
    private var count = 0

    mutating func add(first: UInt64, second: UInt64) {
        count += 1
        if pairs.count < ProblemList.limit { pairs.append((min(first, second), max(first, second))) }
    }

    /// Reads the files once more for the places and keys of the rows: the sorted list keeps numbers alone, which is
    /// what makes it small.
    func report(_ set: DataSet, tuning: Tuning, to problems: ProblemList) {
        if count == 0 { return }
        let found = Self.places(of: Set(pairs.flatMap { [$0.first, $0.second] }), in: set, tuning: tuning)
        func shown(_ key: String) -> String { set.isSensitive(set.primaryKey) ? "(sensitive)" : key }
        for pair in pairs.sorted(by: { $0.second < $1.second }) {
            guard let first = found[pair.first], let second = found[pair.second] else {
                problems.add(DataProblems.moved(set.files[0], during: "read"))
                continue
            }
            if first.key != second.key {
                problems.add(
                    Diagnostic(
                        .error, "the primary key \(shown(second.key)) may be the same as \(shown(first.key))",
                        at: second.location,
                        help:
                            "spell it in one way: as text everywhere, or as a number everywhere; a service may tell keys "
                            + "apart by their text or by their value",
                        notes: [Diagnostic.Note("\(shown(first.key)) is here", at: first.location)]))
                continue
            }
            problems.add(
                Diagnostic(
                    .error, "the primary key \(shown(second.key)) occurs twice", at: second.location,
                    help:
                        "keep one of the two rows; where several columns together tell rows apart, make one column of them and "
                        + "that the primary_key",
                    notes: [Diagnostic.Note("it occurs here first (as \(shown(first.key)))", at: first.location)]))
        }
        for _ in pairs.count..<count { problems.add(Diagnostic(.error, "a primary key occurs twice")) }
    }

    /// Reads the files once more for the places and keys of rows, by their numbers.
    static func places(
        of rows: Set<UInt64>, in set: DataSet, tuning: Tuning
    ) -> [UInt64: (location: SourceLocation, key: String)] {
        var found: [UInt64: (location: SourceLocation, key: String)] = [:]
        var record = RecordBuffer()
        var row: UInt64 = 0
        for file in set.files {
            guard
                let opened = try? RecordReaders.open(file, of: set, tuning: tuning, problems: ProblemList())
            else { continue }
            while found.count < rows.count, opened.reader.next(into: &record) {
                if rows.contains(row) {
                    let text = UnsafeBufferPointer(start: record.text, count: record.count)
                    found[row] = (
                        SourceLocation(path: file.displayPath, line: record.line),
                        PrimaryKeyText.shown(ofRecord: text, primaryKey: set.primaryKey)
                    )
                }
                row += 1
                record.clear()
            }
        }
        return found
    }
}

/// A row's primary key, for people.
enum PrimaryKeyText {
    /// As JSON, whole; empty where the record has none.
    static func whole(ofRecord record: some Collection<UInt8>, primaryKey: String) -> String {
        (try? JSONValue.parse(record)[primaryKey])?.compactText ?? ""
    }

    /// As JSON, cut where it is long; `(none)` where the record has none.
    static func shown(ofRecord record: some Collection<UInt8>, primaryKey: String) -> String {
        guard let value = try? JSONValue.parse(record)[primaryKey] else { return "(none)" }
        let text = value.compactText
        return text.count > 80 ? "\(text.prefix(80))…" : text
    }
}

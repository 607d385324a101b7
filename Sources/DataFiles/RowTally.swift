import Model

/// What a survey takes down of each record, one after another: digests to be sorted, and notes where they are wanted.
struct RowTally: ~Copyable {
    let sorter: RowSorter
    private var digester: RowDigester
    private var notes: RowNotesWriter
    private let keepsRows: Bool
    private var rowCount: UInt64 = 0

    init(_ set: DataSet, directory: String, tuning: Tuning, keepingRows: Bool) {
        sorter = RowSorter(directory: directory, tuning: tuning)
        digester = RowDigester(primaryKey: set.primaryKey)
        notes = RowNotesWriter(directory: directory, tuning: tuning)
        keepsRows = keepingRows
    }

    /// Takes the current record, which begins at that offset of its file. Answers what is wrong with it.
    mutating func take(
        _ record: borrowing RecordText, offset: Int
    ) throws(DataProblems) -> RowDigester.Fault? {
        defer { rowCount += 1 }
        let entry: RowEntry
        do throws(RowDigester.Fault) {
            entry = try digester.digest(record, row: rowCount)
        } catch {
            return error
        }
        try sorter.add(entry)
        if keepsRows {
            try notes.add(
                offset: offset, line: record.line, size: record.count, keyText: digester.keyText(of: record))
        }
        return nil
    }

    /// The records of the next file follow.
    mutating func endFile() { notes.endFile() }

    mutating func finishNotes() throws(DataProblems) -> RowNotes { try notes.finish() }
}

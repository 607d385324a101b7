import Model

/// What a survey takes down of each record, one after another: digests to be sorted, and notes where they are wanted.
struct RowDigestSink: ~Copyable {
    let sorter: RowSorter
    private var digester: RowDigester
    private var notes: RowNotesWriter
    private var census: ColumnCensus
    private let keepsRows: Bool
    private var rowCount: UInt64 = 0
    private var sequence = RowSequence()

    init(_ set: DataSet, directory: String, tuning: Tuning, keepingRows: Bool) {
        sorter = RowSorter(directory: directory, tuning: tuning)
        digester = RowDigester(
            primaryKey: set.primaryKey, hasHeaders: set.files.contains { $0.format == .csv })
        notes = RowNotesWriter(directory: directory, tuning: tuning)
        census = ColumnCensus(set)
        keepsRows = keepingRows
    }

    /// Takes a record, which begins at that offset of its file. Answers what is wrong with it.
    mutating func add(_ record: RecordBuffer.Record, offset: Int) throws(DataProblems) -> RowDigester.Fault? {
        defer { rowCount += 1 }
        let entry: RowEntry
        do throws(RowDigester.Fault) {
            entry = try digester.digest(record, row: rowCount)
        } catch {
            return error
        }
        try sorter.add(entry)
        sequence.append(entry)
        if keepsRows {
            census.look(at: record, key: entry.key, names: digester.namesDigest, order: UnsafePointer(digester.order))
            try notes.add(
                offset: offset, line: record.line, size: record.count, keyText: digester.keyText(of: record))
        }
        return nil
    }

    /// Takes all records of a batch; false where something is wrong with one of them.
    mutating func add(_ batch: borrowing RecordBatch) throws(DataProblems) -> Bool {
        for event in 0..<batch.eventCount {
            guard let (record, offset) = batch.record(ofEvent: event) else {
                endFile()
                continue
            }
            if try add(record, offset: offset) != nil { return false }
        }
        return true
    }

    /// The records of the next file follow.
    mutating func endFile() { notes.endFile() }

    /// See `DataSurvey.sequence`.
    mutating func finishSequence() -> String { sequence.finish() }

    mutating func finishColumns() -> ColumnMemory { census.finish() }

    mutating func finishNotes() throws(DataProblems) -> RowNotes { try notes.finish() }
}

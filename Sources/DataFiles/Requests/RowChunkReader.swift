import Model

/// Reads a surveyed data set in requests: the same chunks at the same boundaries, every time, for the same files,
/// limits and selection.
///
/// Copies share their place in the files. Blocks while it reads. Errors: `DataProblems` for a file that is not what
/// it was when it was surveyed.
package struct RowChunkReader {
    private let pass: ChunkPass

    /// Opens the first file. `expecting` is the fingerprint of the survey.
    package init(_ set: DataSet, limits: RequestLimits, expecting: DataFingerprint) throws(DataProblems) {
        try self.init(set, limits: limits, expecting: expecting, sending: nil, tuning: Tuning())
    }

    /// Reads the rows of a selection alone, and of the files little more than those.
    package init(
        _ set: DataSet, limits: RequestLimits, expecting: DataFingerprint, sending selection: RowSelection
    ) throws(DataProblems) {
        try self.init(set, limits: limits, expecting: expecting, sending: selection, tuning: Tuning())
    }

    init(
        _ set: DataSet, limits: RequestLimits, expecting: DataFingerprint, sending selection: RowSelection? = nil,
        tuning: Tuning
    ) throws(DataProblems) {
        var tuning = tuning
        if selection?.rows != nil { tuning.readSize = min(tuning.readSize, tuning.seekReadSize) }
        pass = ChunkPass(
            try ChunkPassState(set, limits: limits, expecting: expecting, sending: selection, tuning: tuning))
    }

    /// The next request's rows; nil after the last. Each file is checked against the fingerprint when it is opened
    /// and when its end is reached.
    package mutating func next() throws(DataProblems) -> RowChunk? {
        try next { chunk, records in
            var chunk = chunk
            chunk.records = Array(records)
            return chunk
        }
    }

    /// The same without a copy: `take` gets the chunk without its records, and those while it is called.
    package mutating func next<Taken>(
        _ take: (RowChunk, UnsafeRawBufferPointer) -> Taken
    ) throws(DataProblems) -> Taken? { try pass.state.next(take) }

    /// Checks all files against the fingerprint by their paths; call it right before a batch is completed.
    package func verifyUnchanged() throws(DataProblems) { try pass.state.verifyUnchanged() }
}

/// What the copies of a `RowChunkReader` share.
///
/// Its state is one value, so that the runtime checks for exclusive access once a request and not at every row.
private final class ChunkPass {
    var state: ChunkPassState

    init(_ state: consuming ChunkPassState) {
        self.state = state
    }
}

private struct ChunkPassState: ~Copyable {
    private let set: DataSet
    private let expecting: DataFingerprint
    private let tuning: Tuning
    private let paths: [String]
    private let problems = ProblemList()
    private var cutter: RequestCutter
    private var record: RecordBuffer
    private var reader: (any RecordReader)?
    /// The file that is being read.
    private var file = -1
    private var rowNumber = 0
    private var chunkIndex = 0
    /// Which rows are read, where they are not all, and where each of them is.
    private var wanted: SelectedRows?
    /// Rows whose text stands in `record.bytes`.
    private var rows: [RowChunk.Row] = []

    init(
        _ set: DataSet, limits: RequestLimits, expecting: DataFingerprint, sending selection: RowSelection?,
        tuning: Tuning
    ) throws(DataProblems) {
        self.set = set
        self.expecting = expecting
        self.tuning = tuning
        paths = set.files.map(\.displayPath)
        cutter = RequestCutter(limits: limits)
        record = RecordBuffer(collectingFields: set.needsFields)
        if let selection, let rows = selection.rows { wanted = SelectedRows(rows, notes: selection.notes) }
        let isSame = expecting.files.count == set.files.count && expecting.settings == set.settingsDigest.description
        guard isSame else {
            throw DataProblems(
                diagnostics: [Diagnostic(.error, "the list of data files or their settings changed since the survey")],
                canRetry: true)
        }
        try openNext()
    }

    mutating func next<Taken>(
        _ take: (RowChunk, UnsafeRawBufferPointer) -> Taken
    ) throws(DataProblems) -> Taken? {
        while true {
            let chunkEnd = record.bytes.count
            if chunkEnd > 0 { record.bytes.append(UInt8(ascii: ",")) }
            guard try readRow() else {
                record.bytes.count = chunkEnd
                return rows.isEmpty ? nil : finish(end: chunkEnd, isLast: true, take)
            }
            let row = RowChunk.Row(number: rowNumber, end: record.bytes.count, line: record.line, file: file)
            rowNumber += 1
            if cutter.beginsRequest(rowOfBytes: record.count), !rows.isEmpty {
                let taken = finish(end: chunkEnd, isLast: false, take)
                record.keepCurrent()
                var first = row
                first.end = record.bytes.count
                rows = [first]
                return taken
            }
            rows.append(row)
        }
    }

    func verifyUnchanged() throws(DataProblems) {
        for (index, file) in set.files.enumerated() {
            guard try FileStamp(ofPathOf: file) == expecting.files[index] else {
                throw .moved(file, during: "uploaded")
            }
        }
    }

    private mutating func finish<Taken>(
        end: Int, isLast: Bool, _ take: (RowChunk, UnsafeRawBufferPointer) -> Taken
    ) -> Taken {
        defer {
            rows = []
            chunkIndex += 1
            if isLast { record.clear() }
        }
        return take(
            RowChunk(index: chunkIndex, records: [], rows: rows, paths: paths, isLast: isLast),
            UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(record.bytes.bytes)[..<end]))
    }

    /// Appends the next row to `record`, out of the next file where one ends; false after the last.
    private mutating func readRow() throws(DataProblems) -> Bool {
        if wanted != nil { return try readWantedRow() }
        while let reader {
            if reader.next(into: &record) { return true }
            try closeFile(reader)
            try openNext()
        }
        return false
    }

    /// The same where not all rows are wanted: goes to the next of them.
    private mutating func readWantedRow() throws(DataProblems) -> Bool {
        let next = try wanted?.next()
        while let reader, file != next?.note.file ?? set.files.count {
            try closeFile(reader)
            try openNext()
        }
        guard let next, let reader else { return false }
        rowNumber = next.row
        try reader.seek(to: next.note.offset, line: next.note.line)
        guard reader.next(into: &record), record.count == next.note.size else {
            throw .moved(set.files[file], during: "uploaded")
        }
        return true
    }

    private mutating func openNext() throws(DataProblems) {
        reader = nil
        file += 1
        guard file < set.files.count else { return }
        let opened = try RecordReaders.open(set.files[file], of: set, tuning: tuning, problems: problems)
        guard opened.stamp == expecting.files[file] else { throw .moved(set.files[file], during: "uploaded") }
        reader = opened.reader
    }

    private func closeFile(_ reader: any RecordReader) throws(DataProblems) {
        let expected = expecting.files[file]
        // The survey found nothing wrong: what is wrong now was written since.
        let isWhole = wanted != nil || reader.hasRead(expected.size)
        guard try reader.stamp() == expected, isWhole, problems.isEmpty else {
            throw .moved(set.files[file], during: "uploaded")
        }
    }
}

/// Goes through the rows of a selection and where they are.
private struct SelectedRows: ~Copyable {
    private let rows: RowBitmap
    private var cursor: RowNotes.Cursor
    private var nextRow: Int?

    init(_ rows: RowBitmap, notes: RowNotes) {
        self.rows = rows
        cursor = notes.cursor()
        nextRow = rows.next(from: 0)
    }

    mutating func next() throws(DataProblems) -> (row: Int, note: RowNotes.Note)? {
        guard let row = nextRow else { return nil }
        nextRow = rows.next(from: row + 1)
        return (row, try cursor.note(ofRow: row))
    }
}

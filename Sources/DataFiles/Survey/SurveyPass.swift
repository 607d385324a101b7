import Model

/// One survey: file by file, then the columns over all files, then the sorted rows.
///
/// Records are read here, in batches that another thread digests. Where a digest shows that something is wrong with a
/// row, the survey starts over and takes the rows one by one: only then it is known which row it is and in which order
/// its problem stands.
///
/// A struct, because a class would check for exclusive access at every row.
struct SurveyPass: ~Copyable {
    private let set: DataSet
    private let limits: RequestLimits
    private let tuning: Tuning
    private let problems = ProblemList()
    private var cutter: RequestCutter
    private let digests: DigestWorker
    private let isOneByOne: Bool
    private var batch = RecordBatch()
    private var headers: [CSVHeader] = []
    private let seen = SeenFields()
    /// Nil where nothing is expected.
    private var expected: ExpectedRows?
    private var stamps: [FileStamp] = []
    private var rowCount = 0
    private var byteCount = 0
    /// Of the files' text; nil where it is not that of the files.
    private let totalBytes: Int?

    /// How many rows are read between two questions whether to stop.
    private static let rowsBetweenChecks = 4096

    init(
        _ set: DataSet, limits: RequestLimits, temporaryDirectory: String, tuning: Tuning, keepingRows: Bool,
        isOneByOne: Bool
    ) {
        self.set = set
        self.limits = limits
        self.tuning = tuning
        cutter = RequestCutter(limits: limits)
        totalBytes =
            set.files.contains(where: \.isCompressed)
            ? nil : set.byteCount
        self.isOneByOne = isOneByOne
        expected = set.expectations.isNone ? nil : ExpectedRows(set, directory: temporaryDirectory, tuning: tuning)
        digests = DigestWorker(
            RowDigestSink(set, directory: temporaryDirectory, tuning: tuning, keepingRows: keepingRows))
    }

    /// The survey alone; nil where it must be made one by one.
    mutating func run(isCancelled: () -> Bool) throws(DataProblems) -> DataSurvey? {
        guard try readFiles(onProgress: { _ in }, isCancelled: isCancelled) else { return nil }
        return try finish(
            try SetDigest(set, rowCount: rowCount, sorter: digests.sorter, sorted: digests.sorter.finish()))
    }

    /// The survey, and its rows beside those of the ledger; nil where it must be made one by one.
    mutating func run(
        against ledger: LedgerReader?, retryRejected: Bool, onProgress: (ReadingProgress) -> Void,
        isCancelled: () -> Bool
    ) throws(DataProblems) -> LedgerSurvey? {
        guard try readFiles(onProgress: onProgress, isCancelled: isCancelled) else { return nil }
        let sorted = try digests.sorter.finish(keeping: true)
        let notes = try digests.finishNotes()
        var comparison = LedgerComparisonResult(
            rowCount: rowCount, slotCount: ledger?.header.slotCount ?? 0, retryRejected: retryRejected)
        let survey = try finish(
            try SetDigest(set, rowCount: rowCount, sorter: digests.sorter, sorted: sorted, ledger: ledger) { pair in
                comparison.count(pair)
            })
        let rows = SurveyedRows(
            sorted: sorted, notes: notes, columns: digests.finishColumns(), ledger: ledger, gone: comparison.gone,
            hasRespelt: comparison.hasRespelt)
        return try comparison.survey(survey, rows: rows, paths: set.files.map(\.displayPath), limits: limits)
    }

    /// False where it must be done one by one.
    private mutating func readFiles(
        onProgress: (ReadingProgress) -> Void, isCancelled: () -> Bool
    ) throws(DataProblems) -> Bool {
        do throws(DataProblems) {
            for file in set.files {
                guard try read(file, onProgress: onProgress, isCancelled: isCancelled) else { break }
                if isOneByOne { digests.endFile() } else { batch.endFile() }
            }
        } catch {
            digests.abandon()
            throw error
        }
        if !isOneByOne, try !digests.finish(&batch) { return false }
        checkColumns()
        return true
    }

    private mutating func finish(_ found: SetDigest) throws(DataProblems) -> DataSurvey {
        found.duplicates.report(set, tuning: tuning, to: problems)
        if rowCount == 0, problems.isEmpty {
            let place = set.files.first.map { SourceLocation(path: $0.displayPath, line: 1) }
            problems.add(
                Diagnostic(
                    .error, set.files.count > 1 ? "these files hold no row" : "the file holds no row", at: place,
                    help: "an empty data set would mean to remove every row; take `data` out of the manifest instead"))
        }
        // What is wrong with rows that cannot be read is said first: an expectation may fail for that alone.
        if problems.isEmpty { try expected?.report(rowCount: rowCount, to: problems) }
        if !problems.isEmpty { throw problems.problems }
        return DataSurvey(
            digest: found.digest, rowCount: rowCount, byteCount: byteCount, requestCount: cutter.requestCount,
            fingerprint: DataFingerprint(files: stamps, settings: set.settingsDigest.description),
            sequence: digests.finishSequence())
    }

    /// Problems of the file are collected. What is thrown ends the survey: whatever was found in a file that moves
    /// is no longer worth a report. False where going on is of no use.
    private mutating func read(
        _ file: DataFile, onProgress: (ReadingProgress) -> Void, isCancelled: () -> Bool
    ) throws(DataProblems) -> Bool {
        let problemsBefore = problems.count
        guard let (reader, before) = open(file) else { return true }
        while reader.next(into: &batch.text) {
            if rowCount % Self.rowsBetweenChecks == 0 {
                if isCancelled() { throw Self.cancelled }
                onProgress(progress(at: batch.text.offset))
            }
            count(file)
            if expected != nil { try expected?.look(at: batch.text.record, row: rowCount - 1, in: file) }
            if isOneByOne {
                let fault = try digests.add(batch.text.record, offset: batch.text.offset)
                if let fault { report(fault, reader, in: file) }
                batch.clear()
            } else {
                batch.add(offset: batch.text.offset)
                if batch.text.bytes.count >= tuning.batchBytes, !digests.submit(&batch) { return false }
            }
        }
        let isWhole = problems.count > problemsBefore || reader.hasRead(before.size)
        guard try reader.stamp() == before, isWhole else { throw .moved(file, during: "read") }
        stamps.append(before)
        return true
    }

    /// - Parameter offset: Of the file that is being read.
    private func progress(at offset: Int) -> ReadingProgress {
        let before = stamps.reduce(0) { $0 + $1.size }
        return ReadingProgress(rows: rowCount, bytes: before + offset, totalBytes: totalBytes)
    }

    private mutating func open(_ file: DataFile) -> (any RecordReader, FileStamp)? {
        var header: CSVHeader?
        defer { if let header { headers.append(header) } }
        do throws(DataProblems) {
            return try RecordReaders.open(
                file, of: set, tuning: tuning, problems: problems, shape: stamps.count + 1, seen: seen
            ) { header = $0 }
        } catch {
            problems.add(error)
            return nil
        }
    }

    private static var cancelled: DataProblems {
        DataProblems(
            diagnostics: [Diagnostic(.error, "reading the data files was stopped")], canRetry: true,
            wasCancelled: true)
    }

    /// Counts the record that was read last.
    private mutating func count(_ file: DataFile) {
        let size = batch.text.count
        rowCount += 1
        byteCount += size
        if size > limits.maxBytes {
            problem(
                "this row takes \(size) bytes as JSON; a request holds at most \(limits.maxBytes)", in: file,
                help: "shorten its values or take the row out")
        }
        _ = cutter.beginsRequest(rowOfBytes: size)
    }

    private func report(_ fault: RowDigester.Fault, _ reader: any RecordReader, in file: DataFile) {
        let key = "\"\(set.primaryKey)\""
        switch fault {
        case .duplicateName: problems.add(reader.duplicateName())
        case .repeatedHeader:
            problem(
                RowDigester.Fault.repeatedHeaderMessage, in: file,
                help: set.csv.header == nil
                    ? RowDigester.Fault.repeatedHeaderHelp
                    : "csv.header is for files without a header line: leave it out, or declare csv: {skip_lines: 1}")
        case .noKey: problem("this row has no \(key), the primary key", in: file)
        case .nullKey, .emptyKey: problem("the primary key \(key) of this row is empty", in: file)
        case .booleanKey:
            problem("the primary key \(key) of this row is a boolean; keys are strings or numbers", in: file)
        case .containerKey:
            problem("the primary key \(key) of this row is an object or array; keys are strings or numbers", in: file)
        }
    }

    private func problem(_ message: @autoclosure () -> String, in file: DataFile, help: String? = nil) {
        problems.add(
            Diagnostic(
                .error, message(), at: SourceLocation(path: file.displayPath, line: batch.text.line), help: help))
    }

    /// Every column that the manifest names must be in one of the CSV files at least.
    private func checkColumns() {
        let declared = DeclaredNames.all(set)
        if declared.isEmpty { return }
        let csvFiles = set.files.filter { $0.format == .csv }
        // A header that could not be read has been reported, and could have held the column.
        if csvFiles.isEmpty {
            if !set.columns.isEmpty {
                problems.add(
                    Diagnostic(
                        .error, "`columns` gives types to CSV columns, and none of the data files is CSV",
                        help: "take `columns` out: JSON values carry their types"))
            }
        } else if !problems.isEmpty, headers.count < csvFiles.count {
            return
        }
        let path = (csvFiles.first ?? set.files.first)?.displayPath ?? ""
        let place = headers.first?.location ?? SourceLocation(path: path, line: 1)
        let known = DeclaredNames.unique(headers.flatMap(\.names))
        let inFiles = DeclaredNames.unique(headers.flatMap(\.fileNames))
        for name in declared where csvFiles.isEmpty ? name.place != .columns : true {
            let columns = name.place == .rename ? inFiles : known
            if columns.contains(where: { $0.isSameBytes(as: name.text) }) || set.fields.derives(name.text) { continue }
            if name.place != .columns, seen.contains(name.text) { continue }
            // Rows of JSON have the fields that they have: without one of all, nobody can have meant it.
            problems.add(name.problem(among: columns, at: place, sourceLine: headers.first?.sourceLine))
        }
    }
}

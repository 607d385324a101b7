import Model

/// Reads the records of one file, one after another, in bounded memory.
protocol RecordReader: AnyObject {
    /// Appends the next record to `record`; false at the end of the file. What is wrong with a record goes to the
    /// problem list and the record is left out; reading goes on behind it where that is possible.
    func next(into record: inout RecordBuffer) -> Bool
    /// The stamp of the descriptor, for a file that may have changed since it was opened.
    func stamp() throws(DataProblems) -> FileStamp
    /// Whether all of the file, which has that many bytes, was read.
    func hasRead(_ size: Int) -> Bool
    /// Goes on with the record at that offset, further on in the file.
    func seek(to offset: Int, line: Int) throws(DataProblems)
    /// What is wrong with the syntax of the record that was read last, though its scan found nothing: a key that
    /// occurs twice.
    func duplicateName() -> Diagnostic
}

/// Makes the reader for a file's format.
enum RecordReaders {
    /// Opens the file. `header` gets the names of a CSV file's columns; `shape` is that of its records.
    static func open(
        _ file: DataFile, of set: DataSet, tuning: Tuning, problems: ProblemList, shape: Int = 0,
        seen: SeenFields? = nil, header: (CSVHeader) -> Void = { _ in }
    ) throws(DataProblems) -> (reader: any RecordReader, stamp: FileStamp) {
        let encoding = file.format == .csv ? set.csv.encoding : file.format == .json ? set.json.encoding : .utf8
        let input = try ByteInputs.open(file, encoding: encoding)
        let stamp = try input.stamp()
        let source = RecordSource(
            FileWindow(input, readSize: tuning.readSize), maxRecordBytes: tuning.maxRecordBytes, problems: problems)
        let reader: any RecordReader =
            switch file.format {
            case .csv: CSVReader(source, set: set, shape: shape, header: header)
            case .json: JSONRowsReader(source, layout: set.json, mayBeEmpty: set.files.count > 1)
            case .ndjson: NDJSONReader(source)
            }
        // What needs no more than the names of columns, the reader of CSV does by itself.
        let isShaped = file.format == .csv ? !set.fields.derivations.isEmpty : !set.fields.isNone
        return (isShaped ? ShapingReader(reader, file: file, set: set, problems: problems, seen: seen) : reader, stamp)
    }
}

import Model

/// Reads the records of one file, one after another, in bounded memory.
protocol RecordReader: AnyObject {
    /// Appends the next record to `record`; false at the end of the file. What is wrong with a record goes to the
    /// problem list and the record is left out; reading goes on behind it where that is possible.
    func next(into record: inout RecordBuffer) -> Bool
    /// The stamp of the descriptor, for a file that may have changed since it was opened.
    func stamp() throws(DataProblems) -> FileStamp
    var bytesRead: Int { get }
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
        header: (CSVHeader) -> Void = { _ in }
    ) throws(DataProblems) -> (reader: any RecordReader, stamp: FileStamp) {
        let input = try OpenFile(file)
        let stamp = try input.stamp()
        let source = RecordSource(
            FileWindow(input, readSize: tuning.readSize), maxRecordBytes: tuning.maxRecordBytes, problems: problems)
        switch file.format {
        case .csv: return (CSVReader(source, set: set, shape: shape, header: header), stamp)
        case .json: return (JSONArrayReader(source), stamp)
        case .ndjson: return (NDJSONReader(source), stamp)
        }
    }
}

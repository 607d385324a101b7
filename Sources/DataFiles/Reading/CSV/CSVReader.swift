import Model

/// Reads CSV by RFC 4180: commas, double quotes, lines that end in LF or CRLF, a header first.
///
/// Lines without a single character are skipped, also in a file of one column: programs write an only cell that is
/// empty as `""`.
final class CSVReader: RecordReader {
    // One value, so that the runtime checks for exclusive access once a record and not at every cell.
    private var scanner: CSVScanner

    /// Reads the header at once and hands it over. With a bad one the file has no records. See `RecordBuffer.shape`.
    init(_ source: consuming RecordSource, set: DataSet, shape: Int, header: (CSVHeader) -> Void) {
        let found = CSVHeader.read(&source)
        let problems = found?.problems(primaryKey: set.primaryKey) ?? []
        for problem in problems { source.problems.add(problem) }
        if !problems.isEmpty { source.stop() }
        scanner = CSVScanner(source, columns: CSVColumns(names: found?.names ?? [], set: set), shape: shape)
        if let found { header(found) }
    }

    var bytesRead: Int { scanner.source.window.bytesRead }
    func stamp() throws(DataProblems) -> FileStamp { try scanner.source.stamp() }
    func seek(to offset: Int, line: Int) throws(DataProblems) { try scanner.source.seek(to: offset, line: line) }
    func next(into record: inout RecordBuffer) -> Bool { scanner.next(into: &record) }

    func duplicateName() -> Diagnostic {
        // The header was checked: no record of a CSV file has a name twice.
        Diagnostic(
            .error, "a column occurs twice",
            at: SourceLocation(path: scanner.source.path, line: scanner.source.line))
    }
}

import Model

/// Reads CSV by RFC 4180, or the dialect that is declared: commas, double quotes, lines that end in LF or CRLF, a header
/// first.
///
/// Lines without a single character are skipped, also in a file of one column: programs write an only cell that is
/// empty as `""`.
final class CSVReader: RecordReader {
    // One value, so that the runtime checks for exclusive access once a record and not at every cell.
    private var scanner: CSVScanner

    /// Reads the header at once and hands it over. With a bad one the file has no records. See `RecordBuffer.shape`.
    init(_ source: consuming RecordSource, set: DataSet, shape: Int, header: (CSVHeader) -> Void) {
        let syntax = CSVSyntax(set.csv, file: source.window.file)
        var found = CSVHeader.read(&source, syntax: syntax, mayBeEmpty: set.files.count > 1)
        found?.rename(set.fields)
        let problems = found?.problems(of: set, delimiter: syntax.delimiter) ?? []
        for problem in problems { source.problems.add(problem) }
        if !problems.isEmpty { source.stop() }
        scanner = CSVScanner(
            source, columns: CSVColumns(names: found?.names ?? [], set: set, syntax: syntax), shape: shape,
            header: found?.raw ?? [])
        if let found { header(found) }
    }

    func hasRead(_ size: Int) -> Bool { scanner.source.window.hasRead(size) }
    func stamp() throws(DataProblems) -> FileStamp { try scanner.source.stamp() }
    func seek(to offset: Int, line: Int) throws(DataProblems) { try scanner.source.seek(to: offset, line: line) }
    func next(into record: inout RecordBuffer) -> Bool { scanner.next(into: &record) }

    func duplicateName() -> Diagnostic {
        // The header was checked: no record of a CSV file has a name twice.
        Diagnostic(
            .error, "a key occurs twice in an object of a JSON column",
            at: SourceLocation(path: scanner.source.path, line: scanner.lastLine))
    }
}

import Model

/// Reads CSV by RFC 4180: commas, double quotes, lines that end in LF or CRLF, a header first.
///
/// Lines without a single character are skipped, also in a file of one column: programs write an only cell that is
/// empty as `""`.
final class CSVReader: RecordReader {
    private enum Step { case record, skipped, needMore, done }

    private var source: RecordSource
    private let columns: CSVColumns
    /// Found in the record that is being scanned; a scan that starts over finds them again.
    private var pending: [Diagnostic] = []
    private(set) var recordOffset = 0

    /// Reads the header at once and hands it over. With a bad one the file has no records.
    init(_ source: consuming RecordSource, set: DataSet, header: (CSVHeader) -> Void) {
        let found = CSVHeader.read(&source)
        let problems = found?.problems(primaryKey: set.primaryKey) ?? []
        for problem in problems { source.problems.add(problem) }
        if !problems.isEmpty { source.stop() }
        columns = CSVColumns(names: found?.names ?? [], set: set)
        self.source = source
        if let found { header(found) }
    }

    var bytesRead: Int { source.window.bytesRead }
    func stamp() throws(DataProblems) -> FileStamp { try source.stamp() }
    func seek(to offset: Int, line: Int) throws(DataProblems) { try source.seek(to: offset, line: line) }

    func duplicateName() -> Diagnostic {
        // The header was checked: no record of a CSV file has a name twice.
        Diagnostic(.error, "a column occurs twice", at: SourceLocation(path: source.path, line: source.line))
    }

    func next(into record: inout RecordText) -> Bool {
        while !source.isDone {
            switch scan(&record) {
            case .record: return true
            case .skipped: continue
            case .done: return false
            case .needMore:
                if !source.fill(hint: CSVHeader.hint), source.isDone { return false }
            }
        }
        return false
    }

    private func scan(_ record: inout RecordText) -> Step {
        let base = UnsafePointer(source.window.base)
        let start = source.window.start
        let end = source.window.end
        let isFinal = source.window.isAtEnd
        switch source.skipEmptyLine() {
        case .skipped: return .skipped
        case .needMore: return .needMore
        case .atEnd: return .done
        case .noEmptyLine: break
        }
        record.begin()
        record.line = source.line
        let expected = columns.count
        var column = 0
        var offset = start
        while true {
            let cell = CSVCell.scan(base, from: offset, end: end, isFinal: isFinal)
            if cell.stop.rawValue > CSVCell.Stop.fileEnd.rawValue {
                record.rewind()
                pending.removeAll()
                if cell.stop == .needMore { return .needMore }
                source.report(cell, at: offset)
                return .skipped
            }
            if column < expected, !columns.write(cell, of: column, base: base, to: &record) {
                let fault = columns.fault(of: cell, column: column, base: base)
                pending.append(
                    Diagnostic(
                        .error, fault.message, at: source.location(of: cell.start + fault.offset), help: fault.help))
            }
            column += 1
            offset = cell.next
            if cell.stop != .comma { break }
        }
        record.bytes.append(UInt8(ascii: "}"))
        return finish(&record, cells: column, end: offset)
    }

    private func finish(_ record: inout RecordText, cells: Int, end: Int) -> Step {
        let location = SourceLocation(path: source.path, line: source.line)
        recordOffset = source.window.fileOffset(of: source.window.start)
        source.line += WordScan.lineFeeds(in: source.window.bytes(source.window.start..<end))
        source.window.start = end
        if cells == columns.count, pending.isEmpty { return .record }
        record.rewind()
        if cells != columns.count {
            source.problems.add(
                Diagnostic(
                    .error, "\(Self.cells(cells)) where the header has \(columns.count)", at: location,
                    help: "put cells that hold commas or line breaks in double quotes"))
        }
        for problem in pending { source.problems.add(problem) }
        pending.removeAll()
        return .skipped
    }

    private static func cells(_ count: Int) -> String { count == 1 ? "1 cell" : "\(count) cells" }
}

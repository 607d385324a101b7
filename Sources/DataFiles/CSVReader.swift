import Model

/// Reads CSV by RFC 4180: commas, double quotes, lines that end in LF or CRLF, a header first.
///
/// Lines without a single character are skipped, also in a file of one column: programs write an only cell that is
/// empty as `""`.
final class CSVReader: RecordReader {
    private enum Step { case record, skipped, needMore, done }

    private var source: RecordSource
    private var columns: CSVColumns
    /// Found in the record that is being scanned; a scan that starts over finds them again.
    private var pending: [Diagnostic] = []

    /// Reads the header at once. With a bad one the file has no records.
    init(_ source: consuming RecordSource, set: DataSet, header: (CSVHeader) -> Void) {
        self.source = source
        columns = CSVColumns(header: CSVHeader(names: [], location: SourceLocation(path: "", line: 1)), set: set)
        guard let found = readHeader() else { return }
        let problems = found.problems(primaryKey: set.primaryKey)
        for problem in problems { self.source.problems.add(problem) }
        if problems.isEmpty { columns = CSVColumns(header: found, set: set) } else { self.source.stop() }
        header(found)
    }

    var bytesRead: Int { source.window.bytesRead }
    func stamp() throws(DataProblems) -> FileStamp { try source.stamp() }

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
                if !source.fill(hint: Self.hint), source.isDone { return false }
            }
        }
        return false
    }

    private static let hint = " (is there a quote that is never closed?)"

    private func scan(_ record: inout RecordText) -> Step {
        let base = UnsafePointer(source.window.base)
        let start = source.window.start
        let end = source.window.end
        let isFinal = source.window.isAtEnd
        if let step = skipEmptyLine(base, start: start, end: end, isFinal: isFinal) { return step }
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
                report(cell, at: offset)
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

    /// Consumes an empty line; nil where a record begins.
    private func skipEmptyLine(_ base: UnsafePointer<UInt8>, start: Int, end: Int, isFinal: Bool) -> Step? {
        if start >= end { return isFinal ? .done : .needMore }
        if base[start] == 0x0A {
            source.window.start = start + 1
            source.line += 1
            return .skipped
        }
        guard base[start] == 0x0D else { return nil }
        if start + 1 >= end { return isFinal ? nil : .needMore }
        guard base[start + 1] == 0x0A else { return nil }
        source.window.start = start + 2
        source.line += 1
        return .skipped
    }

    private func finish(_ record: inout RecordText, cells: Int, end: Int) -> Step {
        let location = SourceLocation(path: source.path, line: source.line)
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

    /// Reports a cell that cannot be read, and goes on behind the line that it spoils.
    private func report(_ cell: CSVCell, at cellStart: Int) {
        guard let fault = cell.stop.fault else { return }
        let offset = cell.stop == .unclosedQuote ? cellStart : cell.next
        source.problem(fault.message, at: offset, help: fault.help)
        if cell.stop == .unclosedQuote { source.stop() } else { source.skipLine(from: cell.next) }
    }

    /// The names of the columns; nil where the file has none, which has then been reported.
    private func readHeader() -> CSVHeader? {
        while !source.isDone {
            let base = UnsafePointer(source.window.base)
            let (start, end, isFinal) = (source.window.start, source.window.end, source.window.isAtEnd)
            switch skipEmptyLine(base, start: start, end: end, isFinal: isFinal) {
            case .needMore:
                _ = source.fill(hint: Self.hint)
                continue
            case .done:
                source.problem("the file is empty", help: "the first line of a CSV file names its columns")
                source.stop()
                return nil
            case .skipped, .record: continue
            case nil: break
            }
            var names: [String] = []
            var offset = start
            var stop = CSVCell.Stop.comma
            while stop == .comma {
                let cell = CSVCell.scan(base, from: offset, end: end, isFinal: isFinal)
                stop = cell.stop
                if stop.rawValue > CSVCell.Stop.fileEnd.rawValue {
                    if stop != .needMore {
                        report(cell, at: offset)
                        source.stop()
                        return nil
                    }
                    _ = source.fill(hint: Self.hint)
                    break
                }
                guard let name = name(of: cell) else { return nil }
                names.append(name)
                offset = cell.next
            }
            if stop == .needMore { continue }
            let location = SourceLocation(path: source.path, line: source.line)
            let text = source.window.bytes(start..<min(offset, start + 2000))
            source.consume(to: offset)
            return CSVHeader(names: names, location: location, sourceLine: Self.firstLine(text))
        }
        return nil
    }

    private func name(of cell: CSVCell) -> String? {
        let bytes = source.window.bytes(cell.start..<cell.end)
        if let invalid = UTF8Check.firstInvalid(bytes) {
            source.problem(
                "a byte that is not UTF-8", at: cell.start + invalid, help: "save the file as UTF-8")
            source.stop()
            return nil
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return cell.needsEscapes ? Self.withoutDoubledQuotes(text) : text
    }

    private static func withoutDoubledQuotes(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        var isSecond = false
        for scalar in text.unicodeScalars {
            isSecond = scalar == "\"" && !isSecond
            if !isSecond || scalar != "\"" { out.append(scalar) }
        }
        return String(out)
    }

    private static func firstLine(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
    }
}

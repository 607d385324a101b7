import Model

/// Turns the lines behind a CSV header into records.
struct CSVScanner: ~Copyable {
    private enum Step { case record, skipped, needMore, done }

    var source: RecordSource
    private let columns: CSVColumns
    private let shape: Int
    /// Found in the record that is being scanned; a scan that starts over finds them again.
    private var pending: [Diagnostic] = []

    init(_ source: consuming RecordSource, columns: consuming CSVColumns, shape: Int) {
        self.source = source
        self.columns = columns
        self.shape = shape
    }

    /// See `RecordReader`.
    mutating func next(into record: inout RecordBuffer) -> Bool {
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

    private mutating func scan(_ record: inout RecordBuffer) -> Step {
        switch source.skipEmptyLine() {
        case .skipped: return .skipped
        case .needMore: return .needMore
        case .atEnd: return .done
        case .noEmptyLine: break
        }
        let base = UnsafePointer(source.window.base)
        let end = source.window.end
        let isFinal = source.window.isAtEnd
        record.begin()
        record.line = source.line
        record.offset = source.window.fileOffset(of: source.window.start)
        record.shape = shape
        let expected = columns.count
        var column = 0
        var lineFeeds = 0
        var offset = source.window.start
        while true {
            if columns.copyCells(base, end: end, column: &column, offset: &offset, to: &record) == .lineEnd {
                lineFeeds += 1
                break
            }
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
            lineFeeds += cell.lineFeeds
            if cell.stop != .comma { break }
        }
        record.bytes.append(UInt8(ascii: "}"))
        let line = source.line
        source.line += lineFeeds
        source.window.start = offset
        if column == expected, pending.isEmpty { return .record }
        record.rewind()
        report(cells: column, line: line)
        return .skipped
    }

    /// Reports what is wrong with a record of that many cells.
    private mutating func report(cells count: Int, line: Int) {
        if count != columns.count {
            let cells = count == 1 ? "1 cell" : "\(count) cells"
            source.problems.add(
                Diagnostic(
                    .error, "\(cells) where the header has \(columns.count)",
                    at: SourceLocation(path: source.path, line: line),
                    help: "put cells that hold commas or line breaks in double quotes"))
        }
        for problem in pending { source.problems.add(problem) }
        pending.removeAll()
    }
}

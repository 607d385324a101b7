import Model

/// Turns the lines behind a CSV header into records.
struct CSVScanner: ~Copyable {
    private enum Step { case record, skipped, needMore, done }

    var source: RecordSource
    private let columns: CSVColumns
    private let shape: Int
    /// The header's line as it stands in the file; empty where it has none.
    private let header: [UInt8]
    /// Of the record that was read last.
    private(set) var lastLine = 0
    /// Found in the record that is being scanned; a scan that starts over finds them again.
    private var pending: [Diagnostic] = []

    init(_ source: consuming RecordSource, columns: consuming CSVColumns, shape: Int, header: [UInt8]) {
        self.source = source
        self.columns = columns
        self.shape = shape
        self.header = header
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
        if !columns.syntax.comment.isEmpty {
            let line = source.skipComment(columns.syntax.comment)
            if line != .noEmptyLine { return line == .needMore ? .needMore : .skipped }
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
            let cell = self.cell(base, from: offset, end: end, isFinal: isFinal)
            if cell.stop.rawValue > CSVCell.Stop.fileEnd.rawValue {
                record.rewind()
                pending.removeAll()
                if cell.stop == .needMore { return .needMore }
                source.report(cell, at: offset)
                return .skipped
            }
            if column < expected, !columns.write(cell, of: column, base: base, to: &record) {
                let fault = columns.fault(of: cell, column: column, base: base, encoding: source.window.encoding)
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
        lastLine = line
        let isHeader = repeatsHeader(source.window.start..<offset, hasFault: column != expected || !pending.isEmpty)
        source.line += lineFeeds
        source.window.start = offset
        if column == expected, pending.isEmpty, !isHeader { return .record }
        record.rewind()
        if isHeader { reportHeader(line: line) } else { report(cells: column, line: line) }
        return .skipped
    }

    @inline(__always)
    private func cell(_ base: UnsafePointer<UInt8>, from offset: Int, end: Int, isFinal: Bool) -> CSVCell {
        if columns.syntax.isStandard { return CSVCell.scan(base, from: offset, end: end, isFinal: isFinal) }
        return otherCell(base, from: offset, end: end, isFinal: isFinal)
    }

    @inline(never)
    private func otherCell(_ base: UnsafePointer<UInt8>, from offset: Int, end: Int, isFinal: Bool) -> CSVCell {
        columns.syntax.cell(base, from: offset, end: end, isFinal: isFinal)
    }

    /// Whether the record is the header's line once more. Where no column was renamed the digest tells, unless something
    /// is wrong with the record.
    @inline(__always)
    private func repeatsHeader(_ range: Range<Int>, hasFault: Bool) -> Bool {
        (hasFault || columns.isRenamed) && range.count == header.count && !header.isEmpty
            && source.window.bytes(range).elementsEqual(header)
    }

    private mutating func reportHeader(line: Int) {
        pending.removeAll()
        source.problems.add(
            Diagnostic(
                .error, RowDigester.Fault.repeatedHeaderMessage, at: SourceLocation(path: source.path, line: line),
                help: RowDigester.Fault.repeatedHeaderHelp))
    }

    /// Reports what is wrong with a record of that many cells.
    private mutating func report(cells count: Int, line: Int) {
        if count != columns.count {
            let cells = count == 1 ? "1 cell" : "\(count) cells"
            source.problems.add(
                Diagnostic(
                    .error, "\(cells) where the header has \(columns.count)",
                    at: SourceLocation(path: source.path, line: line),
                    help: columns.syntax.quote == 0
                        ? "put the escape before delimiters that belong to a cell"
                        : "put cells that hold delimiters or line breaks in quotes"))
        }
        for problem in pending { source.problems.add(problem) }
        pending.removeAll()
    }
}

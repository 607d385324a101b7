import Model

extension RecordSource {
    /// What stands where a CSV record should begin.
    enum LineStart { case noEmptyLine, skipped, needMore, atEnd }

    /// Consumes a line without a single character.
    mutating func skipEmptyLine() -> LineStart {
        let available = window.available
        if available == 0 { return window.isAtEnd ? .atEnd : .needMore }
        let start = window.base + window.start
        var length = 1
        if start[0] == 0x0D {
            if available == 1 { return window.isAtEnd ? .noEmptyLine : .needMore }
            length = 2
        }
        guard start[length - 1] == 0x0A else { return .noEmptyLine }
        window.start += length
        line += 1
        return .skipped
    }

    /// Consumes a line that begins with that; `noEmptyLine` where it does not.
    mutating func skipComment(_ beginning: [UInt8]) -> LineStart {
        if beginning.isEmpty { return .noEmptyLine }
        if window.available < beginning.count, !window.isAtEnd { return .needMore }
        let line = window.bytes(window.start..<window.end).prefix(beginning.count)
        guard line.elementsEqual(beginning) else { return .noEmptyLine }
        skipLine(from: window.start)
        return .skipped
    }

    /// Reports a cell that cannot be read, and goes on behind the line that it spoils.
    mutating func report(_ cell: CSVCell, at cellStart: Int) {
        guard let fault = cell.stop.fault else { return }
        let offset = cell.stop == .unclosedQuote ? cellStart : cell.next
        let (place, opening) = (location(of: offset), location(of: cellStart))
        var diagnostic = Diagnostic(.error, fault.message, at: place, help: fault.help)
        // The slip is often far above: a quote that nobody closed there swallowed the lines between.
        if cell.stop == .textAfterQuote, opening.line != place.line {
            diagnostic.notes = [
                Diagnostic.Note("the cell's first quote is here, \(place.line - opening.line) lines above", at: opening)
            ]
        }
        problems.add(diagnostic)
        if cell.stop == .unclosedQuote { stop() } else { skipLine(from: cell.next) }
    }
}

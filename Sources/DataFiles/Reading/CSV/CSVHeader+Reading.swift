import Model

extension CSVHeader {
    /// What may be behind a record without an end.
    static let hint = " (is there a quote that is never closed?)"

    /// Reads the first record of a file; nil where there is none or it cannot be read, which has then been reported.
    static func read(_ source: inout RecordSource) -> CSVHeader? {
        while !source.isDone {
            switch source.skipEmptyLine() {
            case .skipped: continue
            case .needMore: _ = source.fill(hint: hint)
            case .atEnd:
                source.problem("the file is empty", help: "the first line of a CSV file names its columns")
                source.stop()
            case .noEmptyLine:
                if let header = scan(&source) { return header }
            }
        }
        return nil
    }

    /// Nil where more had to be read, or the header cannot be and the file is given up.
    private static func scan(_ source: inout RecordSource) -> CSVHeader? {
        let base = UnsafePointer(source.window.base)
        let (start, end, isFinal) = (source.window.start, source.window.end, source.window.isAtEnd)
        var names: [String] = []
        var offset = start
        while true {
            let cell = CSVCell.scan(base, from: offset, end: end, isFinal: isFinal)
            if cell.stop == .needMore {
                _ = source.fill(hint: hint)
                return nil
            }
            if cell.stop.fault != nil {
                source.report(cell, at: offset)
                source.stop()
                return nil
            }
            guard let name = name(of: cell, in: &source) else { return nil }
            names.append(name)
            offset = cell.next
            if cell.stop != .comma { break }
        }
        let text = source.window.bytes(start..<min(offset, start + 2000)).prefix { $0 != 0x0A && $0 != 0x0D }
        let header = CSVHeader(
            names: names, location: SourceLocation(path: source.path, line: source.line),
            sourceLine: String(decoding: text, as: UTF8.self))
        source.consume(to: offset)
        return header
    }

    private static func name(of cell: CSVCell, in source: inout RecordSource) -> String? {
        let bytes = source.window.bytes(cell.start..<cell.end)
        if let invalid = UTF8Check.firstInvalid(bytes) {
            source.problem("a byte that is not UTF-8", at: cell.start + invalid, help: "save the file as UTF-8")
            source.stop()
            return nil
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if cell.isQuoted { return text.replacingDoubledQuotes }
        // No template asks for a field called " name"; whoever means it puts it in quotes.
        return String(text.trimmingBlanksAtEnd.drop { $0 == " " || $0 == "\t" })
    }
}

extension String {
    /// With each pair of double quotes as one.
    var replacingDoubledQuotes: String {
        var out = String.UnicodeScalarView()
        var isFirst = false
        for scalar in unicodeScalars {
            isFirst = scalar == "\"" && !isFirst
            if scalar != "\"" || isFirst { out.append(scalar) }
        }
        return String(out)
    }
}

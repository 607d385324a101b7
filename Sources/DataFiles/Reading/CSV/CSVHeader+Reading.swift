import Model

extension CSVHeader {
    /// What may be behind a record without an end.
    static let hint = " (is there a quote that is never closed?)"

    /// Reads the first record of a file, or takes the declared names; nil where there is none or it cannot be read,
    /// which has then been reported, unless the file is one of several and empty.
    static func read(_ source: inout RecordSource, syntax: CSVSyntax, mayBeEmpty: Bool) -> CSVHeader? {
        for number in 0..<syntax.dialect.skippedLines {
            while source.window.available == 0, source.fill(hint: hint) {}
            if source.isDone { return nil }
            if source.window.available == 0 {
                source.problem(
                    "the file has \(number) lines, and csv.skip_lines passes over \(syntax.dialect.skippedLines)")
                source.stop()
                return nil
            }
            source.skipLine(from: source.window.start)
        }
        if let names = syntax.dialect.header {
            return CSVHeader(
                names: names, location: SourceLocation(path: source.path, line: source.line), sourceLine: nil, raw: [])
        }
        while !source.isDone {
            switch source.skipEmptyLine() {
            case .skipped: continue
            case .needMore: _ = source.fill(hint: hint)
            case .atEnd:
                if !mayBeEmpty || source.window.bytesRead > 0 {
                    source.problem("the file is empty", help: "the first line of a CSV file names its columns")
                }
                source.stop()
            case .noEmptyLine:
                switch source.skipComment(syntax.comment) {
                case .skipped: continue
                case .needMore: _ = source.fill(hint: hint)
                case .noEmptyLine, .atEnd: if let header = scan(&source, syntax) { return header }
                }
            }
        }
        return nil
    }

    /// Nil where more had to be read, or the header cannot be and the file is given up.
    private static func scan(_ source: inout RecordSource, _ syntax: CSVSyntax) -> CSVHeader? {
        let base = UnsafePointer(source.window.base)
        let (start, end, isFinal) = (source.window.start, source.window.end, source.window.isAtEnd)
        var names: [String] = []
        var offset = start
        while true {
            let cell = syntax.cell(base, from: offset, end: end, isFinal: isFinal)
            if cell.stop == .needMore {
                _ = source.fill(hint: hint)
                return nil
            }
            if cell.stop.fault != nil {
                source.report(cell, at: offset)
                source.stop()
                return nil
            }
            guard let name = name(of: cell, in: &source, syntax) else { return nil }
            names.append(name)
            offset = cell.next
            if cell.stop != .comma { break }
        }
        let text = source.window.bytes(start..<min(offset, start + 2000)).prefix { $0 != 0x0A && $0 != 0x0D }
        let header = CSVHeader(
            names: names, location: SourceLocation(path: source.path, line: source.line),
            sourceLine: String(decoding: text, as: UTF8.self), raw: Array(source.window.bytes(start..<offset)))
        source.consume(to: offset)
        return header
    }

    private static func name(of cell: CSVCell, in source: inout RecordSource, _ syntax: CSVSyntax) -> String? {
        let bytes = source.window.bytes(cell.start..<cell.end)
        if let invalid = UTF8Check.firstInvalid(bytes) {
            let fault = source.window.encoding.fault
            source.problem(fault.message, at: cell.start + invalid, help: fault.help)
            source.stop()
            return nil
        }
        if cell.needsDecoding {
            switch cell.decoded(UnsafePointer(source.window.base), syntax: syntax) {
            case .success(let decoded): return String(decoding: decoded, as: UTF8.self)
            case .failure(let unknown):
                source.problem("an escape that programs do not agree on", at: unknown.offset)
                source.stop()
                return nil
            }
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

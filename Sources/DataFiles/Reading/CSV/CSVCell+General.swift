extension CSVCell {
    /// Reads the cell that begins at `start`, by a syntax that is not that of RFC 4180.
    static func scan(
        _ base: UnsafePointer<UInt8>, from start: Int, end: Int, isFinal: Bool, syntax: borrowing CSVSyntax
    ) -> CSVCell {
        var offset = start
        if syntax.trims { offset = skipBlanks(base, from: offset, end: end, syntax) }
        if offset < end, syntax.quote != 0, base[offset] == syntax.quote {
            return quoted(base, from: offset, end: end, isFinal: isFinal, syntax)
        }
        return unquoted(base, from: offset, end: end, isFinal: isFinal, syntax)
    }

    private static func skipBlanks(
        _ base: UnsafePointer<UInt8>, from start: Int, end: Int, _ syntax: borrowing CSVSyntax
    ) -> Int {
        var offset = start
        while offset < end, base[offset] == 0x20 || base[offset] == 0x09, base[offset] != syntax.delimiter {
            offset += 1
        }
        return offset
    }

    private static func unquoted(
        _ base: UnsafePointer<UInt8>, from start: Int, end: Int, isFinal: Bool, _ syntax: borrowing CSVSyntax
    ) -> CSVCell {
        var cell = CSVCell(start: start, end: start, next: start, stop: .needMore, needsEscapes: false, isASCII: true)
        var offset = start
        // Blanks at the end that are to be left out begin here.
        var textEnd = start
        scan: while true {
            if offset >= end {
                cell.next = end
                cell.stop = isFinal ? .fileEnd : .needMore
                break
            }
            let byte = base[offset]
            if byte == syntax.delimiter {
                cell.next = offset + 1
                cell.stop = .comma
                break
            }
            if byte == syntax.escape, byte != 0 {
                if offset + 1 >= end {
                    cell.next = offset
                    cell.stop = isFinal ? .loneEscape : .needMore
                    break
                }
                cell.needsDecoding = true
                if base[offset + 1] == 0x0A { cell.lineFeeds += 1 }
                if base[offset + 1] >= 0x80 { cell.isASCII = false }
                offset += 2
                textEnd = offset
                continue
            }
            switch byte {
            case 0x0A:
                cell.next = offset + 1
                cell.stop = .lineEnd
                cell.lineFeeds += 1
                break scan
            case 0x0D:
                cell.readCarriageReturn(base, at: offset, end: end, isFinal: isFinal)
                break scan
            case 0:
                cell.next = offset
                cell.stop = .nul
                break scan
            case syntax.quote where textEnd == start && offset > start:
                cell.next = offset
                cell.stop = .strayQuote
                break scan
            default: break
            }
            if byte >= 0x80 { cell.isASCII = false }
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { cell.needsEscapes = true }
            offset += 1
            if byte != 0x20, byte != 0x09 { textEnd = offset }
        }
        cell.end = syntax.trims ? textEnd : offset
        return cell
    }

    private static func quoted(
        _ base: UnsafePointer<UInt8>, from start: Int, end: Int, isFinal: Bool, _ syntax: borrowing CSVSyntax
    ) -> CSVCell {
        var offset = start + 1
        var cell = CSVCell(
            start: offset, end: offset, next: start, stop: .needMore, needsEscapes: false, isASCII: true, isQuoted: true
        )
        while true {
            if offset >= end {
                cell.stop = isFinal ? .unclosedQuote : .needMore
                return cell
            }
            let byte = base[offset]
            if byte == syntax.escape, byte != 0 {
                if offset + 1 >= end {
                    cell.stop = isFinal ? .unclosedQuote : .needMore
                    return cell
                }
                cell.needsDecoding = true
                if base[offset + 1] == 0x0A { cell.lineFeeds += 1 }
                if base[offset + 1] >= 0x80 { cell.isASCII = false }
                offset += 2
                continue
            }
            if byte == syntax.quote {
                if offset + 1 >= end, !isFinal { return cell }
                if offset + 1 < end, base[offset + 1] == syntax.quote {
                    cell.needsDecoding = true
                    offset += 2
                    continue
                }
                cell.end = offset
                var behind = offset + 1
                if syntax.trims { behind = skipBlanks(base, from: behind, end: end, syntax) }
                cell.readDelimiter(base, at: behind, end: end, isFinal: isFinal, delimiter: syntax.delimiter)
                return cell
            }
            if byte == 0 {
                cell.next = offset
                cell.stop = .nul
                return cell
            }
            if byte == 0x0A { cell.lineFeeds += 1 }
            if byte >= 0x80 { cell.isASCII = false }
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { cell.needsEscapes = true }
            offset += 1
        }
    }

    /// The bytes that the cell means; the offset of an escape that means nothing known is the failure.
    func decoded(_ base: UnsafePointer<UInt8>, syntax: borrowing CSVSyntax) -> Result<[UInt8], UnknownEscape> {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(end - start)
        var offset = start
        while offset < end {
            let byte = base[offset]
            if byte == syntax.escape, byte != 0, offset + 1 < end {
                let next = base[offset + 1]
                if next == syntax.escape || next == syntax.quote || next == syntax.delimiter || next == 0x0A
                    || next == 0x0D
                {
                    bytes.append(next)
                } else if let control = Self.control(next), syntax.quote == 0 {
                    bytes.append(control)
                } else {
                    return .failure(UnknownEscape(offset: offset))
                }
                offset += 2
                continue
            }
            bytes.append(byte)
            // A doubled quote stands for one.
            offset += isQuoted && byte == (syntax.quote == 0 ? UInt8(ascii: "\"") : syntax.quote) ? 2 : 1
        }
        return .success(bytes)
    }

    struct UnknownEscape: Error { let offset: Int }

    /// The control character of an escape such as `\n`, as Postgres writes them.
    private static func control(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "v"): 0x0B
        default: nil
        }
    }
}

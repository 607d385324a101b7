/// One cell of a CSV file as it stands there (RFC 4180), and what ended it. Offsets count from the window's base.
struct CSVCell {
    /// What stands behind a cell.
    enum Stop: UInt8 {
        case comma, lineEnd, fileEnd
        /// The window ends before the cell does.
        case needMore
        case strayQuote, textAfterQuote, loneCarriageReturn, nul, unclosedQuote
        /// The file ends behind an escape.
        case loneEscape
    }

    /// The contents, without quotes around them.
    var start: Int
    var end: Int
    /// Behind the comma or line end; for a fault, where it is.
    var next: Int
    var stop: Stop
    /// Whether something in it must be escaped in JSON; doubled quotes count.
    var needsEscapes: Bool
    var isASCII: Bool
    /// Whether quotes stand around it: then a doubled one within stands for one.
    var isQuoted = false
    /// Whether escapes, or doubled quotes that are not `"`, stand in it.
    var needsDecoding = false
    /// How many line feeds there are in it and in what ended it.
    var lineFeeds = 0

    /// Reads the cell that begins at `start`. The window is padded with zero bytes behind `end`.
    @inline(__always)
    static func scan(
        _ base: UnsafePointer<UInt8>, from start: Int, end: Int, isFinal: Bool, delimiter: UInt8 = UInt8(ascii: ",")
    ) -> CSVCell {
        start < end && base[start] == UInt8(ascii: "\"")
            ? quoted(base, from: start, end: end, isFinal: isFinal, delimiter: delimiter)
            : plain(base, from: start, end: end, isFinal: isFinal, delimiter: delimiter)
    }

    @inline(__always)
    private static func plain(
        _ base: UnsafePointer<UInt8>, from start: Int, end: Int, isFinal: Bool, delimiter: UInt8
    ) -> CSVCell {
        var cell = CSVCell(start: start, end: start, next: start, stop: .needMore, needsEscapes: false, isASCII: true)
        var offset = start
        var seen: UInt64 = 0
        var backslashes: UInt64 = 0
        while true {
            let word = ByteScanning.load(base + offset)
            let stops =
                ByteScanning.equal(word, delimiter) | ByteScanning.equal(word, UInt8(ascii: "\""))
                | ByteScanning.control(word)
            let slashes = ByteScanning.equal(word, UInt8(ascii: "\\"))
            if stops == 0 {
                seen |= word
                backslashes |= slashes
                offset += 8
                continue
            }
            let before = ByteScanning.before(stops)
            seen |= word & before
            backslashes |= slashes & before
            offset += stops.trailingZeroBitCount >> 3
            cell.end = offset
            cell.next = offset
            if offset >= end {
                cell.end = end
                cell.next = end
                cell.stop = isFinal ? .fileEnd : .needMore
                break
            }
            switch base[offset] {
            case delimiter:
                cell.next = offset + 1
                cell.stop = .comma
            case 0x0A:
                cell.next = offset + 1
                cell.stop = .lineEnd
                cell.lineFeeds = 1
            case 0x0D:
                cell.readCarriageReturn(base, at: offset, end: end, isFinal: isFinal)
            case UInt8(ascii: "\"") where isBlank(base, start..<offset): cell.stop = .strayQuote
            case 0: cell.stop = .nul
            default:
                // A quote behind text, as inches have it, is that character in every common reader.
                cell.needsEscapes = true
                offset += 1
                continue
            }
            break
        }
        cell.isASCII = seen & ByteScanning.highBits == 0
        if backslashes != 0 { cell.needsEscapes = true }
        return cell
    }

    private static func isBlank(_ base: UnsafePointer<UInt8>, _ range: Range<Int>) -> Bool {
        range.allSatisfy { base[$0] == UInt8(ascii: " ") || base[$0] == UInt8(ascii: "\t") }
    }

    private static func quoted(
        _ base: UnsafePointer<UInt8>, from start: Int, end: Int, isFinal: Bool, delimiter: UInt8
    ) -> CSVCell {
        var offset = start + 1
        var cell = CSVCell(
            start: offset, end: offset, next: start, stop: .needMore, needsEscapes: false, isASCII: true,
            isQuoted: true)
        var seen: UInt64 = 0
        var backslashes: UInt64 = 0
        scan: while true {
            let word = ByteScanning.load(base + offset)
            let stops = ByteScanning.equal(word, UInt8(ascii: "\"")) | ByteScanning.control(word)
            let slashes = ByteScanning.equal(word, UInt8(ascii: "\\"))
            if stops == 0 {
                seen |= word
                backslashes |= slashes
                offset += 8
                continue
            }
            let before = ByteScanning.before(stops)
            seen |= word & before
            backslashes |= slashes & before
            offset += stops.trailingZeroBitCount >> 3
            if offset >= end {
                cell.stop = isFinal ? .unclosedQuote : .needMore
                break
            }
            switch base[offset] {
            case UInt8(ascii: "\""):
                if offset + 1 >= end, !isFinal { break scan }
                if offset + 1 < end, base[offset + 1] == UInt8(ascii: "\"") {
                    cell.needsEscapes = true
                    offset += 2
                    continue
                }
                cell.end = offset
                cell.readDelimiter(base, at: offset + 1, end: end, isFinal: isFinal, delimiter: delimiter)
                break scan
            case 0:
                cell.next = offset
                cell.stop = .nul
                break scan
            case 0x0A:
                cell.lineFeeds += 1
                fallthrough
            default:
                cell.needsEscapes = true
                offset += 1
            }
        }
        cell.isASCII = seen & ByteScanning.highBits == 0
        if backslashes != 0 { cell.needsEscapes = true }
        return cell
    }

    /// What stands behind a closing quote.
    @inline(__always)
    mutating func readDelimiter(
        _ base: UnsafePointer<UInt8>, at offset: Int, end: Int, isFinal: Bool, delimiter: UInt8
    ) {
        next = offset
        if offset >= end {
            stop = isFinal ? .fileEnd : .needMore
            return
        }
        switch base[offset] {
        case delimiter:
            next = offset + 1
            stop = .comma
        case 0x0A:
            next = offset + 1
            stop = .lineEnd
            lineFeeds += 1
        case 0x0D: readCarriageReturn(base, at: offset, end: end, isFinal: isFinal)
        default: stop = .textAfterQuote
        }
    }

    mutating func readCarriageReturn(_ base: UnsafePointer<UInt8>, at offset: Int, end: Int, isFinal: Bool) {
        next = offset
        if offset + 1 < end {
            stop = base[offset + 1] == 0x0A ? .lineEnd : .loneCarriageReturn
            if stop == .lineEnd {
                next = offset + 2
                lineFeeds += 1
            }
        } else {
            stop = isFinal ? .loneCarriageReturn : .needMore
        }
    }
}

extension CSVCell.Stop {
    /// What is wrong, and what to do; nil where nothing is.
    var fault: (message: String, help: String?)? {
        switch self {
        case .comma, .lineEnd, .fileEnd, .needMore: nil
        case .strayQuote:
            (
                "blanks before the quote of a cell",
                "take the blanks away, or declare csv: {trim: true}: only a cell that begins with its quote may hold "
                    + "delimiters and line breaks"
            )
        case .textAfterQuote:
            (
                "text after the closing quote of a cell",
                "a quoted cell ends at a delimiter or line end; write a quote that belongs to the cell twice, or declare "
                    + "the sign before it, as in csv: {escape: \"\\\\\"}"
            )
        case .loneCarriageReturn:
            (
                "a carriage return without a line feed",
                "end lines with LF or CRLF; put the cell in double quotes if the character belongs to it"
            )
        case .nul:
            ("a NUL byte", "save the file as plain UTF-8 text; where every other byte is one, declare encoding: utf-16")
        case .loneEscape: ("the file ends behind an escape", "write the sign twice where it is meant as itself")
        case .unclosedQuote: ("this quote is never closed", nil)
        }
    }
}

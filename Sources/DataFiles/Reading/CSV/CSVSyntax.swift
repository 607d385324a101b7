import Model

/// A dialect as the scanners need it: signs as bytes, and what a cell must be looked at for.
struct CSVSyntax {
    let dialect: CSVDialect
    let delimiter: UInt8
    /// 0 for none.
    let quote: UInt8
    /// 0 for none.
    let escape: UInt8
    let trims: Bool
    let comment: [UInt8]
    let nulls: CSVNulls
    /// Whether cells must be scanned by `CSVCell.scan(_:…syntax:)`: quotes and escapes are not as in RFC 4180.
    let isGeneral: Bool
    /// Whether nothing but what RFC 4180 says is to be looked at.
    let isStandard: Bool
    /// Whether a short cell without quotes and controls may be copied as it stands, after a look.
    let mayCopy: Bool

    init(_ dialect: CSVDialect, file: DataFile) {
        self.dialect = dialect
        delimiter = dialect.delimiter ?? UInt8(ascii: file.hasTabs ? "\t" : ",")
        quote = dialect.quote ?? 0
        escape = dialect.escape == dialect.quote ? 0 : dialect.escape ?? 0
        trims = dialect.trims
        comment = Array(dialect.comment.utf8)
        nulls = CSVNulls(dialect.nulls)
        isGeneral = quote != UInt8(ascii: "\"") || escape != 0
        isStandard = !isGeneral && !trims && nulls.isEmpty && delimiter == UInt8(ascii: ",")
        mayCopy = escape == 0 || escape == UInt8(ascii: "\\")
    }

    /// Reads the cell that begins at `start`.
    @inline(__always)
    func cell(_ base: UnsafePointer<UInt8>, from start: Int, end: Int, isFinal: Bool) -> CSVCell {
        // Blanks in front may have a quote behind them.
        let isBlank = trims && start < end && (base[start] == 0x20 || base[start] == 0x09)
        if isGeneral || isBlank { return CSVCell.scan(base, from: start, end: end, isFinal: isFinal, syntax: self) }
        var cell = CSVCell.scan(base, from: start, end: end, isFinal: isFinal, delimiter: delimiter)
        if !trims { return cell }
        if cell.isQuoted {
            let hasBlanks = cell.stop == .textAfterQuote && (base[cell.next] == 0x20 || base[cell.next] == 0x09)
            return hasBlanks ? CSVCell.scan(base, from: start, end: end, isFinal: isFinal, syntax: self) : cell
        }
        while cell.end > cell.start, base[cell.end - 1] == 0x20 || base[cell.end - 1] == 0x09 { cell.end -= 1 }
        return cell
    }

    /// Whether blanks around the cell, its first byte or its text say something.
    @inline(__always)
    func mustLook(at cell: UnsafePointer<UInt8>, count: Int) -> Bool {
        if count > 0 {
            let (first, last) = (cell[0], cell[count &- 1])
            // A quote other than " stops no scan.
            if first == quote { return true }
            if trims, first == 0x20 || last == 0x20 || first == 0x09 || last == 0x09 { return true }
        }
        return nulls.contains(cell, count: count)
    }
}

/// The texts that mean null.
struct CSVNulls {
    /// The first eight bytes, and how many there are.
    private let short: [(word: UInt64, count: Int)]
    private let long: [[UInt8]]
    /// A bit for each length that one has, the last for all from 63 on.
    private let lengths: UInt64
    /// A bit for each byte that one begins with.
    private let firsts: SIMD4<UInt64>

    init(_ texts: [String]) {
        let all = texts.map { Array($0.utf8) }
        short = all.filter { $0.count <= 8 }.map { bytes in
            (bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }, bytes.count)
        }
        long = all.filter { $0.count > 8 }
        lengths = all.reduce(0) { $0 | 1 << UInt64(min($1.count, 63)) }
        var firsts = SIMD4<UInt64>()
        for first in all.compactMap(\.first) { firsts[Int(first >> 6)] |= 1 << UInt64(first & 63) }
        self.firsts = firsts
    }

    var isEmpty: Bool { lengths == 0 }

    /// Whether that is one of them. Reads up to eight bytes behind the text's beginning.
    @inline(__always)
    func contains(_ text: UnsafePointer<UInt8>, count: Int) -> Bool {
        if lengths >> UInt64(min(count, 63)) & 1 == 0 { return false }
        return count == 0 || (firsts[Int(text[0] >> 6)] >> UInt64(text[0] & 63) & 1 != 0 && compare(text, count: count))
    }

    @inline(never)
    private func compare(_ text: UnsafePointer<UInt8>, count: Int) -> Bool {
        if count <= 8 {
            let word = ByteScanning.load(text) & (count == 8 ? ~0 : (1 << UInt64(count * 8)) - 1)
            return short.contains { $0.count == count && $0.word == word }
        }
        return long.contains { $0.elementsEqual(UnsafeBufferPointer(start: text, count: count)) }
    }
}

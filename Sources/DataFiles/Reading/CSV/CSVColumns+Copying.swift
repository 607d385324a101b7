extension CSVColumns {
    /// Where copying cells came to.
    enum CopyStop {
        /// The line has ended.
        case lineEnd
        /// The cell at the offset must be looked at.
        case cell
    }

    /// Cells longer than this are not copied here.
    private static var longestCopy: Int { 64 }

    /// Writes members while their cells are short, without quotes and copied as they stand: nearly all are, numbers and
    /// booleans, too.
    ///
    /// Begins with the cell of `column` at `offset` and moves both on. Copies sixteen bytes at a time and finds the end
    /// of a cell on the way; the window is padded by that much, and has zero bytes behind `end`.
    @inline(__always)
    func copyCells(
        _ base: UnsafePointer<UInt8>, end: Int, column: inout Int, offset: inout Int, to record: inout RecordBuffer
    ) -> CopyStop {
        if syntax.isStandard {
            return copyCells(
                base, end: end, column: &column, offset: &offset, to: &record, delimiter: UInt8(ascii: ","),
                looks: false)
        }
        return copyOtherCells(base, end: end, column: &column, offset: &offset, to: &record)
    }

    @inline(never)
    private func copyOtherCells(
        _ base: UnsafePointer<UInt8>, end: Int, column: inout Int, offset: inout Int, to record: inout RecordBuffer
    ) -> CopyStop {
        if !syntax.mayCopy { return .cell }
        return copyCells(
            base, end: end, column: &column, offset: &offset, to: &record, delimiter: syntax.delimiter, looks: true)
    }

    /// - Parameters:
    ///   - delimiter: The file's.
    ///   - looks: Whether a cell's first byte, or its text, may say more than itself.
    @inline(__always)
    private func copyCells(
        _ base: UnsafePointer<UInt8>, end: Int, column: inout Int, offset: inout Int, to record: inout RecordBuffer,
        delimiter: UInt8, looks: Bool
    ) -> CopyStop {
        let count = plans.count
        record.bytes.reserve(templates.count + count &* (Self.longestCopy + 32))
        record.reserveFields(count)
        let plans = UnsafePointer(self.plans.baseAddress!)
        let templates = UnsafeRawPointer(templates.base)
        let text = UnsafeMutableRawPointer(record.bytes.base + record.start)
        var written = record.count
        defer { record.bytes.count = record.start &+ written }
        next: while column < count {
            let plan = plans + column
            let copying = plan.pointee.copying
            if copying == .none { return .cell }
            let valueStart = written &+ plan.pointee.templateCount
            Self.copyPairs(
                templates + plan.pointee.templateStart, to: text + written, count: plan.pointee.templateCount)
            let cell = base + offset
            var length = 0
            var seen = SIMD2<UInt64>()
            while length < Self.longestCopy {
                let words = ByteScanning.loadPair(cell + length)
                (text + (valueStart &+ length)).storeBytes(
                    of: SIMD2(words[0].littleEndian, words[1].littleEndian), as: SIMD2<UInt64>.self)
                let stops = ByteScanning.stops(words, delimiter, UInt8(ascii: "\""), UInt8(ascii: "\\"))
                if stops[0] | stops[1] == 0 {
                    seen |= words
                    length &+= 16
                    continue
                }
                if stops[0] != 0 {
                    seen[0] |= words[0] & ByteScanning.before(stops[0])
                    length &+= stops[0].trailingZeroBitCount &>> 3
                } else {
                    seen[0] |= words[0] | words[1] & ByteScanning.before(stops[1])
                    length &+= 8 &+ stops[1].trailingZeroBitCount &>> 3
                }
                var following = offset &+ length &+ 1
                var stop = cell[length]
                if stop == 0x0D {
                    stop = base[following]
                    if stop != 0x0A { return .cell }
                    following &+= 1
                }
                // Behind the window's end stands a zero byte, which is neither of the two.
                if stop != delimiter, stop != 0x0A { return .cell }
                if looks, syntax.mustLook(at: cell, count: length) { return .cell }
                if (seen[0] | seen[1]) & ByteScanning.highBits != 0, Self.isMalformed(cell, count: length) {
                    return .cell
                }
                var kind = RecordBuffer.Kind.string
                if copying != .string {
                    guard let typed = Self.kind(of: cell, count: length, copying) else { return .cell }
                    kind = typed
                }
                let valueEnd = valueStart &+ length
                record.addReserved(
                    RecordBuffer.Field(
                        nameStart: UInt32(truncatingIfNeeded: written) &+ plan.pointee.nameStart,
                        nameEnd: UInt32(truncatingIfNeeded: written) &+ plan.pointee.nameEnd,
                        valueStart: UInt32(truncatingIfNeeded: valueStart),
                        valueEnd: UInt32(truncatingIfNeeded: valueEnd), kind: kind,
                        isNameEscaped: plan.pointee.isNameEscaped, isValueEscaped: false))
                written = valueEnd
                if copying == .string {
                    text.storeBytes(of: UInt8(ascii: "\""), toByteOffset: valueEnd, as: UInt8.self)
                    written = valueEnd &+ 1
                }
                column &+= 1
                offset = following
                if stop == 0x0A { return .lineEnd }
                continue next
            }
            return .cell
        }
        return .cell
    }

    /// What a typed cell is, where it is written as JSON writes it and plainly; nil where it must be looked at.
    @inline(__always)
    private static func kind(of cell: UnsafePointer<UInt8>, count: Int, _ copying: Copying) -> RecordBuffer.Kind? {
        if copying == .number { return isPlainNumber(cell, count: count) ? .number : nil }
        // "true" and "fals", little-endian.
        let word = UInt32(truncatingIfNeeded: ByteScanning.load(cell))
        if count == 4, word == 0x6575_7274 { return .true }
        return count == 5 && word == 0x736C_6166 && cell[4] == UInt8(ascii: "e") ? .false : nil
    }

    /// Whether it is digits, with a minus before and a fraction behind them or without.
    @inline(__always)
    private static func isPlainNumber(_ cell: UnsafePointer<UInt8>, count: Int) -> Bool {
        var index = cell[0] == UInt8(ascii: "-") ? 1 : 0
        let first = index
        while index < count, cell[index] &- UInt8(ascii: "0") < 10 { index &+= 1 }
        if index == first || (cell[first] == UInt8(ascii: "0") && index &- first > 1) { return false }
        if index == count { return true }
        if cell[index] != UInt8(ascii: ".") { return false }
        index &+= 1
        let fraction = index
        while index < count, cell[index] &- UInt8(ascii: "0") < 10 { index &+= 1 }
        return index == count && index > fraction
    }

    @inline(__always)
    private static func copyPairs(_ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, count: Int) {
        var copied = 0
        while copied < count {
            (target + copied).storeBytes(
                of: (source + copied).loadUnaligned(as: SIMD2<UInt64>.self), as: SIMD2<UInt64>.self)
            copied &+= 16
        }
    }
}

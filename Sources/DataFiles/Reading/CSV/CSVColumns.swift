import JSON
import Model

/// How each column of a CSV file becomes a member of the record's object.
struct CSVColumns: ~Copyable {
    struct Plan {
        /// Where in `templates` the text before the value stands: comma or brace, name, colon, quote of a string.
        var templateStart: Int
        var templateCount: Int
        /// The name within the template.
        var nameStart: UInt32
        var nameEnd: UInt32
        var isNameEscaped: Bool
        var type: ColumnType
        // Asked for at every cell, where comparing values of another module's type is a call.
        var isString: Bool
    }

    private(set) var templates = ByteBuffer()
    let plans: UnsafeMutableBufferPointer<Plan>
    let names: [String]

    init(names: [String], set: DataSet) {
        self.names = names
        plans = .allocate(capacity: names.count)
        for (index, name) in names.enumerated() {
            let type = set.type(ofColumn: name)
            var quoted: [UInt8] = []
            JSONText.writeString(name, to: &quoted)
            let start = templates.count
            templates.append(UInt8(ascii: index == 0 ? "{" : ","))
            templates.append(quoted)
            templates.append(UInt8(ascii: ":"))
            if type == .string { templates.append(UInt8(ascii: "\"")) }
            plans.initializeElement(
                at: index,
                to: Plan(
                    templateStart: start, templateCount: templates.count - start, nameStart: 2,
                    nameEnd: UInt32(quoted.count), isNameEscaped: quoted.count != name.utf8.count + 2, type: type,
                    isString: type == .string))
        }
    }

    deinit { plans.deallocate() }

    var count: Int { plans.count }

    /// Appends the member for a cell. False where the cell's value does not fit the column's type or is no UTF-8;
    /// then something was appended that must be dropped.
    @inline(__always)
    func write(_ cell: CSVCell, of column: Int, base: UnsafePointer<UInt8>, to record: inout RecordBuffer) -> Bool {
        let plan = plans[column]
        let before = UInt32(truncatingIfNeeded: record.count)
        let length = cell.end - cell.start
        record.bytes.reserve(plan.templateCount + length + 8)
        record.bytes.appendReserved(templates.base + plan.templateStart, count: plan.templateCount)
        var field = RecordBuffer.Field(
            nameStart: before + plan.nameStart, nameEnd: before + plan.nameEnd,
            valueStart: UInt32(truncatingIfNeeded: record.count), valueEnd: 0, kind: .string,
            isNameEscaped: plan.isNameEscaped, isValueEscaped: cell.needsEscapes)
        if plan.isString {
            if !cell.isASCII, CSVColumns.isMalformed(base + cell.start, count: length) { return false }
            if cell.needsEscapes {
                record.bytes.appendCSVCell(base + cell.start, count: length, isQuoted: cell.isQuoted)
            } else {
                record.bytes.appendReserved(base + cell.start, count: length)
            }
            field.valueEnd = UInt32(truncatingIfNeeded: record.count)
            record.bytes.append(UInt8(ascii: "\""))
        } else {
            guard
                let kind = CSVColumns.typedValue(
                    UnsafeBufferPointer(start: base + cell.start, count: length), type: plan.type, to: &record.bytes)
            else { return false }
            field.kind = kind
            field.isValueEscaped = false
            field.valueEnd = UInt32(truncatingIfNeeded: record.count)
        }
        record.add(field)
        return true
    }

    @inline(never)
    static func isMalformed(_ start: UnsafePointer<UInt8>, count: Int) -> Bool {
        UTF8Check.firstInvalid(UnsafeBufferPointer(start: start, count: count)) != nil
    }

    /// Appends the value of a number or boolean cell; nil where it is none.
    private static func typedValue(
        _ cell: UnsafeBufferPointer<UInt8>, type: ColumnType, to bytes: inout ByteBuffer
    ) -> RecordBuffer.Kind? {
        if cell.isEmpty {
            bytes.append("null".utf8)
            return .null
        }
        if type == .number {
            guard JSONText.isNumber(cell) else { return nil }
            bytes.append(cell.baseAddress!, count: cell.count)
            return .number
        }
        // Spreadsheets write TRUE, programs true.
        if matches(cell, "true") {
            bytes.append("true".utf8)
            return .true
        }
        if matches(cell, "false") {
            bytes.append("false".utf8)
            return .false
        }
        return nil
    }

    private static func matches(_ cell: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
        guard cell.count == word.utf8CodeUnitCount else { return false }
        for index in 0..<cell.count where cell[index] | 0x20 != word.utf8Start[index] { return false }
        return true
    }

    /// What is wrong with a cell that `write` refused, and the offset within the cell.
    func fault(
        of cell: CSVCell, column: Int, base: UnsafePointer<UInt8>
    ) -> (message: String, help: String?, offset: Int) {
        let bytes = UnsafeBufferPointer(start: base + cell.start, count: cell.end - cell.start)
        if let offset = UTF8Check.firstInvalid(bytes) {
            return ("a byte that is not UTF-8 (column \"\(names[column])\")", "save the file as UTF-8", offset)
        }
        let whole = String(decoding: bytes.prefix(160), as: UTF8.self)
        let text = cell.isQuoted ? whole.replacingDoubledQuotes : whole
        let shown = text.count > 40 || bytes.count > 160 ? text.prefix(40) + "…" : text[...]
        if plans[column].type == .number {
            return (
                "\"\(shown)\" is not a number, but `columns` says that \"\(names[column])\" is one",
                "numbers are written as in JSON: -12.5, 3e8, no blanks, signs of currency or leading zeros", 0
            )
        }
        return (
            "\"\(shown)\" is neither true nor false, but `columns` says that \"\(names[column])\" is a boolean", nil, 0
        )
    }
}

extension ByteBuffer {
    /// Appends a cell's contents as the contents of a JSON string. In a quoted one a doubled quote stands for one.
    mutating func appendCSVCell(_ source: UnsafePointer<UInt8>, count length: Int, isQuoted: Bool) {
        var offset = 0
        reserve(length + 8)
        while offset < length {
            let byte = source[offset]
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                base[count] = byte
                count += 1
                offset += 1
                continue
            }
            reserve(length - offset + 8)
            base[count] = UInt8(ascii: "\\")
            switch byte {
            case UInt8(ascii: "\""):
                base[count + 1] = byte
                if isQuoted { offset += 1 }
            case UInt8(ascii: "\\"): base[count + 1] = byte
            case 0x0A: base[count + 1] = UInt8(ascii: "n")
            case 0x0D: base[count + 1] = UInt8(ascii: "r")
            case 0x09: base[count + 1] = UInt8(ascii: "t")
            default:
                base[count + 1] = UInt8(ascii: "u")
                base[count + 2] = UInt8(ascii: "0")
                base[count + 3] = UInt8(ascii: "0")
                base[count + 4] = JSONText.hexDigit(byte >> 4)
                base[count + 5] = JSONText.hexDigit(byte & 15)
                count += 4
            }
            count += 2
            offset += 1
        }
    }
}

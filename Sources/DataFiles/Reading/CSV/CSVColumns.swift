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
        var copying = Copying.none
        /// Nothing is made of it.
        var isOmitted = false
    }

    /// As what a cell may be copied as it stands.
    enum Copying: UInt8 {
        case none, string, number, boolean
    }

    private(set) var templates = ByteBuffer()
    let plans: UnsafeMutableBufferPointer<Plan>
    let names: [String]
    let syntax: CSVSyntax
    /// Whether columns have other names than in the file.
    let isRenamed: Bool
    private let sensitive: [String]

    init(names: [String], set: DataSet, syntax: CSVSyntax) {
        self.names = names
        self.syntax = syntax
        isRenamed = !set.fields.renamings.isEmpty
        sensitive = set.sensitive
        plans = .allocate(capacity: names.count)
        var isFirst = true
        for (index, name) in names.enumerated() {
            let type = set.type(ofColumn: name)
            if !set.fields.isNone, !set.fields.sends(name), !set.fields.isSource(name) {
                plans.initializeElement(
                    at: index,
                    to: Plan(
                        templateStart: 0, templateCount: 0, nameStart: 0, nameEnd: 0, isNameEscaped: false, type: type,
                        isString: false, isOmitted: true))
                continue
            }
            var quoted: [UInt8] = []
            JSONText.writeString(name, to: &quoted)
            let start = templates.count
            templates.append(UInt8(ascii: isFirst ? "{" : ","))
            isFirst = false
            templates.append(quoted)
            templates.append(UInt8(ascii: ":"))
            if type == .string { templates.append(UInt8(ascii: "\"")) }
            plans.initializeElement(
                at: index,
                to: Plan(
                    templateStart: start, templateCount: templates.count - start, nameStart: 2,
                    nameEnd: UInt32(quoted.count), isNameEscaped: quoted.count != name.utf8.count + 2, type: type,
                    isString: type == .string, copying: Self.copying(type, syntax)))
        }
    }

    private static func copying(_ type: ColumnType, _ syntax: CSVSyntax) -> Copying {
        switch type {
        case .string: .string
        case .number: syntax.dialect.decimal == UInt8(ascii: ".") ? .number : .none
        case .boolean: .boolean
        case .json: .none
        }
    }

    deinit { plans.deallocate() }

    func isSensitive(_ column: Int) -> Bool { sensitive.contains { $0.isSameBytes(as: names[column]) } }

    var count: Int { plans.count }

    /// Appends the member for a cell. False where the cell's value does not fit the column's type or is no UTF-8;
    /// then something was appended that must be dropped.
    @inline(__always)
    func write(_ cell: CSVCell, of column: Int, base: UnsafePointer<UInt8>, to record: inout RecordBuffer) -> Bool {
        let plan = plans[column]
        let before = UInt32(truncatingIfNeeded: record.count)
        let length = cell.end - cell.start
        if !syntax.isStandard || plan.isOmitted {
            if plan.isOmitted { return true }
            if isNull(cell, base: base) {
                writeNull(plan, to: &record)
                return true
            }
            if cell.needsDecoding { return writeDecoded(cell, plan, base: base, to: &record) }
        }
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
            if plan.type == .json, cell.isQuoted, cell.needsEscapes {
                record.bytes.count = record.start + Int(before)
                return writeDecoded(cell, plan, base: base, to: &record)
            }
            let text = UnsafeBufferPointer(start: base + cell.start, count: length)
            guard writeTyped(text, plan.type, field: &field, to: &record) else { return false }
        }
        record.add(field)
        return true
    }

    @inline(never)
    private func isNull(_ cell: CSVCell, base: UnsafePointer<UInt8>) -> Bool {
        (!cell.isQuoted || syntax.dialect.nullsMayBeQuoted)
            && syntax.nulls.contains(base + cell.start, count: cell.end - cell.start)
    }

    private func writeNull(_ plan: Plan, to record: inout RecordBuffer) {
        let before = UInt32(truncatingIfNeeded: record.count)
        let count = plan.templateCount - (plan.isString ? 1 : 0)
        record.bytes.append(templates.base + plan.templateStart, count: count)
        let start = UInt32(truncatingIfNeeded: record.count)
        record.bytes.append("null".utf8)
        record.add(
            RecordBuffer.Field(
                nameStart: before + plan.nameStart, nameEnd: before + plan.nameEnd, valueStart: start,
                valueEnd: start + 4, kind: .null, isNameEscaped: plan.isNameEscaped, isValueEscaped: false))
    }

    /// The same as `write` for a cell that is not as it stands.
    @inline(never)
    private func writeDecoded(
        _ cell: CSVCell, _ plan: Plan, base: UnsafePointer<UInt8>, to record: inout RecordBuffer
    ) -> Bool {
        guard case .success(let bytes) = cell.decoded(base, syntax: syntax) else { return false }
        let before = UInt32(truncatingIfNeeded: record.count)
        record.bytes.append(templates.base + plan.templateStart, count: plan.templateCount)
        var field = RecordBuffer.Field(
            nameStart: before + plan.nameStart, nameEnd: before + plan.nameEnd,
            valueStart: UInt32(truncatingIfNeeded: record.count), valueEnd: 0, kind: .string,
            isNameEscaped: plan.isNameEscaped, isValueEscaped: true)
        let isWritten = bytes.withUnsafeBufferPointer { bytes in
            if UTF8Check.firstInvalid(bytes) != nil { return false }
            if !plan.isString { return writeTyped(bytes, plan.type, field: &field, to: &record) }
            if let start = bytes.baseAddress { record.bytes.appendCSVCell(start, count: bytes.count, isQuoted: false) }
            field.valueEnd = UInt32(truncatingIfNeeded: record.count)
            record.bytes.append(UInt8(ascii: "\""))
            return true
        }
        if isWritten { record.add(field) }
        return isWritten
    }

    /// Appends the value of a cell that is not to be a string; false where it is none of its type.
    private func writeTyped(
        _ cell: UnsafeBufferPointer<UInt8>, _ type: ColumnType, field: inout RecordBuffer.Field,
        to record: inout RecordBuffer
    ) -> Bool {
        field.isValueEscaped = false
        if type == .json, !cell.isEmpty {
            return JSONCell.write(cell, field: &field, to: &record)
        }
        guard let kind = typedValue(cell, type: type, to: &record.bytes) else { return false }
        field.kind = kind
        field.valueEnd = UInt32(truncatingIfNeeded: record.count)
        return true
    }

    @inline(never)
    static func isMalformed(_ start: UnsafePointer<UInt8>, count: Int) -> Bool {
        UTF8Check.firstInvalid(UnsafeBufferPointer(start: start, count: count)) != nil
    }

    /// Appends the value of a number or boolean cell; nil where it is none.
    private func typedValue(
        _ cell: UnsafeBufferPointer<UInt8>, type: ColumnType, to bytes: inout ByteBuffer
    ) -> RecordBuffer.Kind? {
        if cell.isEmpty {
            bytes.append("null".utf8)
            return .null
        }
        if type == .number {
            if syntax.dialect.decimal != UInt8(ascii: ".") { return otherNumber(cell, to: &bytes) }
            guard JSONText.isNumber(cell) else { return nil }
            bytes.append(cell.baseAddress!, count: cell.count)
            return .number
        }
        // Spreadsheets write TRUE, programs true.
        if Self.matches(cell, "true") || Self.isOne(cell, of: syntax.dialect.trueWords) {
            bytes.append("true".utf8)
            return .true
        }
        if Self.matches(cell, "false") || Self.isOne(cell, of: syntax.dialect.falseWords) {
            bytes.append("false".utf8)
            return .false
        }
        return nil
    }

    /// The same for a number with another sign before its fraction.
    private func otherNumber(
        _ cell: UnsafeBufferPointer<UInt8>, to bytes: inout ByteBuffer
    ) -> RecordBuffer.Kind? {
        let decimal = syntax.dialect.decimal
        // A point is no mark of thousands to everybody: 1.234 must not become another number.
        if cell.contains(UInt8(ascii: ".")) { return nil }
        let number = cell.map { $0 == decimal ? UInt8(ascii: ".") : $0 }
        guard number.withUnsafeBufferPointer({ JSONText.isNumber($0) }) else { return nil }
        bytes.append(number)
        return .number
    }

    private static func isOne(_ cell: UnsafeBufferPointer<UInt8>, of words: [String]) -> Bool {
        words.contains { $0.utf8.elementsEqual(cell) }
    }

    private static func matches(_ cell: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
        guard cell.count == word.utf8CodeUnitCount else { return false }
        for index in 0..<cell.count where cell[index] | 0x20 != word.utf8Start[index] { return false }
        return true
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

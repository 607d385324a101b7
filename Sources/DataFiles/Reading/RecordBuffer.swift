/// One record as it will be sent, behind those that were written before it: JSON text, and where its fields stand.
struct RecordBuffer: ~Copyable {
    /// What a field's value is.
    enum Kind: UInt8 {
        case string, number, `true`, `false`, null, container
    }

    /// One member of the record's object. Offsets count from the record's first byte.
    struct Field {
        var nameStart: UInt32
        var nameEnd: UInt32
        /// Strings: without the quotes.
        var valueStart: UInt32
        var valueEnd: UInt32
        var kind: Kind
        /// Whether name and value hold JSON escapes.
        var isNameEscaped: Bool
        var isValueEscaped: Bool
    }

    /// One record, for as long as nothing is written behind it.
    struct Record {
        var text: UnsafePointer<UInt8>
        var count: Int
        var fields: UnsafePointer<Field>
        var fieldCount: Int
        var line: Int
        /// See `RecordBuffer.shape`.
        var shape: Int

        /// A field's name as the record writes it.
        @inline(__always)
        func name(of field: Field) -> UnsafeBufferPointer<UInt8> {
            UnsafeBufferPointer(start: text + Int(field.nameStart), count: Int(field.nameEnd - field.nameStart))
        }

        /// A field's name without JSON escapes.
        func plainName(of field: Field) -> [UInt8] {
            field.isNameEscaped ? JSONUnescape.bytes(name(of: field)) : Array(name(of: field))
        }

        /// A field's value as the record writes it; of a string without the quotes.
        @inline(__always)
        func value(of field: Field) -> UnsafeBufferPointer<UInt8> {
            UnsafeBufferPointer(start: text + Int(field.valueStart), count: Int(field.valueEnd - field.valueStart))
        }
    }

    var bytes = ByteBuffer(capacity: 16 << 10)
    /// Where the current record begins in `bytes`.
    private(set) var start = 0
    private var fields: UnsafeMutablePointer<Field>
    /// Where the current record begins in `fields`.
    private(set) var fieldStart = 0
    private(set) var fieldCount = 0
    private var fieldCapacity = 32
    /// Whether the fields of the records before stay, as their text does.
    private let keepsFields: Bool
    private let collectsFields: Bool
    /// The line of the record's first byte, and its offset in the file.
    var line = 0
    var offset = 0
    /// Records of one shape, other than 0, have the same names in the same order.
    var shape = 0

    /// Without `collectingFields` only the text is wanted.
    init(keepingFields: Bool = false, collectingFields: Bool = true) {
        keepsFields = keepingFields
        collectsFields = collectingFields
        fields = .allocate(capacity: fieldCapacity)
    }

    deinit { fields.deallocate() }

    /// Length of the current record.
    var count: Int { bytes.count - start }

    /// The current record's first byte.
    var text: UnsafePointer<UInt8> { UnsafePointer(bytes.base + start) }

    /// The current record.
    var record: Record {
        Record(
            text: text, count: count, fields: fields + fieldStart, fieldCount: fieldCount, line: line, shape: shape)
    }

    /// A record that was written before, out of what was noted of it.
    func record(text: Range<Int>, fields range: Range<Int>, line: Int, shape: Int) -> Record {
        Record(
            text: UnsafePointer(bytes.base + text.lowerBound), count: text.count,
            fields: fields + range.lowerBound, fieldCount: range.count, line: line, shape: shape)
    }

    /// A new record begins at the end of `bytes`.
    mutating func begin() {
        start = bytes.count
        if keepsFields { fieldStart += fieldCount }
        fieldCount = 0
        shape = 0
    }

    /// Drops what was written of the current record.
    mutating func rewind() {
        bytes.count = start
        fieldCount = 0
    }

    /// Drops everything but the current record, which moves to the front.
    mutating func keepCurrent() {
        bytes.keep(from: start)
        start = 0
    }

    /// Drops everything.
    mutating func clear() {
        bytes.count = 0
        start = 0
        fieldStart = 0
        fieldCount = 0
    }

    @inline(__always)
    mutating func add(_ field: Field) {
        if !collectsFields { return }
        if fieldStart + fieldCount == fieldCapacity { growFields() }
        fields[fieldStart + fieldCount] = field
        fieldCount += 1
    }

    /// Makes room for that many fields more.
    @inline(__always)
    mutating func reserveFields(_ count: Int) {
        while fieldStart + fieldCount + count > fieldCapacity { growFields() }
    }

    /// The same as `add`, where there is room.
    @inline(__always)
    mutating func addReserved(_ field: Field) {
        if !collectsFields { return }
        fields[fieldStart &+ fieldCount] = field
        fieldCount &+= 1
    }

    @inline(never)
    private mutating func growFields() {
        let larger = UnsafeMutablePointer<Field>.allocate(capacity: fieldCapacity * 2)
        larger.update(from: fields, count: fieldCapacity)
        fields.deallocate()
        fields = larger
        fieldCapacity *= 2
    }
}

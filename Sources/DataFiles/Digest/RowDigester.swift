import Model
import Platform

/// What the sorted list of a data set's rows holds of one row.
struct RowEntry {
    /// Of what its primary key may mean; see `KeySpelling`.
    var key: Digest128
    var content: Digest128
    /// How the key is spelled, in the upper 24 bits, and the row's number.
    private var word: UInt64

    init(key: Digest128, content: Digest128, spelling: KeySpelling = .plainText, row: UInt64) {
        self.key = key
        self.content = content
        word = UInt64(spelling.code) << 40 | row
    }

    /// The row's number in the data set, from 0, as the readers count.
    var row: UInt64 { word & 0xFF_FFFF_FFFF }
    var spelling: KeySpelling { KeySpelling(code: UInt32(truncatingIfNeeded: word >> 40)) }

    /// Sorted by key, then by its spelling, rows of one spelling in the order of the files.
    @inline(__always)
    static func precedes(_ left: RowEntry, _ right: RowEntry) -> Bool {
        if left.key.low != right.key.low { return left.key.low < right.key.low }
        if left.key.high != right.key.high { return left.key.high < right.key.high }
        return left.word < right.word
    }
}

extension Digest128 {
    // Every row is compared a few times; `==` and `<` of another module would be calls.
    @inline(__always)
    func isSame(as other: Digest128) -> Bool { low == other.low && high == other.high }

    @inline(__always)
    func comesBefore(_ other: Digest128) -> Bool { low == other.low ? high < other.high : low < other.low }
}

/// Computes the digests of rows from their JSON text.
///
/// The content of a row is digested in normal form, version `DataSurvey.digestVersion`. Its fields are sorted by the
/// bytes of their unescaped names. First comes the digest of all names (each its length in four bytes and its bytes),
/// which most rows of a file share, then the values in that order. A value is a tag byte and, where there is more to
/// say, a length in four bytes and bytes: `s` a string unescaped, `d` a number in normal form, `t`, `f`, `n` the words,
/// `[` and `{` a container of that many values or members, each member its name and value, sorted likewise. A string of
/// fewer than 128 bytes has 0x80 and its length in one byte before it instead.
/// The key is digested as what it may mean, and how it is spelled is kept beside it: see `KeySpelling`.
struct RowDigester: ~Copyable {
    /// Why a row has no digest.
    enum Fault: Error {
        case noKey, nullKey, emptyKey, booleanKey, containerKey, duplicateName
        /// Each value is the name of its column: files were joined with their headers.
        case repeatedHeader

        static let repeatedHeaderMessage = "the header stands here again, as a row"
        static let repeatedHeaderHelp =
            "take this line away: it comes from files that were joined with their headers"
    }

    private let primaryKey: [UInt8]
    /// The key of a row that repeats a header; nil where there are no headers.
    private let headerKey: Digest128?
    private var normal = NormalForm()
    private var names = ByteBuffer()
    private var name: UnsafeMutablePointer<Name>
    /// Order of the fields in the record before: nearly always that of this one too.
    private(set) var order: UnsafeMutablePointer<Int>
    private var orderCount = 0
    private var capacity = 32
    /// The primary key's field of the record that was digested last.
    private(set) var keyField = 0
    /// The shape that `order` and `keyField` are of; see `RecordBuffer.shape`.
    private var shape = 0
    /// The sorted names of the record before, each with its length, and their digest.
    private var framedNames = ByteBuffer()
    private var framedNamesBefore = ByteBuffer()
    private(set) var namesDigest = SipHash128().finalize()

    private struct Name {
        var start: UnsafePointer<UInt8>
        var count: Int
    }

    /// - Parameter hasHeaders: Whether files of the set begin with the names of their columns.
    init(primaryKey: String, hasHeaders: Bool = false) {
        self.primaryKey = Array(primaryKey.utf8)
        var hash = SipHash128()
        self.primaryKey.withUnsafeBytes { hash.combine(bytes: $0) }
        headerKey = hasHeaders ? hash.finalize() : nil
        name = .allocate(capacity: capacity)
        order = .allocate(capacity: capacity)
    }

    deinit {
        name.deallocate()
        order.deallocate()
    }

    /// The digests of the current record.
    mutating func digest(_ record: RecordBuffer.Record, row: UInt64) throws(Fault) -> RowEntry {
        if record.shape == 0 || record.shape != shape { try learnNames(of: record) }
        let key = try keyDigest(record.fields[keyField], in: record)
        if let headerKey, key.digest.isSame(as: headerKey), Self.repeatsNames(record) { throw .repeatedHeader }
        normal.begin(names: namesDigest)
        for index in 0..<record.fieldCount {
            let field = record.fields[order[index]]
            let isWhole = normal.append(
                value: record.text + Int(field.valueStart), count: Int(field.valueEnd - field.valueStart),
                kind: field.kind, isEscaped: field.isValueEscaped)
            if !isWhole { throw .duplicateName }
        }
        return RowEntry(key: key.digest, content: normal.digest(), spelling: key.spelling, row: row)
    }

    @inline(never)
    private static func repeatsNames(_ record: RecordBuffer.Record) -> Bool {
        (0..<record.fieldCount).allSatisfy { index in
            let field = record.fields[index]
            let count = Int(field.nameEnd - field.nameStart)
            return field.kind == .string && Int(field.valueEnd - field.valueStart) == count
                && Bytes.compare(
                    record.text + Int(field.nameStart), record.text + Int(field.valueStart), count: count) == 0
        }
    }

    @inline(never)
    private mutating func learnNames(of record: RecordBuffer.Record) throws(Fault) {
        shape = 0
        let count = record.fieldCount
        collectNames(record)
        guard sortNames(count) else { throw .duplicateName }
        guard let found = primaryKeyField(count) else { throw .noKey }
        keyField = found
        shape = record.shape
        framedNames.count = 0
        for index in 0..<count {
            let name = name[order[index]]
            framedNames.reserve(name.count + 4)
            framedNames.appendReserved(UInt32(truncatingIfNeeded: name.count))
            framedNames.append(name.start, count: name.count)
        }
        let isAsBefore =
            framedNames.count == framedNamesBefore.count
            && Bytes.compare(framedNames.base, framedNamesBefore.base, count: framedNames.count) == 0
        if isAsBefore { return }
        swap(&framedNames, &framedNamesBefore)
        var hash = SipHash128()
        hash.combine(bytes: UnsafeRawBufferPointer(framedNamesBefore.bytes))
        namesDigest = hash.finalize()
    }

    /// The text of that record's primary key as it is sent: a JSON string or number.
    func keyText(of record: RecordBuffer.Record) -> UnsafeBufferPointer<UInt8> {
        let field = record.fields[keyField]
        let quote = field.kind == .string ? 1 : 0
        return UnsafeBufferPointer(
            start: record.text + Int(field.valueStart) - quote,
            count: Int(field.valueEnd - field.valueStart) + 2 * quote)
    }

    private mutating func collectNames(_ record: RecordBuffer.Record) {
        let count = record.fieldCount
        if count > capacity {
            name.deallocate()
            order.deallocate()
            capacity = count
            name = .allocate(capacity: capacity)
            order = .allocate(capacity: capacity)
            orderCount = 0
        }
        if count != orderCount {
            for index in 0..<count { order[index] = index }
            orderCount = count
        }
        names.count = 0
        for index in 0..<count {
            let field = record.fields[index]
            let start = record.text + Int(field.nameStart)
            let length = Int(field.nameEnd - field.nameStart)
            if field.isNameEscaped {
                // Once and for all names, because a buffer that grows would leave their pointers behind.
                if names.count == 0 { names.reserve(record.count) }
                let from = names.count
                JSONUnescape.append(start, count: length, to: &names)
                name[index] = Name(start: names.base + from, count: names.count - from)
            } else {
                name[index] = Name(start: start, count: length)
            }
        }
    }

    /// Sorts `order`; false where two names are equal.
    private mutating func sortNames(_ count: Int) -> Bool {
        if count > 64 {
            let names = name
            var sorted = UnsafeMutableBufferPointer(start: order, count: count)
            sorted.sort { Self.compare(names[$0], names[$1]) < 0 }
            for index in 1..<count where Self.compare(name[order[index - 1]], name[order[index]]) == 0 { return false }
            return true
        }
        guard count > 1 else { return true }
        for index in 1..<count {
            let moving = order[index]
            var place = index
            while place > 0 {
                let comparison = Self.compare(name[order[place - 1]], name[moving])
                if comparison == 0 { return false }
                if comparison < 0 { break }
                order[place] = order[place - 1]
                place -= 1
            }
            order[place] = moving
        }
        return true
    }

    @inline(__always)
    private static func compare(_ left: Name, _ right: Name) -> Int {
        let result = Bytes.compare(left.start, right.start, count: min(left.count, right.count))
        return result != 0 ? result : left.count - right.count
    }

    private func primaryKeyField(_ count: Int) -> Int? {
        for index in 0..<count where name[index].count == primaryKey.count {
            if Bytes.compare(name[index].start, primaryKey, count: primaryKey.count) == 0 { return index }
        }
        return nil
    }

    private mutating func keyDigest(
        _ field: RecordBuffer.Field, in record: RecordBuffer.Record
    ) throws(Fault) -> (digest: Digest128, spelling: KeySpelling) {
        switch field.kind {
        case .null: throw .nullKey
        case .true, .false: throw .booleanKey
        case .container: throw .containerKey
        case .string, .number: break
        }
        if field.valueStart == field.valueEnd { throw .emptyKey }
        normal.begin()
        let spelling = normal.appendKey(
            record.text + Int(field.valueStart), count: Int(field.valueEnd - field.valueStart), kind: field.kind,
            isEscaped: field.isValueEscaped)
        return (normal.digest(), spelling)
    }
}

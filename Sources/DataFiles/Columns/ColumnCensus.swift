import Model

/// Takes down of each row which columns it has, and of a sample of rows a digest of each value.
struct ColumnCensus: ~Copyable {
    private(set) var memory = ColumnMemory()
    private let types: [[UInt8]: ColumnType]
    private var numbers: [[UInt8]: Int] = [:]
    /// The columns of a record in the order of its sorted names, by the digest of those.
    private var layouts: [Digest128: [Int]] = [:]
    private var layout: [Int] = []
    private var layoutNames: Digest128?
    /// The shape whose columns have been taken down, and whether each record of it must be looked at.
    private var shape = 0
    private var looksAtEach = true
    private var normal = NormalForm()

    /// Beyond so many sets of names they are looked up anew.
    private static let maxLayouts = 1000
    /// A table of more columns than that is not one to be compared by columns.
    private static let maxColumns = 2000

    /// Files of so many bytes have far more rows than the sample may hold: it begins smaller.
    private static let largeBytes = 64 << 20

    init(_ set: DataSet) {
        if set.byteCount > Self.largeBytes { memory.threshold = .max / 8 }
        types = Dictionary(set.columns.map { (Array($0.key.utf8), $0.value) }) { first, _ in first }
    }

    /// - Parameters:
    ///   - order: Numbers of the record's fields, sorted by their names.
    ///   - names: The digest of all names.
    @inline(__always)
    mutating func look(
        at record: RecordBuffer.Record, key: Digest128, names: Digest128, order: UnsafePointer<Int>
    ) {
        if record.shape == 0 || record.shape != shape || looksAtEach || key.low <= memory.threshold {
            lookClosely(at: record, key: key, names: names, order: order)
        }
    }

    @inline(never)
    private mutating func lookClosely(
        at record: RecordBuffer.Record, key: Digest128, names: Digest128, order: UnsafePointer<Int>
    ) {
        if layoutNames != names { learn(names, of: record, order: order) }
        if record.shape != shape || record.shape == 0 { begin(record) }
        if looksAtEach {
            for index in 0..<record.fieldCount {
                let column = layout[index]
                if column >= 0 { memory.columns[column].kinds.formUnion(Self.kinds(record.fields[order[index]].kind)) }
            }
        }
        if key.low <= memory.threshold { sample(record, key: key, order: order) }
    }

    /// The types of a CSV file's columns are known beforehand, but for those of JSON.
    private mutating func begin(_ record: RecordBuffer.Record) {
        shape = record.shape
        looksAtEach = record.shape == 0
        if looksAtEach { return }
        for column in layout where column >= 0 {
            switch types[memory.columns[column].name] {
            case nil, .string: memory.columns[column].kinds.insert(.string)
            case .number: memory.columns[column].kinds.insert(.number)
            case .boolean: memory.columns[column].kinds.insert(.boolean)
            case .json: looksAtEach = true
            }
        }
    }

    private static func kinds(_ kind: RecordBuffer.Kind) -> ColumnMemory.Kinds {
        switch kind {
        case .string: .string
        case .number: .number
        case .true, .false: .boolean
        case .container: .container
        case .null: []
        }
    }

    private mutating func learn(_ names: Digest128, of record: RecordBuffer.Record, order: UnsafePointer<Int>) {
        layoutNames = names
        if let known = layouts[names] {
            layout = known
            return
        }
        layout = (0..<record.fieldCount).map { index in
            let name = record.plainName(of: record.fields[order[index]])
            if let known = numbers[name] { return known }
            if memory.columns.count >= Self.maxColumns { return -1 }
            memory.columns.append(ColumnMemory.Column(name: name, kinds: []))
            numbers[name] = memory.columns.count - 1
            return memory.columns.count - 1
        }
        if layouts.count >= Self.maxLayouts { layouts.removeAll() }
        layouts[names] = layout
    }

    private mutating func sample(_ record: RecordBuffer.Record, key: Digest128, order: UnsafePointer<Int>) {
        var digests = [UInt32](repeating: 0, count: memory.columns.count)
        for index in 0..<record.fieldCount where layout[index] >= 0 {
            let field = record.fields[order[index]]
            normal.begin()
            _ = normal.append(
                value: record.text + Int(field.valueStart), count: Int(field.valueEnd - field.valueStart),
                kind: field.kind, isEscaped: field.isValueEscaped)
            // Not 0, which means that there is none.
            digests[layout[index]] = normal.quickDigest() | 1
        }
        memory.rows.append(ColumnMemory.Row(key: key.low, digests: digests))
        // Seldom: each time half of them go.
        if memory.rows.count > ColumnMemory.maxRows || memory.rows.count & 255 == 0 { memory.shrink() }
    }

    /// What the ledger is to remember.
    mutating func finish() -> ColumnMemory {
        memory.shrink()
        memory.rows.sort { $0.key < $1.key }
        return memory
    }
}

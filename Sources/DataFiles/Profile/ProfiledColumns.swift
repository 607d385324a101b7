/// The columns of all rows so far.
struct ProfiledColumns {
    private let sensitive: [String]
    private var columns: [ProfiledColumn] = []
    private var numbers: [[UInt8]: Int] = [:]
    /// The columns of the record before, by the places of its fields.
    private var layout: [Int] = []
    private var shape = 0

    /// A table of more columns than that is profiled by its first.
    private static let maxColumns = 2000

    init(sensitive: [String]) {
        self.sensitive = sensitive
    }

    mutating func add(_ record: RecordBuffer.Record) {
        if record.shape == 0 || record.shape != shape { learn(record) }
        for index in 0..<record.fieldCount where layout[index] >= 0 {
            let field = record.fields[index]
            let text = record.value(of: field)
            if field.isValueEscaped, field.kind == .string {
                // Columns look at whole words.
                let unescaped = JSONUnescape.bytes(text) + Array(repeating: 0, count: 8)
                unescaped.withUnsafeBufferPointer {
                    columns[layout[index]].add(UnsafeBufferPointer(rebasing: $0.dropLast(8)), field.kind)
                }
            } else {
                columns[layout[index]].add(text, field.kind)
            }
        }
    }

    private mutating func learn(_ record: RecordBuffer.Record) {
        shape = record.shape
        while layout.count < record.fieldCount { layout.append(-1) }
        for index in 0..<record.fieldCount {
            let field = record.fields[index]
            // Rows of JSON mostly have their fields in one order.
            let known = layout[index]
            if known >= 0, !field.isNameEscaped, columns[known].name.elementsEqual(record.name(of: field)) { continue }
            let name = record.plainName(of: field)
            if let found = numbers[name] {
                layout[index] = found
            } else if columns.count < Self.maxColumns {
                layout[index] = columns.count
                numbers[name] = columns.count
                columns.append(ProfiledColumn(name: name))
            } else {
                layout[index] = -1
            }
        }
    }

    func profile(rows: Int) -> DataProfile {
        DataProfile(
            rows: rows,
            columns: columns.map { column in
                let name = String(decoding: column.name, as: UTF8.self)
                return column.profile(rows: rows, isSensitive: sensitive.contains { $0.isSameBytes(as: name) })
            })
    }
}

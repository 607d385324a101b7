import Model

/// What the columns of a data set hold, as far as one reading tells.
package struct DataProfile: Sendable {
    package struct Column: Sendable {
        package var name: String
        /// What all values are, by their looks: `string`, `number`, `boolean`, `json`, several with "or" between them, or
        /// `empty` where there is no value.
        package var type: String
        /// Whether they are texts that look like it, so that a CSV column may be declared so.
        package var isTextOnly: Bool
        /// Rows without a value: null, an empty text, or no such field.
        package var nulls: Int
        /// Different values; an estimate beyond a few thousand.
        package var distinct: Int
        package var isDistinctExact: Bool
        /// The least and the greatest value: numbers by value, else texts by their bytes, cut. Nil without a value, and for
        /// sensitive columns.
        package var min: String?
        package var max: String?
        /// Characters of the longest value.
        package var longest: Int
        /// The first value, cut. Nil without a value, and for sensitive columns.
        package var example: String?
        package var isSensitive: Bool
        /// All values where they are few, sorted; nil for others and for sensitive columns.
        package var values: [String]?
    }

    package var rows: Int
    package var columns: [Column]
}

/// Reads a data set for its profile.
package enum DataProfiler {
    /// Blocks. What cannot be read is left out and told in the diagnostics; memory does not grow with the files.
    package static func profile(
        _ set: DataSet, sensitive: [String], onProgress: (ReadingProgress) -> Void = { _ in },
        isCancelled: () -> Bool = { false }
    ) -> (profile: DataProfile, diagnostics: [Diagnostic]) {
        let problems = ProblemList()
        var columns = ProfiledColumns(sensitive: sensitive)
        var record = RecordBuffer()
        var rows = 0
        var bytes = 0
        let totalBytes =
            set.files.contains(where: \.isCompressed)
            ? nil : set.files.reduce(0) { $0 + ((try? FileStamp(ofPathOf: $1))?.size ?? 0) }
        for (index, file) in set.files.enumerated() {
            do throws(DataProblems) {
                let (reader, stamp) = try RecordReaders.open(
                    file, of: set, tuning: Tuning(), problems: problems, shape: index + 1)
                while reader.next(into: &record) {
                    if rows & 4095 == 0 {
                        if isCancelled() { return (columns.profile(rows: rows), []) }
                        onProgress(ReadingProgress(rows: rows, bytes: bytes + record.offset, totalBytes: totalBytes))
                    }
                    columns.add(record.record)
                    rows += 1
                    record.clear()
                }
                bytes += stamp.size
            } catch {
                problems.add(error)
            }
        }
        return (columns.profile(rows: rows), problems.isEmpty ? [] : problems.problems.diagnostics)
    }
}

/// The columns of all rows so far.
private struct ProfiledColumns {
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
            let text = UnsafeBufferPointer(
                start: record.text + Int(field.valueStart), count: Int(field.valueEnd - field.valueStart))
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
            let text = UnsafeBufferPointer(
                start: record.text + Int(field.nameStart), count: Int(field.nameEnd - field.nameStart))
            // Rows of JSON mostly have their fields in one order.
            let known = layout[index]
            if known >= 0, !field.isNameEscaped, columns[known].name.elementsEqual(text) { continue }
            let name = field.isNameEscaped ? JSONUnescape.bytes(text) : Array(text)
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

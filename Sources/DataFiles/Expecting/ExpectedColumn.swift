import JSON
import Model
import Platform

/// What is expected of one field, and what was found.
struct ExpectedColumn {
    /// By the name in the manifest.
    enum Rule: String, CaseIterable {
        case required, unique, pattern, min, max
        case maxLength = "max_length"
        case oneOf = "one_of"

        /// What is said of the field of a row, behind its name.
        func violated(_ column: Expectations.Column) -> String {
            switch self {
            case .required: "is missing or empty"
            case .unique: "is that of another row, too"
            case .pattern: "does not match \(column.pattern ?? "")"
            case .min: "is below \(column.min ?? ""), or not a number"
            case .max: "is above \(column.max ?? ""), or not a number"
            case .maxLength: "is longer than \(column.maxLength ?? 0) characters"
            case .oneOf:
                "is none of " + (column.oneOf ?? []).prefix(8).joined(separator: ", ")
                    + ((column.oneOf?.count ?? 0) > 8 ? ", …" : "")
            }
        }
    }

    struct Violations {
        var count = 0
        /// Of the first.
        var places: [SourceLocation] = []

        static let shown = 5
    }

    let expectation: Expectations.Column
    private let name: [UInt8]
    private let values: ExpectedValues?
    private let bounds: (min: NumberBound?, max: NumberBound?)
    private var pattern: PatternSearch?
    private let sorter: RowSorter?
    /// Index of the field in the record; -1 where it has none.
    private var field = -1
    private(set) var isSeen = false
    private var found: [Violations]

    init(_ expectation: Expectations.Column, directory: String, tuning: Tuning) {
        self.expectation = expectation
        name = Array(expectation.name.utf8)
        values = expectation.oneOf.map(ExpectedValues.init)
        bounds = (expectation.min.map(NumberBound.init), expectation.max.map(NumberBound.init))
        pattern = expectation.pattern.flatMap(PatternSearch.init)
        sorter = expectation.isUnique ? RowSorter(directory: directory, tuning: tuning) : nil
        found = Array(repeating: Violations(), count: Rule.allCases.count)
    }

    var violations: [(Rule, Violations)] { zip(Rule.allCases, found).map { ($0, $1) } }

    /// Finds the field in a record; those of the same shape have it in the same place.
    mutating func find(in record: RecordBuffer.Record) {
        field = -1
        for index in 0..<record.fieldCount {
            let candidate = record.fields[index]
            let isSame =
                candidate.isNameEscaped
                ? record.plainName(of: candidate) == name : record.name(of: candidate).elementsEqual(name)
            if isSame { field = index }
        }
    }

    mutating func look(at record: RecordBuffer.Record, row: Int, in file: DataFile) throws(DataProblems) {
        var isThere = false
        if field >= 0 {
            isSeen = true
            let value = record.fields[field]
            isThere = value.kind != .null && (value.kind != .string || value.valueEnd > value.valueStart)
            if isThere { try look(at: value, of: record, row: row, in: file) }
        }
        if !isThere, expectation.isRequired { add(.required, record, file) }
    }

    private mutating func look(
        at value: RecordBuffer.Field, of record: RecordBuffer.Record, row: Int, in file: DataFile
    ) throws(DataProblems) {
        let text = record.value(of: value)
        if !value.isValueEscaped { return try look(at: text, value.kind, record, row: row, in: file) }
        var failure: DataProblems?
        JSONUnescape.bytes(text).withUnsafeBufferPointer { bytes in
            do throws(DataProblems) {
                try look(at: bytes, value.kind, record, row: row, in: file)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    private mutating func look(
        at text: UnsafeBufferPointer<UInt8>, _ kind: RecordBuffer.Kind, _ record: RecordBuffer.Record, row: Int,
        in file: DataFile
    ) throws(DataProblems) {
        if pattern != nil, pattern?.isFound(in: text) == false { add(.pattern, record, file) }
        if bounds.min != nil || bounds.max != nil { look(atNumber: text, kind, record, file) }
        if let most = expectation.maxLength, text.count > most, ByteScanning.scalars(in: text) > most {
            add(.maxLength, record, file)
        }
        if let values, !values.contains(text) { add(.oneOf, record, file) }
        guard let sorter else { return }
        var hash = SipHash128()
        hash.combine(bytes: UnsafeRawBufferPointer(text))
        try sorter.add(RowEntry(key: hash.finalize(), content: Digest128(low: 0, high: 0), row: UInt64(row)))
    }

    private mutating func look(
        atNumber text: UnsafeBufferPointer<UInt8>, _ kind: RecordBuffer.Kind, _ record: RecordBuffer.Record,
        _ file: DataFile
    ) {
        let isNumber = kind == .number || (kind == .string && JSONText.isNumber(text))
        if let low = bounds.min, !isNumber || low.compare(text) > 0 { add(.min, record, file) }
        if let high = bounds.max, !isNumber || high.compare(text) < 0 { add(.max, record, file) }
    }

    private mutating func add(_ rule: Rule, _ record: RecordBuffer.Record, _ file: DataFile) {
        let index = Rule.allCases.firstIndex(of: rule) ?? 0
        found[index].count += 1
        if found[index].places.count < Violations.shown {
            found[index].places.append(SourceLocation(path: file.displayPath, line: record.line))
        }
    }

    /// Rows whose value a row before has; nil where the field need not be unique.
    mutating func repeated(in set: DataSet, tuning: Tuning) throws(DataProblems) -> (Rule, Violations)? {
        guard let sorter else { return nil }
        var violations = Violations()
        var rows: [UInt64] = []
        var cursor = try sorter.finish().cursor()
        var last: RowEntry?
        while let entry = try cursor.next() {
            if let before = last, before.key.isSame(as: entry.key) {
                violations.count += 1
                if rows.count < Violations.shown || entry.row < rows[rows.count - 1] {
                    rows.append(entry.row)
                    rows.sort()
                    rows = Array(rows.prefix(Violations.shown))
                }
            }
            last = entry
        }
        if rows.isEmpty { return nil }
        let places = DuplicateRows.places(of: Set(rows), in: set, tuning: tuning)
        violations.places = rows.compactMap { places[$0]?.location }
        return (.unique, violations)
    }
}

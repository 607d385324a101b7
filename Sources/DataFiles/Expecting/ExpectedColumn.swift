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
            let text = UnsafeBufferPointer(
                start: record.text + Int(candidate.nameStart), count: Int(candidate.nameEnd - candidate.nameStart))
            if candidate.isNameEscaped ? JSONUnescape.bytes(text) == name : text.elementsEqual(name) { field = index }
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
        let text = UnsafeBufferPointer(
            start: record.text + Int(value.valueStart), count: Int(value.valueEnd - value.valueStart))
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

/// A number to compare others with.
private struct NumberBound {
    let text: [UInt8]
    private let small: Double?

    init(_ text: String) {
        self.text = Array(text.utf8)
        small = self.text.withUnsafeBufferPointer { Self.exactOrder($0) }
    }

    /// Below, at or above zero, as the bound is below, equal to or above the number, exactly.
    func compare(_ number: UnsafeBufferPointer<UInt8>) -> Int {
        if let small, let other = Self.exactOrder(number) { return small < other ? -1 : small > other ? 1 : 0 }
        return JSONNumber.compare(text, Array(number))
    }

    /// The nearest double, for numbers of which two different ones never share it: up to 15 digits, no exponent.
    private static func exactOrder(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        guard text.count <= 16 else { return nil }
        var (digits, scale, isFraction) = (0, 0, false)
        let isNegative = text.first == UInt8(ascii: "-")
        for byte in text.dropFirst(isNegative ? 1 : 0) {
            if byte == UInt8(ascii: ".") {
                isFraction = true
            } else if byte &- UInt8(ascii: "0") < 10 {
                digits = digits * 10 + Int(byte &- UInt8(ascii: "0"))
                if isFraction { scale += 1 }
            } else {
                return nil
            }
        }
        guard digits < 1_000_000_000_000_000 else { return nil }
        let value = Double(digits) / powers[scale]
        return isNegative ? -value : value
    }

    private static let powers: [Double] = (0...16).map { exponent in (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
}

/// Looks for a pattern, or for the text that it is where it has no signs of a pattern.
private struct PatternSearch {
    private let literal: [UInt8]?
    private var pattern: ValuePattern

    init?(_ text: String) {
        guard let pattern = try? ValuePattern(text) else { return nil }
        self.pattern = pattern
        let isLiteral = !text.isEmpty && !text.utf8.contains { ".[]()|*+?{}^$\\".utf8.contains($0) }
        literal = isLiteral ? Array(text.utf8) : nil
    }

    mutating func isFound(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let literal else { return pattern.isFound(in: text) }
        guard let start = text.baseAddress else { return false }
        var offset = 0
        while offset + literal.count <= text.count {
            guard
                let found = Bytes.firstIndex(
                    of: literal[0], in: start + offset, count: text.count - offset - literal.count + 1)
            else { return false }
            offset += found
            if Bytes.compare(start + offset, literal, count: literal.count) == 0 { return true }
            offset += 1
        }
        return false
    }
}

/// The values that a field may have.
private struct ExpectedValues {
    private let few: [[UInt8]]
    private let many: Set<[UInt8]>

    init(_ texts: [String]) {
        let all = texts.map { Array($0.utf8) }
        (few, many) = all.count <= 16 ? (all, []) : ([], Set(all))
    }

    func contains(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        for value in few where value.count == text.count {
            guard let start = text.baseAddress, !value.isEmpty else { return true }
            if Bytes.compare(start, value, count: value.count) == 0 { return true }
        }
        return !many.isEmpty && many.contains(Array(text))
    }
}

import Model

/// What a ledger remembers of columns: their names, what values they had, and of a sample of rows a digest of each value.
///
/// The sample is of the rows whose key digests are the lowest, so that the samples of two uploads hold the same keys;
/// of a set of few rows it is all of them. It takes a megabyte at most, however many rows and columns there are.
package struct ColumnMemory: Sendable, Hashable {
    /// What values of a column were seen, null aside.
    struct Kinds: OptionSet, Hashable {
        let rawValue: UInt8

        static let string = Kinds(rawValue: 1)
        static let number = Kinds(rawValue: 2)
        static let boolean = Kinds(rawValue: 4)
        static let container = Kinds(rawValue: 8)

        /// In words; what has no value but null has none.
        var words: String {
            let names = [(Kinds.string, "string"), (.number, "number"), (.boolean, "boolean"), (.container, "json")]
            return names.filter { contains($0.0) }.map(\.1).joined(separator: " or ")
        }
    }

    struct Column: Hashable {
        var name: [UInt8]
        var kinds: Kinds
    }

    /// A row of the sample; a digest of 0 means that the row has no such column.
    struct Row: Hashable {
        /// The lower half of its key's digest.
        var key: UInt64
        /// By the number of the column; columns that came later are missing at the end.
        var digests: [UInt32]
    }

    /// At most so many rows, and so many bytes.
    static let maxRows = 4096
    static let maxBytes = 1 << 20

    var columns: [Column] = []
    /// Keys above it are not in the sample.
    var threshold = UInt64.max
    var rows: [Row] = []

    /// Whether the sample is all rows.
    var isWhole: Bool { threshold == .max }

    /// Halves the sample until it is small enough.
    mutating func shrink() {
        while rows.count > max(64, min(Self.maxRows, Self.maxBytes / (8 + 4 * columns.count))) {
            threshold /= 2
            rows.removeAll { $0.key > threshold }
        }
    }

    /// The names and types of the columns.
    package var shown: [ColumnChanges.Column] {
        columns.map { ColumnChanges.Column(name: String(decoding: $0.name, as: UTF8.self), type: $0.kinds.words) }
    }

    // MARK: - On disk

    /// Shape, integers little-endian: the columns' number and each one's kinds, name length and name; the threshold; the
    /// rows' number and each one's key and digests.
    var bytes: [UInt8] {
        var out: [UInt8] = []
        func add(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { out += $0 } }
        add(UInt32(columns.count))
        for column in columns {
            add(column.kinds.rawValue)
            add(UInt32(column.name.count))
            out += column.name
        }
        add(threshold)
        add(UInt32(rows.count))
        for row in rows {
            add(row.key)
            for index in columns.indices { add(index < row.digests.count ? row.digests[index] : 0) }
        }
        return out
    }

    init() {}

    /// Nil where the bytes are not what was written.
    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        func integer<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
            let count = MemoryLayout<Value>.size
            guard rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count).reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
        }
        guard let columnCount = integer(UInt32.self) else { return nil }
        for _ in 0..<columnCount {
            guard let kinds = integer(UInt8.self), let count = integer(UInt32.self), rest.count >= count else {
                return nil
            }
            columns.append(Column(name: Array(rest.prefix(Int(count))), kinds: Kinds(rawValue: kinds)))
            rest = rest.dropFirst(Int(count))
        }
        guard let threshold = integer(UInt64.self), let rowCount = integer(UInt32.self) else { return nil }
        self.threshold = threshold
        for _ in 0..<rowCount {
            guard let key = integer(UInt64.self), rest.count >= 4 * columns.count else { return nil }
            rows.append(Row(key: key, digests: columns.map { _ in integer(UInt32.self) ?? 0 }))
        }
        if !rest.isEmpty { return nil }
    }
}

extension ColumnMemory {
    /// How the columns differ from those of before.
    ///
    /// - Parameter changedRows: How many rows changed, of which the sample may hold but some.
    func changes(since before: ColumnMemory, changedRows: Int) -> ColumnChanges {
        var changes = ColumnChanges()
        func text(_ name: [UInt8]) -> String { String(decoding: name, as: UTF8.self) }
        let old = Dictionary(before.columns.enumerated().map { ($1.name, $0) }) { first, _ in first }
        var pairs: [(name: [UInt8], old: Int, new: Int)] = []
        for (index, column) in columns.enumerated() {
            guard let place = old[column.name] else {
                changes.added.append(ColumnChanges.Column(name: text(column.name), type: column.kinds.words))
                continue
            }
            pairs.append((column.name, place, index))
            let (from, to) = (before.columns[place].kinds, column.kinds)
            if from != to, !from.isEmpty, !to.isEmpty {
                changes.retyped.append(ColumnChanges.Retyped(name: text(column.name), from: from.words, to: to.words))
            }
        }
        let names = Set(columns.map(\.name))
        for column in before.columns where !names.contains(column.name) {
            changes.removed.append(ColumnChanges.Column(name: text(column.name), type: column.kinds.words))
        }
        count(pairs, since: before, changedRows: changedRows, into: &changes)
        return changes
    }

    private func count(
        _ pairs: [(name: [UInt8], old: Int, new: Int)], since before: ColumnMemory, changedRows: Int,
        into changes: inout ColumnChanges
    ) {
        let known = Dictionary(before.rows.map { ($0.key, $0.digests) }) { first, _ in first }
        var counts = [Int](repeating: 0, count: pairs.count)
        var sampled = 0
        for row in rows where row.key <= before.threshold {
            guard let other = known[row.key] else { continue }
            func digest(_ digests: [UInt32], _ index: Int) -> UInt32 { index < digests.count ? digests[index] : 0 }
            var isChanged = row.digests.count != other.count || columns.count != before.columns.count
            for (index, pair) in pairs.enumerated() where digest(row.digests, pair.new) != digest(other, pair.old) {
                counts[index] += 1
                isChanged = true
            }
            if isChanged { sampled += 1 }
        }
        changes.isExact = isWhole && before.isWhole
        let factor = changes.isExact || sampled == 0 ? 1 : max(1, Double(changedRows) / Double(sampled))
        for (index, pair) in pairs.enumerated() where counts[index] > 0 {
            changes.changed.append(
                ColumnChanges.Changed(
                    name: String(decoding: pair.name, as: UTF8.self),
                    rows: Int((Double(counts[index]) * factor).rounded())))
        }
        changes.changed.sort { $0.rows > $1.rows }
    }
}

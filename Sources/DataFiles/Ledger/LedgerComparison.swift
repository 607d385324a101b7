import Model

/// A row of the files beside what the ledger says of its key. One of the two at least is there.
struct LedgerPair {
    var row: RowEntry?
    var known: LedgerEntry?
    /// Whether the row stands in the files under another spelling of its key, so that a service may take the two for
    /// different rows, or for one: the known one has to go before the row of the files comes.
    var isRespelt = false
    /// Whether the row has to be sent because what is deleted for another spelling might take it along.
    var mustBeSent = false

    /// Whether the service has, or has refused, the row exactly as it stands in the files.
    ///
    /// A row that went from the files and is back is none of that: its time to live was not renewed meanwhile.
    var isUnchanged: Bool {
        guard let row, let known, !mustBeSent else { return false }
        return known.state != .kept && row.content.isSame(as: known.content)
    }

    /// Whether the service refused the row exactly as it stands in the files.
    var isStandingRejected: Bool { isUnchanged && known.unsafelyUnwrapped.state.wasRefused }
}

/// Goes through the sorted rows and the sorted ledger side by side.
struct LedgerComparison: ~Copyable {
    private var rows: SortedRows.Cursor
    private var row: RowEntry?
    private var entries: LedgerReader.Entries?
    private var known: LedgerEntry?
    /// Pairs of keys that may mean the same, in reverse.
    private var group: [LedgerPair] = []

    private init(_ rows: SortedRows.Cursor, ledger: LedgerReader?) {
        self.rows = rows
        entries = ledger?.entries()
    }

    /// Begins at the smallest key. Without a ledger every row stands alone.
    static func begin(
        _ rows: SortedRows, with ledger: LedgerReader?, buffer: SortedRows.Buffer? = nil
    ) throws(DataProblems) -> LedgerComparison {
        var comparison = LedgerComparison(try rows.cursor(buffer: buffer), ledger: ledger)
        _ = try comparison.nextRow()
        _ = try comparison.nextKnown()
        return comparison
    }

    /// The pair of the next key; nil after the last. Rows that share a key come one after another.
    @inline(__always)
    mutating func next() throws(DataProblems) -> LedgerPair? {
        if let pair = group.popLast() { return pair }
        guard let row else {
            guard known != nil else { return nil }
            return LedgerPair(row: nil, known: try nextKnown())
        }
        guard let known else {
            return LedgerPair(row: try nextRow(), known: nil)
        }
        if row.key.isSame(as: known.key) { return try nextOfOneMeaning() }
        return row.key.comesBefore(known.key)
            ? LedgerPair(row: try nextRow(), known: nil) : LedgerPair(row: nil, known: try nextKnown())
    }

    /// The first pair of rows and known ones whose keys may mean the same: nearly always there is one of each.
    private mutating func nextOfOneMeaning() throws(DataProblems) -> LedgerPair? {
        guard let firstRow = try nextRow(), let firstKnown = try nextKnown() else { return nil }
        let isAlone =
            row?.key.isSame(as: firstRow.key) != true && known?.key.isSame(as: firstRow.key) != true
        if isAlone, firstRow.spelling == firstKnown.spelling { return LedgerPair(row: firstRow, known: firstKnown) }
        var rows = [firstRow]
        var entries = [firstKnown]
        while row?.key.isSame(as: firstRow.key) == true, let next = try nextRow() { rows.append(next) }
        while known?.key.isSame(as: firstRow.key) == true, let next = try nextKnown() { entries.append(next) }
        group = Self.pairs(rows, entries).reversed()
        return group.popLast()
    }

    /// Rows in their order, each with the known one of its spelling, then the known ones that are left.
    ///
    /// Texts are told apart by their spelling. Where a number is among them and a known one is left over, that one is
    /// in the way of every row: a service by text or one by value takes it for the same.
    private static func pairs(_ rows: [RowEntry], _ entries: [LedgerEntry]) -> [LedgerPair] {
        var left = entries
        var pairs = rows.map { row in
            let index = left.firstIndex { $0.spelling == row.spelling }
            return LedgerPair(row: row, known: index.map { left.remove(at: $0) })
        }
        let hasNumber = rows.contains { $0.spelling.isNumber } || entries.contains { $0.spelling.isNumber }
        if left.isEmpty || !hasNumber { return pairs + left.map { LedgerPair(row: nil, known: $0) } }
        if rows.count == 1, entries.count == 1 {
            return [LedgerPair(row: rows[0], known: entries[0], isRespelt: true)]
        }
        for index in pairs.indices {
            pairs[index].isRespelt = true
            pairs[index].mustBeSent = true
        }
        return pairs + left.map { LedgerPair(row: nil, known: $0, isRespelt: true) }
    }

    @inline(__always)
    private mutating func nextRow() throws(DataProblems) -> RowEntry? {
        let taken = row
        row = try rows.next()
        return taken
    }

    @inline(__always)
    private mutating func nextKnown() throws(DataProblems) -> LedgerEntry? {
        let taken = known
        known = try entries?.next()
        return taken
    }
}

import Model

/// A row of the files beside what the ledger says of its key. One of the two at least is there.
struct LedgerPair {
    var row: RowEntry?
    var known: LedgerEntry?

    /// Whether the service has, or has refused, the row exactly as it stands in the files.
    ///
    /// A row that went from the files and is back is none of that: its time to live was not renewed meanwhile.
    var isUnchanged: Bool {
        guard let row, let known else { return false }
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
        guard let row else {
            guard known != nil else { return nil }
            return LedgerPair(row: nil, known: try nextKnown())
        }
        guard let known else {
            return LedgerPair(row: try nextRow(), known: nil)
        }
        if row.key.isSame(as: known.key) { return LedgerPair(row: try nextRow(), known: try nextKnown()) }
        return row.key.comesBefore(known.key)
            ? LedgerPair(row: try nextRow(), known: nil) : LedgerPair(row: nil, known: try nextKnown())
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

import Model

/// The digest of a data set, out of its sorted rows, and the rows that share a key, which are neighbours there.
struct SetDigest {
    let digest: Digest128
    let duplicates: DuplicateRows

    /// Goes through the rows once, beside the ledger's, and shows each pair to `body`.
    init(
        _ set: DataSet, rowCount: Int, sorter: RowSorter, sorted: SortedRows, ledger: LedgerReader? = nil,
        body: (LedgerPair) -> Void = { _ in }
    ) throws(DataProblems) {
        var keyName = SipHash128()
        keyName.combine(set.primaryKey)
        let name = keyName.finalize()
        var hash = SipHash128()
        let header = [
            UInt64(DataSurvey.digestVersion), name.low, name.high, set.ttlSeconds == nil ? 0 : 1,
            UInt64(set.ttlSeconds ?? 0), UInt64(rowCount),
        ]
        for word in header { hash.combine(word) }
        var duplicates = DuplicateRows()
        var last: RowEntry?
        var comparison = try LedgerComparison.begin(sorted, with: ledger, buffer: sorter.mergeBuffer)
        while let pair = try comparison.next() {
            body(pair)
            guard let entry = pair.row else { continue }
            hash.combine(entry.key.low)
            hash.combine(entry.key.high)
            hash.combine(entry.content.low)
            hash.combine(entry.content.high)
            if let first = last, first.key == entry.key {
                duplicates.add(first: first.row, second: entry.row)
            } else {
                last = entry
            }
        }
        digest = hash.finalize()
        self.duplicates = duplicates
    }
}

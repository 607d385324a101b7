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
        var pending = DigestWords()
        var comparison = try LedgerComparison.begin(sorted, with: ledger, buffer: sorter.mergeBuffer)
        while let pair = try comparison.next() {
            body(pair)
            guard let entry = pair.row else { continue }
            pending.append(entry)
            if pending.isFull { pending.flush(into: &hash) }
            if let first = last, first.key.isSame(as: entry.key),
                first.spelling == entry.spelling || first.spelling.isNumber || entry.spelling.isNumber
            {
                duplicates.add(first: first.row, second: entry.row)
            } else {
                last = entry
            }
        }
        pending.flush(into: &hash)
        digest = hash.finalize()
        self.duplicates = duplicates
    }
}

/// Collects the digests of rows, so that they are hashed many at a time.
private struct DigestWords: ~Copyable {
    private static let capacity = 1024

    private let words = UnsafeMutablePointer<UInt64>.allocate(capacity: DigestWords.capacity)
    private var count = 0

    deinit { words.deallocate() }

    var isFull: Bool { count == Self.capacity }

    @inline(__always)
    mutating func append(_ entry: RowEntry) {
        words[count] = entry.key.low.littleEndian
        words[count + 1] = entry.key.high.littleEndian
        words[count + 2] = entry.content.low.littleEndian
        words[count + 3] = entry.content.high.littleEndian
        count += 4
    }

    mutating func flush(into hash: inout SipHash128) {
        hash.combine(bytes: UnsafeRawBufferPointer(start: words, count: count * 8))
        count = 0
    }
}

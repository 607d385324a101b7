/// An upload that ended before its time: the one place that says what of it still counts.
package struct InterruptedBatch: Sendable, Hashable {
    /// Seconds after which nobody takes it up any more.
    package static let window = 15 * 60

    package let batch: AppliedBatch
    /// Whether nothing about its requests is in doubt: cut by the same limits, touched a moment ago, the last not sent.
    private let isFresh: Bool

    /// - Parameters:
    ///   - known: What the marker says of the rows; where it says anything, no upload is open.
    ///   - maxRows: The limits that cut the rows into requests now.
    ///   - now: Unix seconds.
    /// - Returns: Nil where no upload was interrupted.
    package init?(_ applied: AppliedConnection?, known: DataStamp?, maxRows: Int, maxBytes: Int, now: Int) {
        guard known == nil, let batch = applied?.batch else { return nil }
        self.batch = batch
        isFresh =
            batch.phase != .completing && batch.maxRows == maxRows && batch.maxBytes == maxBytes
            && (0...Self.window).contains(now - batch.touched)
    }

    /// What the ledger belongs to against which it goes on; nil where it does not.
    package var base: DataStamp? { isFresh ? batch.base : nil }

    /// Whether it carries these rows: of any others nobody knows which of its own are there.
    package func carries(_ digest: String) -> Bool { batch.digest == digest }

    /// Whether only its own ledger knows all rows that may be at the service. Of a batch that goes on with the same rows
    /// the ledger before says what it is to delete.
    package func needsItsOwnLedger(for digest: String) -> Bool {
        batch.phase != .sending && !(isFresh && carries(digest))
    }

    /// Whether an upload of these rows takes it up where it ended.
    ///
    /// - Parameter sequence: Which rows a request holds; nil where that is not known.
    package func goesOn(digest: String, isDelta: Bool, sequence: String?) -> Bool {
        guard isFresh, carries(digest), batch.isDelta == isDelta else { return false }
        return batch.phase == .deleting || (sequence != nil && batch.sequence == sequence)
    }
}

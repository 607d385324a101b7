import Model
import Platform

/// What was done with the rows that went from the files.
package enum RemovedRowsOutcome: Sendable, Hashable {
    /// Their deletes succeeded.
    case deleted
    /// They were left in place.
    case kept
}

extension RowLedger {
    /// Puts the ledger of a completed upload in place: written aside, synced, renamed, the directory synced.
    ///
    /// - `identity`: what the marker says now.
    /// - `rows`: those of the survey that the upload was made from. They remember the ledger before.
    /// - `sent`: the selection that was uploaded; nil where nothing was: the marker equals the files and the ledger was
    ///   lost, so the files alone say what is there. Which rows had been rejected is then forgotten.
    /// - `rejected`: numbers, in the data set, of the rows of `sent` that the service refused.
    /// - `mayHaveEarlierRows`: whether the service may have rows that the ledger before does not know, which is so
    ///   unless the connection was created for this upload or the ledger before began that way.
    ///
    /// Blocks. Errors: the directory cannot be written to. The ledger before is then untouched.
    package static func write(
        path: String, identity: LedgerIdentity, rows: SurveyedRows, sent: RowSelection?, rejected: Set<Int>,
        removed: RemovedRowsOutcome, mayHaveEarlierRows: Bool = true, calls: SystemCalls = .system
    ) throws(DataProblems) {
        let outcome = UploadOutcome(
            sent: sent, rejected: rejected, removed: removed, mayHaveEarlierRows: mayHaveEarlierRows)
        let empty = LedgerHeader(
            identity: identity, counts: RowStateCounts(), slotCount: 0, keyBytes: 0, body: 0)
        var file = try LedgerFile(path: path, header: empty, calls: calls)
        // The slots, in the ledger before, of rows that are no longer in the files and stay in the ledger.
        let kept = try outcome.kept(of: rows)
        let ranks = kept.ranks()
        var counts = RowStateCounts()
        var comparison = try LedgerComparison.begin(rows.sorted, with: rows.ledger)
        while let pair = try comparison.next() {
            guard let state = outcome.state(after: pair) else { continue }
            counts[state] += 1
            if let row = pair.row, !outcome.keepsSpelling(pair) {
                try file.add(
                    LedgerEntry(
                        key: row.key, content: row.content, spelling: row.spelling, slot: Int(row.row), state: state))
            } else if var known = pair.known {
                // The texts of rows that stay follow those of the files, in the order that they had.
                known.slot = rows.notes.rowCount + kept.rank(of: known.slot, in: ranks)
                known.state = state
                try file.add(known)
            }
        }
        let keyBytes = try addKeyTexts(of: rows, kept: kept, to: &file)
        let columnBytes = try file.add(rows.columns)
        try file.finish(
            identity: identity, counts: counts, slotCount: rows.notes.rowCount + kept.total, keyBytes: keyBytes,
            columnBytes: columnBytes)
    }

    /// Gives a ledger that `write` made another name in its directory, durably; one of that name before is replaced.
    /// Errors: there is no such file, or the disk's.
    package static func move(
        from: String, to path: String, calls: SystemCalls = .system
    ) throws(DataProblems) {
        try LedgerFile.move(from, to: path, calls: calls)
    }

    private static func addKeyTexts(
        of rows: SurveyedRows, kept: RowBitmap, to file: inout LedgerFile
    ) throws(DataProblems) -> Int {
        var bytes = 0
        var notes = rows.notes.cursor()
        while try notes.next() != nil { bytes += try file.add(keyText: notes.keyText) }
        guard let ledger = rows.ledger, let first = kept.next(from: 0) else { return bytes }
        var texts = ledger.keyTexts()
        var next: Int? = first
        while let slot = next {
            bytes += try file.add(keyText: try texts.text(ofSlot: slot))
            next = kept.next(from: slot + 1)
        }
        return bytes
    }
}

/// How an upload changes what a ledger says.
private struct UploadOutcome {
    var sent: RowSelection?
    var rejected: Set<Int>
    var removed: RemovedRowsOutcome
    var mayHaveEarlierRows: Bool

    /// The slots, in the ledger before, of texts that the next one needs.
    func kept(of rows: SurveyedRows) throws(DataProblems) -> RowBitmap {
        var kept = removed == .kept ? rows.gone : RowBitmap(count: rows.hasRespelt ? rows.gone.count : 0)
        guard rows.hasRespelt else { return kept }
        var comparison = try LedgerComparison.begin(rows.sorted, with: rows.ledger)
        while let pair = try comparison.next() {
            if keepsSpelling(pair), let known = pair.known { kept.insert(known.slot) }
        }
        return kept
    }

    /// Whether the service has the row under the spelling of the ledger before: it was not sent under its new one.
    func keepsSpelling(_ pair: LedgerPair) -> Bool {
        guard pair.isRespelt, let row = pair.row, pair.known != nil, let sent else { return false }
        return !sent.contains(row: Int(row.row))
    }

    /// The state in the next ledger; nil where the row is not in it.
    func state(after pair: LedgerPair) -> RowState? {
        guard let row = pair.row else {
            // What stood in the way of a respelt row was deleted before it.
            guard let known = pair.known, known.state.isThere, removed == .kept, !pair.isRespelt else { return nil }
            return .kept
        }
        let number = Int(row.row)
        guard let sent else { return .live }
        guard sent.contains(row: number) else { return pair.known?.state ?? .live }
        guard rejected.contains(number) else { return .live }
        if pair.isRespelt { return .rejected }
        let mayBeThere = pair.known?.state.isThere ?? mayHaveEarlierRows
        return mayBeThere ? .stale : .rejected
    }
}

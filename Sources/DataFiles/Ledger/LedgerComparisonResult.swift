import Model

/// Collects what a comparison with a ledger comes to: counts, and one bit a row for what is to be sent or removed.
struct LedgerComparisonResult {
    private var changes = RowChanges()
    private let retryRejected: Bool
    /// Rows that are neither unchanged nor, unless they are tried again, rejected as they stand.
    private var delta: RowBitmap
    /// Made when the first such row is met: nearly always there is none.
    private var standing: RowBitmap?
    private(set) var gone: RowBitmap
    /// Slots of rows that stand in the files under another spelling of their key; made when the first is met.
    private var respelt: (delta: RowBitmap, full: RowBitmap)?

    /// Numbers of the first rows of each kind, and slots of those that left.
    private var firsts = RowFirsts()

    var hasRespelt: Bool { respelt != nil }

    init(rowCount: Int, slotCount: Int, retryRejected: Bool) {
        self.retryRejected = retryRejected
        delta = RowBitmap(count: slotCount == 0 ? 0 : rowCount)
        gone = RowBitmap(count: slotCount)
    }

    mutating func count(_ pair: LedgerPair) {
        if let known = pair.known, known.state.isThere { changes.thereBefore += 1 }
        if pair.isRespelt { countRespelt(pair) }
        guard let row = pair.row else {
            if pair.isRespelt { return }
            guard let known = pair.known, known.state.isThere else { return }
            if known.state == .kept {
                changes.kept += 1
            } else {
                changes.removed += 1
                firsts.removed.add(known.slot)
            }
            gone.insert(known.slot)
            return
        }
        let number = Int(row.row)
        if pair.isStandingRejected {
            changes.standingRejected += 1
            firsts.rejected.add(number)
            if retryRejected { delta.insert(number) } else { leaveOut(number) }
        } else if pair.isUnchanged {
            changes.unchanged += 1
        } else {
            // Without a ledger there is no delta.
            if delta.count > 0 { delta.insert(number) }
            if let known = pair.known, known.state != .kept {
                changes.changed += 1
                firsts.changed.add(number)
            } else {
                changes.added += 1
                firsts.added.add(number)
            }
        }
    }

    /// What has to go before the row of the files comes: with a delta where that is sent, else with a full upload.
    private mutating func countRespelt(_ pair: LedgerPair) {
        guard let known = pair.known, known.state.isThere else { return }
        // In place: a copy of the bitmaps for each row would cost a million times their size.
        if respelt == nil { respelt = (RowBitmap(count: gone.count), RowBitmap(count: gone.count)) }
        let isSent = !pair.isUnchanged || retryRejected && pair.isStandingRejected
        if isSent {
            changes.respelt += 1
            if let row = pair.row { firsts.respelt.add(Int(row.row)) }
            respelt!.delta.insert(known.slot)
        }
        if isSent || !pair.isStandingRejected { respelt!.full.insert(known.slot) }
    }

    private mutating func leaveOut(_ number: Int) {
        if standing == nil { standing = RowBitmap(count: delta.count) }
        standing!.insert(number)
    }

    /// The whole answer.
    ///
    /// - Parameter paths: Of the files, to be shown.
    func survey(
        _ survey: DataSurvey, rows: SurveyedRows, paths: [String], limits: RequestLimits
    ) throws(DataProblems) -> LedgerSurvey {
        let full =
            if let standing {
                try RowSelection(standing.inverted, notes: rows.notes, limits: limits)
            } else {
                RowSelection(all: survey, notes: rows.notes)
            }
        guard let ledger = rows.ledger else {
            return LedgerSurvey(survey: survey, changes: nil, delta: nil, full: full, rows: rows, removed: nil)
        }
        var preview = try firsts.preview(rows, of: ledger, paths: paths)
        let isChanged = changes.added + changes.changed + changes.removed > 0
        if isChanged, let before = try ledger.columns() {
            let columns = rows.columns.changes(since: before, changedRows: changes.changed)
            preview.columns = columns.isEmpty ? nil : columns
        }
        return LedgerSurvey(
            survey: survey, changes: changes, delta: try RowSelection(delta, notes: rows.notes, limits: limits),
            full: full, rows: rows, removed: RemovedKeys(gone, of: ledger),
            respelt: respelt.map { (RemovedKeys($0.delta, of: ledger), RemovedKeys($0.full, of: ledger)) },
            preview: preview)
    }
}

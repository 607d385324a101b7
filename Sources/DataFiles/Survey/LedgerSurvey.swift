import Model

/// What a data set holds, beside what the ledger says of the service.
package struct LedgerSurvey: Sendable {
    package let survey: DataSurvey
    /// Nil without a ledger: then nothing is known of the rows at the service.
    package let changes: RowChanges?
    /// What brings the service up to date: rows added and changed, and with `retryRejected` those that stand rejected.
    /// Nil without a ledger.
    package let delta: RowSelection?
    /// What a full upload sends: all rows, but those that stand rejected unless `retryRejected`.
    package let full: RowSelection
    /// For `RowLedger.write`.
    package let rows: SurveyedRows
    /// For deletes; nil without a ledger.
    package let removed: RemovedKeys?
    /// The first rows of each kind, and what became of columns; nil without a ledger.
    package let preview: RowPreview?
    private let respelt: (delta: RemovedKeys, full: RemovedKeys)?

    init(
        survey: DataSurvey, changes: RowChanges?, delta: RowSelection?, full: RowSelection, rows: SurveyedRows,
        removed: RemovedKeys?, respelt: (delta: RemovedKeys, full: RemovedKeys)? = nil, preview: RowPreview? = nil
    ) {
        self.preview = preview
        self.survey = survey
        self.changes = changes
        self.delta = delta
        self.full = full
        self.rows = rows
        self.removed = removed
        self.respelt = respelt
    }

    /// Keys that are spelled otherwise than the rows to be sent and may mean the same: they are deleted right before the
    /// batch becomes visible, so that each row is there once, whether the service reads keys by text or by value. Nil
    /// where there are none.
    package func respelt(isDelta: Bool) -> RemovedKeys? {
        let keys = isDelta ? respelt?.delta : respelt?.full
        return keys.flatMap { $0.count > 0 ? $0 : nil }
    }
}

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
}

/// The rows of a survey, kept until the next ledger is written: in temporary files without names, about 60 bytes a
/// row, but for small sets, which stay in memory. They go away with the last copy of this.
package struct SurveyedRows: Sendable {
    let sorted: SortedRows
    let notes: RowNotes
    package let columns: ColumnMemory
    /// What the rows were compared with.
    let ledger: LedgerReader?
    /// Slots, in that ledger, of rows that the service may have and the files no longer hold.
    let gone: RowBitmap
    /// Whether a row stands in the files under another spelling of its key than in that ledger.
    let hasRespelt: Bool
}

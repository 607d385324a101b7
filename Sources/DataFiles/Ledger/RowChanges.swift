/// What a data set's rows are beside those of a ledger.
package struct RowChanges: Sendable, Hashable {
    /// Rows that the ledger does not know, or that went from the files before and are back.
    package var added = 0
    /// Rows of other content.
    package var changed = 0
    /// Rows that the service has as they are.
    package var unchanged = 0
    /// Rows that the service refused as they are.
    package var standingRejected = 0
    /// Rows that went from the files since the ledger was written, and that the service may have.
    package var removed = 0
    /// Rows that went from the files before and were left in place.
    package var kept = 0

    /// Of the rows to be sent, those that the service may have under another spelling of their key, such as 1 for 1.0.
    package var respelt = 0

    package init() {}

    /// How many rows the service may have of those that the ledger knows; a limit on removals counts against it.
    package var thereBefore = 0
}

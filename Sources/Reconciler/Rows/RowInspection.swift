/// What is to be told of rows beside their counts.
package struct RowInspection: Sendable {
    /// Whether the service is asked for its schema, where no ledger remembers columns: a request for each such upload.
    package var readsSchema = false
    /// How many changed rows of each connection are read back and shown beside those of the files.
    package var comparedRows = 0
    /// Gets all of it as lines of JSON; nil where nobody wants them.
    package var lines: (any RowLines)?

    package init() {}
}

/// Where lines of JSON about rows go.
package protocol RowLines: Sendable {
    /// Calls `produce` once, with what takes a line and its end. Blocks. Errors: the lines cannot be kept; then there are
    /// none.
    func write(
        _ produce: ((_ line: [UInt8]) throws(StepFailure) -> Void) throws(StepFailure) -> Void
    ) throws(StepFailure)
}

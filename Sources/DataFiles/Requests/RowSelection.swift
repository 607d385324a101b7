/// Rows of a surveyed data set to be sent: all, or some of them. Holds what is needed to find them.
package struct RowSelection: Sendable {
    package internal(set) var rowCount: Int
    /// Bytes of the records as they are sent, without the commas between them.
    package internal(set) var byteCount: Int
    /// Exact for the limits that the survey was given.
    package internal(set) var requestCount: Int
    /// Which rows, by number; nil for all.
    let rows: RowBitmap?
    let notes: RowNotes

    /// Whether that row, by its number in the data set, is one of them.
    package func contains(row: Int) -> Bool { rows?.contains(row) ?? true }

    /// All rows.
    init(all survey: DataSurvey, notes: RowNotes) {
        rowCount = survey.rowCount
        byteCount = survey.byteCount
        requestCount = survey.requestCount
        rows = nil
        self.notes = notes
    }

    /// Some rows; reads the notes for their sizes.
    init(_ rows: RowBitmap, notes: RowNotes, limits: RequestLimits) throws(DataProblems) {
        self.rows = rows
        self.notes = notes
        (rowCount, byteCount) = (0, 0)
        var cutter = RequestCutter(limits: limits)
        var cursor = notes.cursor()
        var next = rows.next(from: 0)
        while let row = next {
            let size = try cursor.note(ofRow: row).size
            rowCount += 1
            byteCount += size
            _ = cutter.beginsRequest(rowOfBytes: size)
            next = rows.next(from: row + 1)
        }
        requestCount = cutter.requestCount
    }
}

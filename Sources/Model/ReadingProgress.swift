/// How far the reading of one connection's data files is.
package struct ReadingProgress: Sendable, Hashable {
    package var rows: Int
    /// Bytes of the files' text.
    package var bytes: Int
    /// Of all files; nil where some are packed, so that nobody knows before the end.
    package var totalBytes: Int?

    package init(rows: Int, bytes: Int, totalBytes: Int?) {
        self.rows = rows
        self.bytes = bytes
        self.totalBytes = totalBytes
    }
}

/// How far the upload of one connection is.
package struct UploadProgress: Sendable, Hashable {
    /// Rows that the service has, those of an earlier process included.
    package var rows = 0
    package var totalRows: Int
    /// Rows that an earlier process had confirmed.
    package var resumedRows = 0
    /// Requests that succeeded in this process, and bytes of their bodies.
    package var requests = 0
    package var bytes = 0
    /// Requests that were sent again.
    package var retries = 0
    /// Seconds since the upload began.
    package var seconds = 0.0

    package init(totalRows: Int) {
        self.totalRows = totalRows
    }

    /// Rows a second in this process; nil while there is nothing to tell from.
    package var rowsPerSecond: Double? {
        let sent = rows - resumedRows
        return seconds > 0 && sent > 0 ? Double(sent) / seconds : nil
    }

    /// Bytes a second in this process; nil while there is nothing to tell from.
    package var bytesPerSecond: Double? { seconds > 0 && bytes > 0 ? Double(bytes) / seconds : nil }

    /// Seconds that the rest will take at the rate so far; nil while there is no rate.
    package var secondsLeft: Double? { rowsPerSecond.map { Double(max(0, totalRows - rows)) / $0 } }
}

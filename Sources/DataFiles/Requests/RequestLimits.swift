/// Limits that cut the rows of a data set into requests.
package struct RequestLimits: Sendable, Hashable {
    /// Rows of one request.
    package var maxRows = 5000
    /// Bytes of one request's records and the commas between them, without what surrounds them.
    package var maxBytes = 8 << 20

    package init(maxRows: Int = 5000, maxBytes: Int = 8 << 20) {
        self.maxRows = maxRows
        self.maxBytes = maxBytes
    }
}

/// Decides where one request ends and the next begins, from the sizes of the rows alone.
///
/// The survey and the upload both ask it, so they agree about every boundary.
struct RequestCutter {
    private let limits: RequestLimits
    private var rows = 0
    private var bytes = 0
    private(set) var requestCount = 0

    init(limits: RequestLimits) {
        self.limits = limits
    }

    /// Takes the size of the next row; true where this row begins a new request. A row never goes missing: one that
    /// is larger than a request gets a request of its own.
    mutating func beginsRequest(rowOfBytes size: Int) -> Bool {
        if rows > 0, rows < limits.maxRows, bytes + 1 + size <= limits.maxBytes {
            rows += 1
            bytes += 1 + size
            return false
        }
        rows = 1
        bytes = size
        requestCount += 1
        return true
    }
}

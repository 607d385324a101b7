import Model

/// One upload request's worth of rows.
package struct RowChunk: Sendable, Hashable {
    /// Number of the request within the set, from 0.
    package var index: Int
    /// Number of its first row in the set, from 0; that of the first one left where rows were taken out.
    package var firstRow: Int { rows.first?.number ?? 0 }
    package var rowCount: Int { rows.count }
    /// JSON objects joined by commas, without the brackets around them.
    package var records: [UInt8]
    /// Whether this is the last request of the set.
    package var isLast: Bool

    /// What is known of one row beside its text.
    struct Row: Sendable, Hashable {
        /// Number in the set, from 0.
        var number: Int
        /// Behind the record's last byte in `records`.
        var end: Int
        /// The record's first line in its file.
        var line: Int
        /// Index in `paths`.
        var file: Int
    }

    private var rows: [Row]
    /// Display paths of the set's files.
    private let paths: [String]

    init(index: Int, records: [UInt8], rows: [Row], paths: [String], isLast: Bool) {
        self.index = index
        self.records = records
        self.rows = rows
        self.paths = paths
        self.isLast = isLast
    }

    /// The rows of that range, numbered within the chunk; for narrowing down rejected rows.
    package func slice(_ range: Range<Int>) -> RowChunk { keeping(range.map { $0 }) }

    /// All rows but those, numbered within the chunk.
    package func removing(_ removed: Set<Int>) -> RowChunk {
        keeping(rows.indices.filter { !removed.contains($0) })
    }

    /// File and first line of a row, numbered within the chunk.
    package func origin(ofRow row: Int) -> SourceLocation {
        SourceLocation(path: paths[rows[row].file], line: rows[row].line)
    }

    /// Number in the data set, from 0, of a row that is numbered within the chunk.
    package func number(ofRow row: Int) -> Int { rows[row].number }

    /// One record's JSON text.
    package func record(ofRow row: Int) -> ArraySlice<UInt8> { records[bytes(ofRow: row)] }

    /// The value of a row's primary key as JSON, cut where it is long, for reports.
    package func primaryKeyText(ofRow row: Int, primaryKey: String) -> String {
        PrimaryKeyText.shown(ofRecord: record(ofRow: row), primaryKey: primaryKey)
    }

    private func bytes(ofRow row: Int) -> Range<Int> { (row == 0 ? 0 : rows[row - 1].end + 1)..<rows[row].end }

    private func keeping(_ kept: [Int]) -> RowChunk {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(kept.reduce(0) { $0 + self.bytes(ofRow: $1).count + 1 })
        var left: [Row] = []
        left.reserveCapacity(kept.count)
        for row in kept {
            if !left.isEmpty { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: records[self.bytes(ofRow: row)])
            var place = rows[row]
            place.end = bytes.count
            left.append(place)
        }
        return RowChunk(index: index, records: bytes, rows: left, paths: paths, isLast: isLast)
    }
}

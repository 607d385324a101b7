import Model

/// Reads a data set for its profile.
package enum DataProfiler {
    /// Blocks. What cannot be read is left out and told in the diagnostics; memory does not grow with the files.
    package static func profile(
        _ set: DataSet, sensitive: [String], onProgress: (ReadingProgress) -> Void = { _ in },
        isCancelled: () -> Bool = { false }
    ) -> (profile: DataProfile, diagnostics: [Diagnostic]) {
        let problems = ProblemList()
        var columns = ProfiledColumns(sensitive: sensitive)
        var record = RecordBuffer()
        var rows = 0
        var bytes = 0
        let totalBytes =
            set.files.contains(where: \.isCompressed) ? nil : set.byteCount
        for (index, file) in set.files.enumerated() {
            do throws(DataProblems) {
                let (reader, stamp) = try RecordReaders.open(
                    file, of: set, tuning: Tuning(), problems: problems, shape: index + 1)
                while reader.next(into: &record) {
                    if rows & 4095 == 0 {
                        if isCancelled() { return (columns.profile(rows: rows), []) }
                        onProgress(ReadingProgress(rows: rows, bytes: bytes + record.offset, totalBytes: totalBytes))
                    }
                    columns.add(record.record)
                    rows += 1
                    record.clear()
                }
                bytes += stamp.size
            } catch {
                problems.add(error)
            }
        }
        return (columns.profile(rows: rows), problems.isEmpty ? [] : problems.problems.diagnostics)
    }
}

import JSON
import Model
import Platform

/// Goes once through the rows of a data set, in their order, as they would be sent. Blocks while it reads.
package struct RowScan {
    /// A row: JSON text, and where it stands.
    package struct Row: Sendable, Hashable {
        package var text: [UInt8]
        package var place: SourceLocation
    }

    /// So many rows, each with the same chance; the same seed picks the same rows of the same files.
    ///
    /// Errors: `DataProblems`, whatever is wrong with the files.
    package static func sample(_ count: Int, seed: UInt64, of set: DataSet) throws(DataProblems) -> [Row] {
        var picked: [Row] = []
        var random = SplitMix64(seed: seed)
        var seen: UInt64 = 0
        try forEach(of: set) { record, file in
            seen += 1
            // Algorithm R (Vitter): the row takes a random place among all seen so far, if that is one of the first.
            let place = picked.count < count ? UInt64(picked.count) : random.next() % seen
            guard place < UInt64(count) else { return }
            let row = Row(
                text: Array(UnsafeBufferPointer(start: record.text, count: record.count)),
                place: SourceLocation(path: file.displayPath, line: record.line))
            if picked.count < count { picked.append(row) } else { picked[Int(place)] = row }
        }
        return picked
    }

    /// What Emarsys could not use of the rows: each field once, with its first place.
    package static func emarsysWarnings(of set: DataSet) throws(DataProblems) -> [Diagnostic] {
        var warnings: [Diagnostic] = []
        var known: Set<String> = []
        var hasLarge = false
        try forEach(of: set) { record, file in
            let place = SourceLocation(path: file.displayPath, line: record.line)
            if record.count > EmarsysRules.maxAnswerBytes, !hasLarge {
                hasLarge = true
                warnings.append(
                    Diagnostic(
                        .warning, "Emarsys throws answers of more than 2 MB away, and this row alone is larger",
                        at: place, help: "shorten it, or take emarsys out of consumers"))
            }
            for index in 0..<record.fieldCount {
                let field = record.fields[index]
                let isNested = field.kind == .container
                let name = String(decoding: record.name(of: field), as: UTF8.self)
                if !EmarsysRules.isFieldName(name), known.insert(name).inserted {
                    warnings.append(
                        Diagnostic(
                            .warning, "Emarsys cannot ask for the field \"\(name)\"", at: place,
                            help: "its fields begin with a letter; letters, digits and _ follow"))
                }
                if isNested, known.insert("\u{0}\(name)").inserted {
                    warnings.append(
                        Diagnostic(
                            .warning, "Emarsys throws items away whose \"\(name)\" is a list or an object", at: place,
                            help: "write it as a string, or do not ask for it there"))
                }
            }
        }
        return warnings
    }

    private static func forEach(
        of set: DataSet, _ body: (RecordBuffer.Record, DataFile) -> Void
    ) throws(DataProblems) {
        let problems = ProblemList()
        var record = RecordBuffer()
        for file in set.files {
            let (reader, _) = try RecordReaders.open(file, of: set, tuning: Tuning(), problems: problems)
            while reader.next(into: &record) {
                body(record.record, file)
                record.clear()
            }
            guard problems.isEmpty else { throw problems.problems }
        }
    }
}

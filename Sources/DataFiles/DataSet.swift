import JSON
import Model

/// What to read: files with their formats, and how their rows are to be understood.
package struct DataSet: Sendable, Hashable {
    /// In the order in which their rows are sent.
    package var files: [DataFile]
    /// The name of the field that identifies a row.
    package var primaryKey: String
    /// Types of CSV columns; a column that is not named stays a string.
    package var columns: [String: ColumnType]
    package var csv = CSVDialect.standard
    package var json = JSONLayout.array
    package var fields = FieldMapping.none
    /// What must be so; not part of what the rows are.
    package var expectations = Expectations.none
    /// Fields whose values no message shows.
    package var sensitive: [String] = []
    /// Part of the digest: rows that expire at another time are other rows.
    package var ttlSeconds: Int?

    package init(files: [DataFile], primaryKey: String, columns: [String: ColumnType], ttlSeconds: Int?) {
        self.files = files
        self.primaryKey = primaryKey
        self.columns = columns
        self.ttlSeconds = ttlSeconds
    }

    /// That of a manifest; nil where it has no data.
    package init?(_ connection: DesiredConnection) {
        guard let data = connection.data else { return nil }
        self.init(
            files: data.files, primaryKey: connection.primaryKey, columns: data.columns, ttlSeconds: data.ttlSeconds)
        csv = data.csv
        json = data.json
        fields = data.fields
        expectations = data.expectations
        sensitive = data.sensitive
    }
}

extension DataSet {
    /// The size of all files together, as far as they can be looked at.
    var byteCount: Int { files.reduce(0) { $0 + ((try? FileStamp(ofPathOf: $1))?.size ?? 0) } }

    /// A digest of everything but the files' contents: paths, formats, primary key, column types, TTL.
    ///
    /// Two surveys of unchanged files give the same result only where this is the same too.
    var settingsDigest: Digest128 {
        var hash = SipHash128()
        func combine(_ text: String) {
            hash.combine(UInt64(text.utf8.count))
            hash.combine(text)
        }
        hash.combine(UInt64(DataSurvey.digestVersion))
        combine(primaryKey)
        combine(ttlSeconds.map(String.init) ?? "none")
        hash.combine(UInt64(columns.count))
        for (name, type) in columns.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            combine(name)
            combine(type.rawValue)
        }
        for file in files {
            combine(file.absolutePath)
            combine(file.format.rawValue)
        }
        // Swift's own description of the values: where it changes with a version, files are read once more.
        if csv != .standard { combine("\(csv)") }
        if json != .array { combine("\(json)") }
        if !fields.isNone { combine("\(fields)") }
        if !expectations.isNone { combine("\(expectations.rows) \(expectations.columns)") }
        return hash.finalize()
    }

    package func isSensitive(_ name: String) -> Bool { sensitive.contains { $0.isSameBytes(as: name) } }

    /// Whether a record's fields are needed to read it, not its text alone.
    var needsFields: Bool {
        !fields.derivations.isEmpty || (!fields.isNone && files.contains { $0.format != .csv })
    }

    /// The type of that column, its name compared by bytes; a string where `columns` does not name it.
    func type(ofColumn name: String) -> ColumnType {
        columns.first { $0.key.utf8.elementsEqual(name.utf8) }?.value ?? .string
    }
}

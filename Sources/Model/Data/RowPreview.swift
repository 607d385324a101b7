import JSON

/// What an upload does to a table, as far as it can be told before: its columns, and the first rows of each kind.
package struct RowPreview: Sendable, Hashable {
    /// A row, by its key; the key's text is JSON, cut where it is long.
    package struct Row: Sendable, Hashable {
        package var key: String
        /// Nil for a row that left the files.
        package var place: SourceLocation?

        package init(key: String, place: SourceLocation?) {
            self.key = key
            self.place = place
        }
    }

    /// How many of each kind are named.
    package static let rowsShown = 5

    package var added: [Row] = []
    package var changed: [Row] = []
    package var removed: [Row] = []
    package var respelt: [Row] = []
    package var rejected: [Row] = []
    package var columns: ColumnChanges?
    /// Rows as the service has them beside the files, where that was asked for.
    package var differences: [RowDifference]?

    package init() {}

    /// The same without keys, where the primary key is sensitive.
    package func masked(_ sensitive: [String], primaryKey: String) -> RowPreview {
        guard sensitive.contains(where: { $0.isSameBytes(as: primaryKey) }) else { return self }
        func mask(_ rows: [Row]) -> [Row] { rows.map { Row(key: "(sensitive)", place: $0.place) } }
        var masked = self
        (masked.added, masked.changed, masked.removed) = (mask(added), mask(changed), mask(removed))
        (masked.respelt, masked.rejected) = (mask(respelt), mask(rejected))
        return masked
    }
}

/// How the columns of a data set differ from those before.
package struct ColumnChanges: Sendable, Hashable {
    package struct Column: Sendable, Hashable {
        package var name: String
        /// Such as `string` or `number or boolean`.
        package var type: String

        package init(name: String, type: String) {
            self.name = name
            self.type = type
        }
    }

    package struct Retyped: Sendable, Hashable {
        package var name: String
        package var from: String
        package var to: String

        package init(name: String, from: String, to: String) {
            self.name = name
            self.from = from
            self.to = to
        }
    }

    package struct Changed: Sendable, Hashable {
        package var name: String
        /// Rows whose value is another.
        package var rows: Int

        package init(name: String, rows: Int) {
            self.name = name
            self.rows = rows
        }
    }

    package var added: [Column] = []
    package var removed: [Column] = []
    package var retyped: [Retyped] = []
    /// The columns that are in both, by how many rows changed in them.
    package var changed: [Changed] = []
    /// Whether the counts are of all rows, not made from a sample.
    package var isExact = true

    package init() {}

    package var isEmpty: Bool { added.isEmpty && removed.isEmpty && retyped.isEmpty && changed.isEmpty }
}

/// A row of the files beside what the service has of it.
package struct RowDifference: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package var name: String
        /// Nil where there is none, or where it is sensitive.
        package var old: JSONValue?
        package var new: JSONValue?
        package var isSensitive: Bool

        package init(name: String, old: JSONValue?, new: JSONValue?, isSensitive: Bool = false) {
            self.name = name
            self.old = old
            self.new = new
            self.isSensitive = isSensitive
        }
    }

    package var row: RowPreview.Row
    /// Whether the service answered that it has no such row.
    package var isMissing: Bool
    package var fields: [Field]

    package init(row: RowPreview.Row, isMissing: Bool, fields: [Field]) {
        self.row = row
        self.isMissing = isMissing
        self.fields = fields
    }
}

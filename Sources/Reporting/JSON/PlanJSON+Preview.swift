import JSON
import Model
import Planner

extension PlanJSON {
    /// What an upload does to the table; empty where nothing is known of it.
    static func members(of preview: RowPreview) -> [JSONMember] {
        var members = [
            JSONMember(
                "examples",
                [
                    "added": rows(preview.added), "changed": rows(preview.changed), "removed": rows(preview.removed),
                    "respelt": rows(preview.respelt), "rejected_before": rows(preview.rejected),
                ])
        ]
        if let columns = preview.columns { members.append(JSONMember("columns", document(columns))) }
        if let differences = preview.differences {
            members.append(JSONMember("compared", .array(differences.map(document))))
        }
        return members
    }

    package static func document(_ columns: ColumnChanges) -> JSONValue {
        func typed(_ columns: [ColumnChanges.Column]) -> JSONValue {
            .array(columns.map { ["name": .string($0.name), "type": .string($0.type)] })
        }
        return [
            "added": typed(columns.added), "removed": typed(columns.removed),
            "retyped": .array(
                columns.retyped.map { ["name": .string($0.name), "from": .string($0.from), "to": .string($0.to)] }),
            "changed": .array(columns.changed.map { ["name": .string($0.name), "rows": .number("\($0.rows)")] }),
            "exact": .bool(columns.isExact),
        ]
    }

    private static func rows(_ rows: [RowPreview.Row]) -> JSONValue { .array(rows.map { .object(members(of: $0)) }) }

    /// A key and its place.
    package static func members(of row: RowPreview.Row) -> [JSONMember] {
        let key = (try? JSONValue.parse(row.key.utf8)) ?? .string(row.key)
        var members = [JSONMember("key", key)]
        if let place = row.place {
            members += [JSONMember("path", .string(place.path)), JSONMember("line", .number("\(place.line)"))]
        }
        return members
    }

    package static func document(_ difference: RowDifference) -> JSONValue {
        .object(
            members(of: difference.row) + [
                JSONMember("missing", .bool(difference.isMissing)),
                JSONMember(
                    "fields",
                    .array(
                        difference.fields.map { field in
                            [
                                "name": .string(field.name), "old": field.isSensitive ? .null : field.old ?? .null,
                                "new": field.isSensitive ? .null : field.new ?? .null,
                                "sensitive": .bool(field.isSensitive),
                            ]
                        })),
            ])
    }
}

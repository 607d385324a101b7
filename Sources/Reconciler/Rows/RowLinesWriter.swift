import DataFiles
import JSON
import Model
import Planner

/// Writes what a plan does to rows as lines of JSON, one object for each column, row and comparison.
///
/// Shape: `connection`, `kind` (`column_added`, `column_removed`, `column_retyped`, `column_changed`, `added`, `changed`,
/// `removed`, `respelt`, `rejected_before`, `unknown`, `compared`), and what belongs to the kind.
struct RowLinesWriter {
    /// Takes a line and its end.
    let line: (_ line: [UInt8]) throws(StepFailure) -> Void

    func write(_ plan: Plan, _ sets: [String: SurveyedSet]) throws(StepFailure) {
        for planned in plan.connections {
            for case .upload(let upload) in planned.actions {
                if let preview = upload.data.preview { try write(preview, of: planned.key) }
                guard let set = sets[planned.key], let rows = set.rows else { continue }
                let hidesKeys = (planned.desired?.data?.sensitive ?? []).contains {
                    $0.isSameBytes(as: set.set.primaryKey)
                }
                try write(rows, of: set.set, planned.key, isCreated: planned.isCreated, hidesKeys: hidesKeys)
            }
        }
    }

    private func write(
        _ rows: LedgerSurvey, of set: DataSet, _ connection: String, isCreated: Bool, hidesKeys: Bool
    ) throws(StepFailure) {
        var failure: StepFailure?
        do throws(DataProblems) {
            try rows.forEachChange(of: set) { (change) throws(DataProblems) in
                if failure != nil { return }
                // Of a connection that is made now, every row is new.
                let kind = isCreated && change.kind == .unknown ? RowChange.Kind.added : change.kind
                let key = hidesKeys ? JSONValue.string("(sensitive)") : (try? JSONValue.parse(change.key.utf8)) ?? .null
                var members = [JSONMember("key", key)]
                if let place = change.place {
                    members += [JSONMember("path", .string(place.path)), JSONMember("line", .number("\(place.line)"))]
                }
                do throws(StepFailure) { try write(connection, kind.rawValue, members) } catch { failure = error }
            }
        } catch {
            throw StepFailure(.failed, "the rows cannot be told: \(error.diagnostics.first?.message ?? "")")
        }
        if let failure { throw failure }
    }

    private func write(_ preview: RowPreview, of connection: String) throws(StepFailure) {
        func name(_ name: String) -> JSONMember { JSONMember("column", .string(name)) }
        if let columns = preview.columns {
            for column in columns.added {
                try write(connection, "column_added", [name(column.name), JSONMember("type", .string(column.type))])
            }
            for column in columns.removed {
                try write(connection, "column_removed", [name(column.name), JSONMember("type", .string(column.type))])
            }
            for column in columns.retyped {
                try write(
                    connection, "column_retyped",
                    [
                        name(column.name), JSONMember("from", .string(column.from)),
                        JSONMember("to", .string(column.to)),
                    ])
            }
            for column in columns.changed {
                try write(
                    connection, "column_changed",
                    [
                        name(column.name), JSONMember("rows", .number("\(column.rows)")),
                        JSONMember("exact", .bool(columns.isExact)),
                    ])
            }
        }
        for difference in preview.differences ?? [] {
            let key = (try? JSONValue.parse(difference.row.key.utf8)) ?? .string(difference.row.key)
            var members = [JSONMember("key", key), JSONMember("missing", .bool(difference.isMissing))]
            let fields = difference.fields.map { field -> JSONValue in
                [
                    "name": .string(field.name), "old": field.old ?? .null, "new": field.new ?? .null,
                    "sensitive": .bool(field.isSensitive),
                ]
            }
            members.append(JSONMember("fields", .array(fields)))
            try write(connection, "compared", members)
        }
    }

    private func write(_ connection: String, _ kind: String, _ members: [JSONMember]) throws(StepFailure) {
        let value = JSONValue.object(
            [JSONMember("connection", .string(connection)), JSONMember("kind", .string(kind))] + members)
        try line(Array(value.compactText.utf8) + [0x0A])
    }
}

import APIClient
import DataFiles
import JSON
import Model
import Planner
import Platform

extension ReconcilePass {
    /// Adds to the plan what was asked for about rows, and writes the lines about them.
    func inspect(_ plan: inout Plan, _ sets: [String: SurveyedSet]) async throws(StepFailure) {
        let inspection = configuration.inspection
        for index in plan.connections.indices {
            let planned = plan.connections[index]
            guard let place = planned.actions.firstIndex(where: { $0.name == "upload" }),
                case .upload(var upload) = planned.actions[place], let set = sets[planned.key], let rows = set.rows
            else { continue }
            if configuration.isStopping() { throw .interrupted }
            let before = upload
            if inspection.readsSchema, upload.data.preview == nil, let uuid = planned.uuid {
                await compareSchema(&upload, rows, uuid)
            }
            if inspection.comparedRows > 0, let uuid = planned.uuid, let querier {
                let comparison = RowComparison(
                    querier: querier, limits: configuration.limits, sensitive: planned.desired?.data?.sensitive ?? [])
                upload.data.preview = upload.data.preview ?? RowPreview()
                upload.data.preview?.differences = try await comparison.differences(
                    inspection.comparedRows, of: set.set, rows, uuid)
            }
            guard upload != before, case .steps(var actions) = planned.outcome else { continue }
            actions[place] = .upload(upload)
            plan.connections[index].outcome = .steps(actions)
        }
        guard let lines = inspection.lines else { return }
        let plan = plan
        try await BlockingWork.run { () throws(StepFailure) in
            try lines.write { (line) throws(StepFailure) in
                try withoutActuallyEscaping(line) { (line) throws(StepFailure) in
                    try RowLinesWriter(line: line).write(plan, sets)
                }
            }
        }
    }

    /// What the service's schema says of columns; nothing where it has none to tell.
    private func compareSchema(_ upload: inout UploadPlan, _ rows: LedgerSurvey, _ uuid: String) async {
        guard let answer = try? await reader.schema(of: uuid), let fields = SchemaField.fields(in: answer),
            !fields.isEmpty
        else { return }
        var changes = ColumnChanges()
        let columns = rows.rows.columns.shown
        func type(_ text: String) -> String {
            switch text {
            case "integer", "float", "double": "number"
            case "object", "array": "json"
            default: text
            }
        }
        for column in columns {
            guard let field = fields.first(where: { $0.name.isSameBytes(as: column.name) }) else {
                changes.added.append(column)
                continue
            }
            let known = ["string", "number", "boolean", "json"]
            if known.contains(column.type), known.contains(type(field.type)), column.type != type(field.type) {
                changes.retyped.append(
                    ColumnChanges.Retyped(name: column.name, from: type(field.type), to: column.type))
            }
        }
        for field in fields where !columns.contains(where: { $0.name.isSameBytes(as: field.name) }) {
            changes.removed.append(ColumnChanges.Column(name: field.name, type: type(field.type)))
        }
        if changes.isEmpty { return }
        var preview = RowPreview()
        preview.columns = changes
        upload.data.preview = preview
    }
}

import JSON
import Model
import Planner
import Platform

/// Renders a plan for machines. Stable order; everything that the text shows is there.
package enum PlanJSON {
    /// Raised when a field changes its meaning or goes away; fields may be added at any time.
    package static let formatVersion = 1

    /// The plan's part of a document: `format_version`, `summary`, `connections`.
    package static func members(of plan: Plan) -> [JSONMember] {
        [
            JSONMember("format_version", .number("\(formatVersion)")),
            JSONMember("summary", PlanSummary(plan).json),
            JSONMember("scope", document(plan.scope)),
            JSONMember("connections", .array(plan.connections.map { document($0, now: plan.now) })),
        ]
    }

    private static func document(_ scope: PlanScope) -> JSONValue {
        [
            "restriction": text(scope.restriction?.text),
            "left_out": .number("\(scope.restriction?.leftOut ?? 0)"),
            "drift_only": .bool(scope.isDriftOnly),
            "notes": .array(scope.notes.map(JSONValue.string)),
        ]
    }

    private static func document(_ connection: PlannedConnection, now: Int) -> JSONValue {
        .object([
            JSONMember("key", .string(connection.key)),
            JSONMember("name", .string(connection.name)),
            JSONMember("data_connection_uuid", text(connection.uuid)),
            JSONMember("manifest", place(connection.desired?.places.manifest)),
            JSONMember("suspended", .bool(connection.desired?.isSuspended ?? false)),
            JSONMember(
                "next_refresh", text(connection.nextRefresh(now: now).map { CivilTime(utc: Double($0)).rfc3339 })),
            JSONMember("actions", .array(connection.actions.map { document($0, of: connection) })),
            JSONMember("left_out", causes(connection.leftOut)),
            JSONMember("refusals", .array(connection.refusals.map(document))),
            JSONMember("problems", .array(connection.problems.map(document))),
            JSONMember("notes", .array(connection.notes.map(JSONValue.string))),
        ])
    }

    private static func causes(_ causes: [Cause]) -> JSONValue { .array(causes.map { .string($0.rawValue) }) }

    private static func document(_ action: Action, of connection: PlannedConnection) -> JSONValue {
        let causes = connection.causes(of: action)
        var members = [
            JSONMember("action", .string(action.name)), JSONMember("cause", text(causes.first?.rawValue)),
            JSONMember("causes", self.causes(causes)),
        ]
        switch action {
        case .create(let changes), .update(let changes):
            members.append(JSONMember("changes", .array(changes.map { document($0, of: connection) })))
        case .upload(let plan):
            members += self.members(of: plan)
            let isUnknown = plan.reason == .firstUpload && connection.uuid != nil
            members.append(JSONMember("earlier_rows_unknown", .bool(isUnknown)))
        case .addReference(let reference):
            members += [
                JSONMember("reference_type", .string(reference.type)),
                JSONMember("reference_id", .string(reference.id)),
            ]
        case .removeReference(let reference):
            members += [
                JSONMember("reference_type", .string(reference.type)),
                JSONMember("reference_id", .string(reference.id)),
                JSONMember("reference_uuid", .string(reference.uuid)),
            ]
        case .delete: break
        }
        return .object(members)
    }

    private static func members(of plan: UploadPlan) -> [JSONMember] {
        let counts = plan.data.counts
        func number(_ value: Int?) -> JSONValue { value.map { .number("\($0)") } ?? .null }
        return [
            JSONMember("reason", .string(plan.reason.rawValue)),
            JSONMember("full", .bool(!plan.isDelta)),
            // Without a ledger only the total is known.
            JSONMember(
                "rows",
                [
                    "total": number(plan.data.rows), "sent": number(plan.sending.rows), "added": number(counts?.added),
                    "changed": number(counts?.changed), "removed": number(counts?.removed),
                    "unchanged": number(counts?.unchanged), "rejected_before": number(counts?.rejected),
                    "kept": number(counts?.kept), "deleted": number(plan.deletes),
                    "respelt": number(plan.respelt),
                ]),
            JSONMember("requests", number(plan.sending.requests)),
            JSONMember("bytes", number(plan.sending.bytes)),
            JSONMember("digest", .string("\(plan.data.version):\(plan.data.digest)")),
            JSONMember("full_because", text(plan.isDelta ? nil : plan.data.ledgerNote)),
        ] + (plan.data.preview.map { self.members(of: $0) } ?? [])
    }

    private static func document(_ change: FieldChange, of connection: PlannedConnection) -> JSONValue {
        let causes = connection.causes(of: change)
        return [
            "path": .string(change.path), "old": change.old ?? .null, "new": change.new ?? .null,
            "sensitive": .bool(change.isSensitive), "unknown": .bool(change.isUnknown),
            "cause": text(causes.first?.rawValue),
            "causes": self.causes(causes),
        ]
    }

    private static func document(_ refusal: Refusal) -> JSONValue {
        [
            "code": .string(refusal.code.rawValue), "message": .string(refusal.message),
            "help": .string(refusal.help), "place": place(refusal.location),
        ]
    }

    /// A diagnostic: severity, message, place, help, and other places that belong to it.
    package static func document(_ diagnostic: Diagnostic) -> JSONValue {
        [
            "severity": .string(diagnostic.severity.rawValue), "message": .string(diagnostic.message),
            "place": place(diagnostic.location), "help": text(diagnostic.help),
            "notes": .array(
                diagnostic.notes.map { ["message": .string($0.message), "place": place($0.location)] }),
        ]
    }

    private static func place(_ location: SourceLocation?) -> JSONValue {
        guard let location else { return .null }
        return [
            "path": .string(location.path), "line": .number("\(location.line)"),
            "column": .number("\(location.column)"),
        ]
    }

    private static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
}

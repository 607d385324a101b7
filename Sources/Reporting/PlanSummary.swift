import JSON
import Planner

/// The counts of a plan, for its last line and for machines.
package struct PlanSummary: Sendable, Hashable {
    package var create = 0
    package var update = 0
    package var upload = 0
    package var rows = 0
    package var deletedRows = 0
    /// Whether all of `rows` are new; otherwise some of them may be there already.
    package var areRowsExact = true
    package var addReference = 0
    package var removeReference = 0
    package var delete = 0
    package var refused = 0
    package var invalid = 0
    /// Connections whose data could not be read, which is the machine's fault.
    package var unread = 0
    package var suspended = 0
    package var unchanged = 0
    /// Connections of which a run about drift alone leaves out what else is to be done.
    package var leftOut = 0
    /// Connections that differ, and nobody can tell whether that is drift.
    package var undetermined = 0
    package var scope: PlanScope

    package init(_ plan: Plan) {
        scope = plan.scope
        for index in plan.connections.indices {
            if plan.connections[index].isQuiet, plan.connections[index].leftOut.isEmpty {
                if plan.connections[index].desired?.isSuspended == false { unchanged += 1 }
                if plan.connections[index].desired?.isSuspended == true { suspended += 1 }
                continue
            }
            let connection = plan.connections[index]
            for action in connection.actions {
                count(action)
                if case .upload(let plan) = action, !connection.sendsExactly(plan) { areRowsExact = false }
            }
            if !connection.refusals.isEmpty { refused += 1 }
            if connection.problems.hasInvalidInput { invalid += 1 } else if !connection.problems.isEmpty { unread += 1 }
            let canTell = !connection.leftOut.contains(.undetermined)
            if !canTell { undetermined += 1 } else if !connection.leftOut.isEmpty { leftOut += 1 }
            if connection.desired?.isSuspended == true {
                suspended += 1
            } else if !connection.leftOut.isEmpty {
                continue
            } else if connection.desired != nil, connection.actions.isEmpty, !connection.isStopped {
                unchanged += 1
            }
        }
    }

    private mutating func count(_ action: Action) {
        switch action {
        case .create: create += 1
        case .update: update += 1
        case .upload(let plan):
            upload += 1
            rows += plan.sending.rows
            deletedRows += plan.deletes
        case .addReference: addReference += 1
        case .removeReference: removeReference += 1
        case .delete: delete += 1
        }
    }

    /// One line: `Plan: 2 to create, 1 to upload (3,376 rows), 1 refused, 4 unchanged.`
    package var text: String {
        var parts: [String] = []
        if create > 0 { parts.append("\(create) to create") }
        if update > 0 { parts.append("\(update) to update") }
        if upload > 0 {
            parts.append(
                "\(upload) to upload (\(areRowsExact ? "" : "up to ")\(rows.grouped) row\(rows == 1 ? "" : "s"))")
        }
        if deletedRows > 0 { parts.append("\(deletedRows.grouped) row\(deletedRows == 1 ? "" : "s") to delete") }
        if addReference > 0 { parts.append("\(addReference) reference\(addReference == 1 ? "" : "s") to add") }
        if removeReference > 0 {
            parts.append("\(removeReference) reference\(removeReference == 1 ? "" : "s") to remove")
        }
        if delete > 0 { parts.append("\(delete) connection\(delete == 1 ? "" : "s") to delete") }
        if parts.isEmpty { parts.append("no changes") }
        if refused > 0 { parts.append("\(refused) refused") }
        if invalid > 0 { parts.append("\(invalid) with invalid data") }
        if unread > 0 { parts.append("\(unread) with data that could not be read") }
        if suspended > 0 { parts.append("\(suspended) suspended") }
        if unchanged > 0 { parts.append("\(unchanged) unchanged") }
        if leftOut > 0 { parts.append("\(leftOut) with other changes left out") }
        if undetermined > 0 { parts.append("\(undetermined) that cannot be told") }
        if let restriction = scope.restriction {
            parts.append("\(restriction.leftOut) left out by \(PlainText.oneLine(restriction.text))")
        }
        return (scope.isDriftOnly ? "Plan of drift only: " : "Plan: ") + parts.joined(separator: ", ") + "."
    }

    package var json: JSONValue {
        [
            "create": .number("\(create)"), "update": .number("\(update)"), "upload": .number("\(upload)"),
            "upload_rows": .number("\(rows)"), "upload_rows_exact": .bool(areRowsExact),
            "delete_rows": .number("\(deletedRows)"),
            "add_reference": .number("\(addReference)"),
            "remove_reference": .number("\(removeReference)"), "delete": .number("\(delete)"),
            "refused": .number("\(refused)"), "invalid_data": .number("\(invalid)"),
            "unread_data": .number("\(unread)"),
            "suspended": .number("\(suspended)"), "unchanged": .number("\(unchanged)"),
            "left_out": .number("\(leftOut)"), "undetermined": .number("\(undetermined)"),
        ]
    }
}

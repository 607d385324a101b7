import JSON
import Model

/// Renders a plan for people, with Terraform's symbols: `+` create, `~` change, `-` delete, `!` refused.
package struct PlanText: Sendable {
    private let usesColor: Bool

    package init(usesColor: Bool) {
        self.usesColor = usesColor
    }

    /// The whole plan; its last line is the summary. No newline at the end.
    package func render(_ plan: Plan) -> String {
        var blocks: [String] = []
        for connection in plan.connections {
            let lines = render(connection)
            if !lines.isEmpty { blocks.append(lines.joined(separator: "\n")) }
        }
        blocks.append(PlanSummary(plan).text)
        return blocks.joined(separator: "\n\n")
    }

    private enum Color: String { case green = "32", yellow = "33", red = "31", dim = "2", bold = "1" }

    private func paint(_ text: String, _ color: Color) -> String {
        usesColor ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }

    private func render(_ connection: PlannedConnection) -> [String] {
        var lines: [String] = []
        if !connection.actions.isEmpty { lines.append(head(of: connection)) }
        for action in connection.actions { lines += render(action, of: connection) }
        for refusal in connection.refusals {
            lines.append("\(paint("!", .red)) \(paint(connection.key, .bold)): \(refusal.message)")
            if let place = refusal.location { lines.append("    at \(place.path):\(place.line)") }
            lines.append("    help: \(refusal.help)")
        }
        if !connection.problems.isEmpty {
            let count = connection.problems.filter { $0.severity == .error }.count
            lines.append(
                "\(paint("!", .red)) \(paint(connection.key, .bold)): its data is invalid "
                    + "(\(count) error\(count == 1 ? "" : "s")), nothing is done for it")
        }
        for note in connection.notes {
            lines.append(paint(lines.isEmpty ? "  \(connection.key): \(note)" : "    note: \(note)", .dim))
        }
        return lines
    }

    private func head(of connection: PlannedConnection) -> String {
        let (symbol, color): (String, Color) =
            switch connection.actions.first {
            case .create: ("+", .green)
            case .delete: ("-", .red)
            default: ("~", .yellow)
            }
        var head = "\(paint(symbol, color)) \(paint(connection.key, .bold)) \(Self.quoted(connection.name))"
        if let uuid = connection.uuid { head += "  \(uuid)" }
        if let place = connection.desired?.places.manifest { head += paint("  \(place.path):\(place.line)", .dim) }
        return head
    }

    private func render(_ action: Action, of connection: PlannedConnection) -> [String] {
        switch action {
        case .create(let changes): return render(changes, isCreate: true)
        case .update(let changes): return render(changes, isCreate: false)
        case .upload(let plan): return render(plan, of: connection)
        case .addReference(let reference):
            return ["    \(paint("+", .green)) reference: \(reference.type) \(reference.id)"]
        case .removeReference(let reference):
            return ["    \(paint("-", .red)) reference: \(reference.type) \(reference.id)"]
        case .delete: return ["    \(paint("-", .red)) the connection and all of its rows, irreversibly"]
        }
    }

    private func render(_ plan: UploadPlan, of connection: PlannedConnection) -> [String] {
        func count(_ number: Int, _ word: String) -> String { "\(number.grouped) \(word)\(number == 1 ? "" : "s")" }
        let isExact = connection.isCreated || plan.isDelta
        var lines = [
            "    \(paint("~", .yellow)) rows: \(isExact ? "" : "up to ")\(count(plan.sending.rows, "row")) in "
                + "\(count(plan.sending.requests, "request")), \(Self.words(plan.reason, connection))"
        ]
        if let counts = plan.data.counts {
            var parts = [
                "\(counts.added.grouped) added", "\(counts.changed.grouped) changed",
                "\(counts.removed.grouped) removed", "\(counts.unchanged.grouped) unchanged",
            ]
            if counts.rejected > 0 { parts.append("\(counts.rejected.grouped) rejected before") }
            lines.append("        \(parts.joined(separator: ", ")), \(plan.data.rows.grouped) in total")
        }
        if plan.deletes > 0 {
            lines.append("    \(paint("-", .red)) rows: \(count(plan.deletes, "row")) that left the files")
        } else if let removed = plan.data.counts?.removed, removed > 0 {
            lines.append(
                "        the \(count(removed, "removed row")) stay\(removed == 1 ? "s" : "") in the connection "
                    + "(removed_rows: keep)")
        }
        return lines
    }

    private func render(_ changes: [FieldChange], isCreate: Bool) -> [String] {
        let width = min(60, changes.map { $0.path.count }.max() ?? 0)
        return changes.map { change in
            let path = change.path + String(repeating: " ", count: max(0, width - change.path.count))
            let old = Self.shown(change.old, isSensitive: change.isSensitive)
            let new = Self.shown(change.new, isSensitive: change.isSensitive)
            if isCreate { return "    \(paint("+", .green)) \(path)  \(new)" }
            let isRemoval = change.new == nil && !change.isSensitive
            let symbol = change.old == nil && !change.isSensitive ? paint("+", .green) : paint("~", .yellow)
            let what = change.old == nil && !change.isSensitive ? new : "\(old) → \(new)"
            return "    \(isRemoval ? paint("-", .red) : symbol) \(path)  \(isRemoval ? old : what)"
                + paint(Self.words(change.cause), .dim)
        }
    }

    private static func words(_ cause: FieldChange.Cause) -> String {
        switch cause {
        case .manifest: "  (manifest changed)"
        case .drift: "  (drift: the account was changed)"
        case .differs, .ownership: ""
        }
    }

    private static func words(_ reason: UploadReason, _ connection: PlannedConnection) -> String {
        switch reason {
        case .firstUpload where connection.uuid != nil: "first upload (earlier rows unknown)"
        case .firstUpload: "first upload"
        case .rowsChanged: "rows changed"
        case .dataExpires: "two thirds of ttl_seconds are over"
        case .interrupted: "an earlier upload was interrupted"
        case .digestVersion: "the digest was made by another version"
        case .forced: "--full"
        case .retryRejected: "rejected rows are tried again"
        }
    }

    private static func shown(_ value: JSONValue?, isSensitive: Bool) -> String {
        if isSensitive { return "(sensitive)" }
        let text = (value ?? .null).compactText
        return text.count > 200 ? text.prefix(200) + "… (\(text.count) characters)" : text
    }

    private static func quoted(_ text: String) -> String { JSONValue.string(text).compactText }
}

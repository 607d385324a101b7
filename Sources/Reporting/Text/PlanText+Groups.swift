import JSON
import Model
import Planner

extension PlanText {
    /// Many connections to which the same is done: some of their names, and what it comes to together.
    func summedUp(_ group: PlanGroup) -> [String] {
        let count = "\(group.members.count.grouped) connections"
        guard let first = group.members.first else { return [] }
        if let refusal = first.refusals.first {
            var lines = ["\(paint("!", .red)) \(paint(count, .bold)): \(group.names)"]
            lines.append("    for example \(first.key): \(PlainText.oneLine(refusal.message))")
            lines.append("    help: \(PlainText.oneLine(refusal.help))")
            return lines
        }
        if !first.problems.isEmpty {
            return [
                "\(paint("!", .red)) \(paint(count, .bold)) with invalid data, nothing is done for them: \(group.names)"
            ]
        }
        if first.actions.isEmpty {
            let note = PlainText.oneLine(first.notes.first ?? "")
            return [paint("  \(count): \(group.names)", .dim), paint("    for example \(first.key): \(note)", .dim)]
        }
        var head = "\(symbol(of: first)) \(paint(count, .bold)): \(group.names)"
        if case .create? = first.actions.first { head += why(first.causes(of: first.actions[0])) }
        var lines = [head] + fields(of: group, first) + rows(of: group, first) + references(of: group, first)
        if first.actions == [.delete] {
            lines.append(
                "    \(paint("-", .red)) the connections and all of their rows, irreversibly"
                    + why(first.causes(of: .delete)))
        }
        let noted = group.members.filter { !$0.notes.isEmpty }.count
        if noted > 0 { lines.append(paint("    \(noted.grouped) of them with notes, which JSON has", .dim)) }
        return lines
    }

    /// Each field with its values where they are the same for all.
    private func fields(of group: PlanGroup, _ first: PlannedConnection) -> [String] {
        guard let changes = first.definitionChanges else { return [] }
        let width = Self.width(of: changes.map(\.path))
        return changes.indices.map { index in
            let change = changes[index]
            let isSame = group.members.allSatisfy { $0.definitionChanges?[index] == change }
            let old = isSame ? Self.shown(change.old, isSensitive: change.isSensitive) : "(various)"
            let new = isSame ? Self.shown(change.new, isSensitive: change.isSensitive) : "(various)"
            let why = first.isCreated ? "" : why(first.causes(of: change))
            return line(change, isCreate: first.isCreated, width: width, old: old, new: new) + why
        }
    }

    private func rows(of group: PlanGroup, _ first: PlannedConnection) -> [String] {
        let uploads = group.members.flatMap { connection in
            connection.actions.compactMap { action -> UploadPlan? in
                if case .upload(let plan) = action { plan } else { nil }
            }
        }
        guard let upload = uploads.first else { return [] }
        var sum = RowsToSend(rows: 0, requests: 0, bytes: 0)
        for upload in uploads {
            sum.rows += upload.sending.rows
            sum.requests += upload.sending.requests
        }
        let isExact = first.sendsExactly(upload)
        var lines = [rowsLine(sum, isExact: isExact, why: first.causes(of: .upload(upload)).words)]
        let deletes = uploads.reduce(0) { $0 + $1.deletes }
        if deletes > 0 {
            lines.append("    \(paint("-", .red)) rows: \(deletes.counted("row")) that left the files")
        }
        return lines
    }

    private func references(of group: PlanGroup, _ first: PlannedConnection) -> [String] {
        var (added, removed) = (0, 0)
        for action in group.members.flatMap(\.actions) {
            if case .addReference = action { added += 1 }
            if case .removeReference = action { removed += 1 }
        }
        var lines: [String] = []
        for action in first.actions {
            let why = first.isCreated ? "" : why(first.causes(of: action))
            if case .addReference = action, added > 0 {
                lines.append("    \(paint("+", .green)) \(added.counted("reference"))\(why)")
                added = 0
            }
            if case .removeReference = action, removed > 0 {
                lines.append("    \(paint("-", .red)) \(removed.counted("reference"))\(why)")
                removed = 0
            }
        }
        return lines
    }
}

extension PlannedConnection {
    /// The fields that its create or update sets; nil where there is neither.
    var definitionChanges: [FieldChange]? {
        switch actions.first {
        case .create(let changes), .update(let changes): changes
        default: nil
        }
    }
}

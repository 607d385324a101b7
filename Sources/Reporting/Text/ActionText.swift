import Planner

extension Action {
    /// In a few words: `update name, description`, `upload 3,376 rows`.
    package var words: String {
        switch self {
        case .create: "create"
        case .update(let changes): "update " + Self.names(changes.map(\.path))
        case .upload(let plan):
            "upload \(plan.sending.rows.grouped) row\(plan.sending.rows == 1 ? "" : "s")"
                + (plan.deletes > 0 ? ", delete \(plan.deletes.grouped)" : "")
        case .addReference(let reference): "link to \(reference.type) \(reference.id)"
        case .removeReference(let reference): "unlink from \(reference.type) \(reference.id)"
        case .delete: "delete"
        }
    }

    private static func names(_ paths: [String]) -> String {
        paths.prefix(5).joined(separator: ", ") + (paths.count > 5 ? " and \((paths.count - 5).grouped) more" : "")
    }
}

extension FieldChange {
    /// In a line: `name "a" → "b"`, with `(sensitive)` for what nobody may see.
    package var words: String {
        let old = isAddition ? nil : PlanText.shown(old, isSensitive: isSensitive, besides: new)
        let new = isRemoval ? nil : PlanText.shown(new, isSensitive: isSensitive, besides: self.old)
        return "\(PlainText.oneLine(path)) \(old ?? "(none)") → \(new ?? "(none)")"
    }
}

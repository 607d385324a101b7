import Model
import Planner

/// What a plan does that cannot be undone.
package struct PlanLosses: Sendable {
    package struct Loss: Sendable, Hashable {
        package var key: String
        /// As far as state remembers; nil where it does not.
        package var rows: Int?
    }

    /// Connections that are deleted, and rows with them.
    package var connections: [Loss] = []
    /// Connections of which rows are deleted that left the files.
    package var rows: [Loss] = []

    package init(_ plan: Plan) {
        for connection in plan.connections {
            for action in connection.actions {
                switch action {
                case .delete:
                    connections.append(Loss(key: connection.key, rows: connection.applied?.data?.rows))
                case .upload(let upload) where upload.deletes > 0:
                    rows.append(Loss(key: connection.key, rows: upload.deletes))
                default: break
                }
            }
        }
    }

    package var isEmpty: Bool { connections.isEmpty && rows.isEmpty }

    /// A line for each, the first so many.
    package func lines(limit: Int) -> [String] {
        let all =
            connections.map {
                "delete \($0.key)" + ($0.rows.map { " and its \($0.counted("row"))" } ?? " and all of its rows")
            }
            + rows.map { "delete \(($0.rows ?? 0).counted("row")) of \($0.key) that left the files" }
        let rest = all.count - limit
        return all.prefix(limit) + (rest > 0 ? ["and \(rest.grouped) more"] : [])
    }
}

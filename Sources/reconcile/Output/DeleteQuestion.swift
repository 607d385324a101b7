import Model
import Planner
import Platform
import Reporting

/// Asks before anything is deleted, where somebody sits at a terminal.
struct DeleteQuestion: Sendable {
    private let console: Console

    init(_ console: Console) {
        self.console = console
    }

    /// True where nothing is deleted, nobody is there to ask, or the answer is yes.
    func confirm(_ plan: Plan) async -> Bool {
        guard let what = Self.words(plan), console.isInteractive else { return true }
        console.ask("\(what): this cannot be undone. Type yes to go on: ")
        return await BlockingWork.run { readLine() }?.lowercased() == "yes"
    }

    /// What is deleted, by name; nil where nothing is.
    static func words(_ plan: Plan) -> String? {
        let connections = plan.connections.filter { $0.actions.contains(.delete) }.map(\.key)
        let rows = plan.connections.reduce(0) { sum, connection in
            connection.actions.reduce(sum) { if case .upload(let upload) = $1 { $0 + upload.deletes } else { $0 } }
        }
        var parts: [String] = []
        if !connections.isEmpty {
            let names = connections.prefix(10).map { PlainText.oneLine($0) }.joined(separator: ", ")
            let more = connections.count > 10 ? " and \((connections.count - 10).grouped) more" : ""
            parts.append(
                "\(connections.count.grouped) connection\(connections.count == 1 ? "" : "s") with all rows (\(names)\(more))"
            )
        }
        if rows > 0 { parts.append("\(rows.grouped) row\(rows == 1 ? "" : "s") that left the files") }
        return parts.isEmpty ? nil : "Delete \(parts.joined(separator: ", and "))"
    }
}

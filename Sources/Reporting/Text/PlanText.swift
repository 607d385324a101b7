import JSON
import Model
import Planner

/// Renders a plan for people, with Terraform's symbols: `+` create, `~` change, `-` delete, `!` refused.
package struct PlanText: Sendable {
    private let usesColor: Bool
    /// Characters that a line may have where values are long.
    private let columns: Int

    /// - Parameter columns: Of the terminal; nil where it is none.
    package init(usesColor: Bool, columns: Int? = nil) {
        self.usesColor = usesColor
        self.columns = max(60, columns ?? 120)
    }

    /// The whole plan; its last line is the summary. No newline at the end.
    package func render(_ plan: Plan) -> String {
        var blocks = PlanGroup.groups(of: plan).map { lines(of: $0, now: plan.now).joined(separator: "\n") }
        if !plan.scope.notes.isEmpty {
            blocks.append(plan.scope.notes.map { "note: \(PlainText.oneLine($0))" }.joined(separator: "\n"))
        }
        blocks.append(PlanSummary(plan).text)
        return blocks.joined(separator: "\n\n")
    }

    enum Color: String { case green = "32", yellow = "33", red = "31", dim = "2", bold = "1" }

    func paint(_ text: String, _ color: Color) -> String {
        usesColor && !text.isEmpty ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The lines about one connection, or about many to which the same is done.
    func lines(of group: PlanGroup, now: Int) -> [String] {
        group.isSummedUp ? summedUp(group) : group.members.flatMap { lines(of: $0, now: now) }
    }

    private func lines(of connection: PlannedConnection, now: Int) -> [String] {
        var lines: [String] = []
        if !connection.actions.isEmpty { lines.append(head(of: connection)) }
        for action in connection.actions { lines += render(action, of: connection, now: now) }
        for refusal in connection.refusals { lines += render(refusal, of: paint(connection.key, .bold)) }
        if !connection.problems.isEmpty {
            let count = connection.problems.filter { $0.severity == .error }.count
            let what = connection.problems.hasInvalidInput ? "is invalid" : "could not be read"
            lines.append(
                "\(paint("!", .red)) \(paint(connection.key, .bold)): its data \(what) "
                    + "(\(count) error\(count == 1 ? "" : "s")), nothing is done for it")
        }
        for note in connection.notes.map(PlainText.oneLine) {
            lines.append(paint(lines.isEmpty ? "  \(connection.key): \(note)" : "    note: \(note)", .dim))
        }
        return lines
    }

    func symbol(of connection: PlannedConnection) -> String {
        switch connection.actions.first {
        case .create: paint("+", .green)
        case .delete: paint("-", .red)
        default: paint("~", .yellow)
        }
    }

    private func head(of connection: PlannedConnection) -> String {
        var head = "\(symbol(of: connection)) \(paint(connection.key, .bold)) \(Self.quoted(connection.name))"
        if let uuid = connection.uuid { head += "  \(PlainText.oneLine(uuid))" }
        if let place = connection.desired?.places.manifest { head += paint("  \(Self.shown(place))", .dim) }
        if case .create? = connection.actions.first { head += why(connection.causes(of: connection.actions[0])) }
        return head
    }

    func render(_ refusal: Refusal, of whom: String) -> [String] {
        var lines = ["\(paint("!", .red)) \(whom): \(PlainText.oneLine(refusal.message))"]
        if let place = refusal.location { lines.append("    at \(Self.shown(place))") }
        lines.append("    help: \(PlainText.oneLine(refusal.help))")
        return lines
    }

    private func render(_ action: Action, of connection: PlannedConnection, now: Int) -> [String] {
        let causes = connection.causes(of: action)
        // What a new connection gets needs no further reason.
        let why = connection.isCreated ? "" : why(causes)
        switch action {
        case .create(let changes), .update(let changes): return render(changes, of: connection)
        case .upload(let plan): return render(plan, of: connection, causes: causes, now: now)
        case .addReference(let reference):
            return ["    \(paint("+", .green)) reference: \(Self.shown(reference.type, reference.id))\(why)"]
        case .removeReference(let reference):
            return ["    \(paint("-", .red)) reference: \(Self.shown(reference.type, reference.id))\(why)"]
        case .delete: return ["    \(paint("-", .red)) the connection and all of its rows, irreversibly\(why)"]
        }
    }

    private func render(_ changes: [FieldChange], of connection: PlannedConnection) -> [String] {
        let width = Self.width(of: changes.map(\.path))
        return changes.flatMap { change in
            if let lines = long(change, of: connection, width: width) { return lines }
            let old = Self.shown(change.old, isSensitive: change.isSensitive, besides: change.new)
            let new =
                change.isUnknown
                ? "(unknown)" : Self.shown(change.new, isSensitive: change.isSensitive, besides: change.old)
            let why = connection.isCreated ? "" : why(connection.causes(of: change))
            return [line(change, isCreate: connection.isCreated, width: width, old: old, new: new) + why]
        }
    }

    /// The lines of a change that does not fit into one; nil where it does.
    private func long(_ change: FieldChange, of connection: PlannedConnection, width: Int) -> [String]? {
        guard !connection.isCreated, !change.isSensitive, let old = change.old, let new = change.new else { return nil }
        let length = PlainText.oneLine(old.compactText).count + PlainText.oneLine(new.compactText).count
        if length + width + 12 <= columns { return nil }
        let path = Self.shown(path: change.path)
        var lines = ["    \(paint("~", .yellow)) \(path)" + why(connection.causes(of: change))]
        for line in ValueDiff(width: columns - 10).lines(from: old, to: new) {
            switch line.kind {
            case .removed: lines.append("        \(paint("-", .red)) \(marked(line, .red))")
            case .added: lines.append("        \(paint("+", .green)) \(marked(line, .green))")
            case .context: lines.append(paint("          \(line.text)", .dim))
            }
            // Without colours a line beneath shows what differs.
            if !usesColor, let span = line.span, span.count < line.text.count {
                lines.append(
                    "          " + String(repeating: " ", count: span.lowerBound)
                        + String(repeating: "^", count: span.count))
            }
        }
        return lines
    }

    private func marked(_ line: ValueDiff.Line, _ color: Color) -> String {
        guard usesColor, let span = line.span else { return line.text }
        let text = Array(line.text)
        return String(text[..<span.lowerBound]) + paint(String(text[span]), color) + String(text[span.upperBound...])
    }

    /// `~ name  "old" → "new"`, the path filled up to a width.
    func line(_ change: FieldChange, isCreate: Bool, width: Int, old: String, new: String) -> String {
        let shownPath = Self.shown(path: change.path)
        let path = shownPath + String(repeating: " ", count: max(0, width - shownPath.count))
        if isCreate { return "    \(paint("+", .green)) \(path)  \(new)" }
        if change.isRemoval, !change.isAddition { return "    \(paint("-", .red)) \(path)  \(old)" }
        if change.isAddition, !change.isRemoval { return "    \(paint("+", .green)) \(path)  \(new)" }
        return "    \(paint("~", .yellow)) \(path)  \(old) → \(new)"
    }

    func why(_ causes: [Cause]) -> String { paint("  (\(causes.words))", .dim) }

    static func width(of paths: [String]) -> Int { min(60, paths.map { shown(path: $0).count }.max() ?? 0) }

    private static func shown(path: String) -> String { PlainText.cut(PlainText.oneLine(path), to: 120) }

    /// - Parameter other: What it was, or becomes.
    static func shown(_ value: JSONValue?, isSensitive: Bool, besides other: JSONValue? = nil) -> String {
        if isSensitive { return "(sensitive)" }
        func line(_ value: JSONValue) -> String { PlainText.oneLine(value.compactText) }
        return PlainText.cut(line(value ?? .null), besides: other.map(line), to: 200)
    }

    static func shown(_ place: SourceLocation) -> String { "\(PlainText.oneLine(place.path)):\(place.line)" }

    private static func shown(_ type: String, _ id: String) -> String {
        PlainText.cut(PlainText.oneLine("\(type) \(id)"), to: 200)
    }

    static func quoted(_ text: String) -> String { shown(.string(text), isSensitive: false) }
}

import JSON
import Model
import Planner

/// Connections of a plan that are shown together: one, or many to which the same is done.
///
/// Ten thousand manifests that change alike are one block with a few names and a count; JSON carries each of them.
struct PlanGroup {
    /// At least one, in the order of the plan.
    var members: [PlannedConnection]

    /// More than so many connections alike are summed up; fewer where all are refused for the same reason.
    static let threshold = 20
    static let refusedThreshold = 3
    /// Of so many the names are shown.
    static let namesShown = 3

    var isSummedUp: Bool { members.count > 1 }

    /// `profiles-1, profiles-2, profiles-3 and 9,997 more`.
    var names: String {
        let shown = members.prefix(Self.namesShown).map(\.key).joined(separator: ", ")
        return members.count > Self.namesShown
            ? "\(shown) and \((members.count - Self.namesShown).grouped) more" : shown
    }

    /// The connections of which there is something to say; each group stands where its first member stands.
    static func groups(of plan: Plan) -> [PlanGroup] {
        var order: [String] = []
        var members: [String: [Int]] = [:]
        for index in plan.connections.indices where !plan.connections[index].isQuiet {
            let likeness = likeness(of: plan.connections[index])
            if likeness.isEmpty { continue }
            if members[likeness] == nil { order.append(likeness) }
            members[likeness, default: []].append(index)
        }
        var groups: [(first: Int, group: PlanGroup)] = []
        for likeness in order {
            let indexes = members[likeness] ?? []
            if indexes.count > (likeness.hasPrefix("refused ") ? refusedThreshold : threshold) {
                groups.append((indexes[0], PlanGroup(members: indexes.map { plan.connections[$0] })))
            } else {
                groups += indexes.map { ($0, PlanGroup(members: [plan.connections[$0]])) }
            }
        }
        return groups.sorted { $0.first < $1.first }.map(\.group)
    }

    /// One text for all connections that are dealt with alike; empty where there is nothing to say.
    private static func likeness(of connection: PlannedConnection) -> String {
        var parts: [String] = []
        for action in connection.actions {
            var part = action.name + connection.causes(of: action).map(\.rawValue).joined(separator: "+")
            switch action {
            case .create(let changes), .update(let changes):
                for change in changes {
                    part += " \(change.path)\(change.old == nil)\(change.new == nil)\(change.cause)"
                }
            case .upload(let plan): part += "\(plan.isDelta)\(plan.deletes > 0)"
            case .addReference, .removeReference, .delete: break
            }
            // Connections with two and with three references to add are alike.
            if parts.last != part { parts.append(part) }
        }
        parts += connection.refusals.map { "refused " + $0.code.rawValue }
        if !connection.problems.isEmpty { parts.append("invalid") }
        if parts.isEmpty, let note = connection.notes.first {
            let words = note.split(separator: " ").filter { !$0.contains(where: \.isNumber) }
            parts.append("note " + words.prefix(3).joined(separator: " "))
        }
        return parts.joined(separator: "\n")
    }
}

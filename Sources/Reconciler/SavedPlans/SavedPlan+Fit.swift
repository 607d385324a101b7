import JSON
import Model
import Planner

/// Whether what is there is still what a saved plan saw.
extension SavedPlan {
    /// One input that moved, and for which connections.
    struct Misfit: Sendable, Hashable {
        var what: String
        var names: [String]
    }

    /// Throws where the plan made just now, of the inputs of just now, is not this one: naming what moved.
    func check(against now: SavedPlan) throws(StepFailure) {
        let misfits = misfits(with: now)
        if misfits.isEmpty { return }
        let list = misfits.map { "\($0.what) (\(Self.words($0.names)))" }.joined(separator: "; ")
        throw StepFailure(
            .planOutdated, "the plan no longer fits: \(list)", help: Self.help(for: misfits))
    }

    /// Throws where it was made for another service or another owner's manifests.
    func checkPlace(api: String, owner: String) throws(StepFailure) {
        guard self.api == api else {
            throw StepFailure(
                .planOutdated, "the plan is for \(self.api), and this run talks to \(api)",
                help: "apply it where it was made for, or \(Self.nextStep)")
        }
        guard self.owner == owner else {
            throw StepFailure(
                .planOutdated, "the plan is for owner \"\(self.owner)\", and the Policy says \"\(owner)\" now",
                help: Self.nextStep)
        }
    }

    func misfits(with now: SavedPlan) -> [Misfit] {
        var manifests = Self.differences(inputs.manifests, now.inputs.manifests)
        if inputs.policy != now.inputs.policy { manifests.insert("the Policy", at: 0) }
        let account = Self.differences(inputs.account, now.inputs.account)
        let data = Self.differences(inputs.data, now.inputs.data)
        var misfits: [Misfit] = []
        if !manifests.isEmpty { misfits.append(Misfit(what: "the manifests changed", names: manifests)) }
        if !account.isEmpty { misfits.append(Misfit(what: "the account changed", names: account)) }
        if !data.isEmpty { misfits.append(Misfit(what: "the data changed", names: data)) }
        let named = Set(manifests + account + data)
        let others = Self.differences(Self.actions(of: plan), Self.actions(of: now.plan)).filter { !named.contains($0) }
        if !others.isEmpty { misfits.append(Misfit(what: Self.otherActions, names: others)) }
        return misfits
    }

    private static let otherActions = "the same inputs come to other actions now"

    /// By key: the actions in order, and what is refused, without places and texts for people.
    private static func actions(of plan: JSONValue) -> [String: [JSONValue]] {
        var actions: [String: [JSONValue]] = [:]
        for connection in plan["connections"]?.arrayValue ?? [] {
            let refusals = (connection["refusals"]?.arrayValue ?? []).map { $0["code"] ?? .null }
            let document: JSONValue = [
                "uuid": connection["data_connection_uuid"] ?? .null, "actions": connection["actions"] ?? .null,
                "refusals": .array(refusals),
                "problems": .number("\(connection["problems"]?.arrayValue?.count ?? 0)"),
            ]
            actions[connection["key"]?.stringValue ?? "", default: []].append(document)
        }
        return actions
    }

    private static func differences<Value: Equatable>(_ old: [String: Value], _ new: [String: Value]) -> [String] {
        Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted()
    }

    private static func words(_ names: [String]) -> String {
        names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \((names.count - 5).grouped) more" : "")
    }

    private static func help(for misfits: [Misfit]) -> String {
        guard misfits.contains(where: { $0.what == otherActions }) else { return nextStep }
        return "\(nextStep); time that passed does this (ttl_seconds), and another --state-dir than that of the dry run"
    }
}

import Model
import Planner

/// What a plan was made of, as digests: one for each connection that it is about, so that what moved can be named.
///
/// Places in files are left out: a comment in a manifest changes no plan. So are connections of others.
struct InputDigests: Sendable, Hashable {
    var policy: String
    /// By key, as are the others: what the manifest says.
    var manifests: [String: String] = [:]
    /// What the account shows of the connection, references and marker included.
    var account: [String: String] = [:]
    /// The rows of its files.
    var data: [String: String] = [:]

    init(policy: String) { self.policy = policy }

    init(_ plan: Plan, desired: DesiredState, seal: PlanSeal) {
        policy = seal.digest(Self.texts(desired.policy))
        // Two connections may carry one key: a marker that was copied.
        for (key, group) in Dictionary(grouping: plan.connections, by: \.key) {
            for planned in group {
                guard let desired = planned.desired else { continue }
                manifests[key] = seal.digest(Self.texts(desired, seal))
                data[key] = Self.data(of: planned, seal)
            }
            account[key] = seal.digest(group.flatMap { Self.account(of: $0, seal) })
        }
    }

    private static func texts(_ policy: Policy) -> [String] {
        [
            policy.owner, policy.ownership.rawValue, "\(policy.adopt)", "\(policy.prune)", "\(policy.maxDeletePercent)",
            "\(policy.maxRemovedPercent)", "\(policy.maxRowErrors)",
        ]
    }

    private static func texts(_ desired: DesiredConnection, _ seal: PlanSeal) -> [String] {
        var texts = [
            desired.key, desired.renamedFrom ?? "", desired.pinnedUUID ?? "", desired.primaryKey,
            "\(desired.isProtected)", "\(desired.isSuspended)", desired.description == nil ? "none" : "some",
        ]
        texts += Field.all(of: definition(of: desired)).map(seal.text)
        texts += desired.labels.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        texts.append(desired.references == nil ? "no references" : "references")
        texts += (desired.references ?? []).sorted().flatMap { [$0.type, $0.id] }
        guard let data = desired.data else { return texts + ["no data"] }
        texts += [
            "data", data.ttlSeconds.map(String.init) ?? "", data.removedRows.rawValue, data.onRowError.rawValue,
        ]
        return texts + data.columns.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value.rawValue] }
    }

    private static func definition(of desired: DesiredConnection) -> Definition {
        Definition(
            name: desired.name, primaryKey: desired.primaryKey, description: desired.description,
            details: desired.details)
    }

    private static func account(of planned: PlannedConnection, _ seal: PlanSeal) -> [String] {
        guard let actual = planned.actual else { return [planned.uuid ?? "absent"] }
        let declared = planned.desired.map { Field.all(of: definition(of: $0)) } ?? []
        let sensitive = Set(declared.filter(\.isSensitive).map(\.path))
        var texts = [actual.uuid, actual.primaryKey, actual.description ?? "", actual.details == .notShown ? "?" : ""]
        texts += Field.all(of: actual, sensitive: sensitive).map(seal.text)
        texts += (actual.references ?? []).map { "\($0.uuid) \($0.reference.type) \($0.reference.id)" }.sorted()
        // Without markers state alone says which rows the account has.
        if let known = planned.knownData { texts.append("\(known.version):\(known.digest) \(known.at)") }
        return texts
    }

    private static func data(of planned: PlannedConnection, _ seal: PlanSeal) -> String? {
        if let data = planned.data { return seal.digest(["\(data.version)", data.digest]) }
        return planned.problems.isEmpty ? nil : seal.digest(planned.problems.map(\.message))
    }
}

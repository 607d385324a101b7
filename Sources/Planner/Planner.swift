import JSON
import Model

/// Everything that a plan is made of.
package struct PlanningInput: Sendable {
    /// What a survey said of a connection's data files.
    package enum DataVerdict: Sendable, Hashable {
        case surveyed(DataSummary)
        case bad([Diagnostic])
    }

    package var desired: DesiredState
    /// With the references of those connections that `Planner.referenceUUIDs` names.
    package var actual: ActualState
    package var applied: AppliedState
    /// By key, for each connection with files.
    package var data: [String: DataVerdict]
    /// Unix seconds.
    package var now: Int
    package var options: PlanningOptions

    package init(
        desired: DesiredState, actual: ActualState, applied: AppliedState, data: [String: DataVerdict], now: Int,
        options: PlanningOptions = PlanningOptions()
    ) {
        self.desired = desired
        self.actual = actual
        self.applied = applied
        self.data = data
        self.now = now
        self.options = options
    }
}

/// What the command line allows beyond the Policy.
package struct PlanningOptions: Sendable, Hashable {
    /// Keys given to `--adopt`.
    package var adopt: Set<String> = []
    /// `--allow-recreate`: create again though every known connection is gone.
    package var allowRecreate = false
    /// `--full`: send all rows.
    package var full = false
    /// `--retry-rejected`: send rejected rows again though they are as they were.
    package var retryRejected = false
    /// Keys given to `--allow-removed`.
    package var allowRemoved: Set<String> = []
    /// Keys given to `--allow-delete`: each delete that a safeguard other than protection holds back.
    package var allowDelete: Set<String> = []
    /// `--allow-delete-percent`: a limit above the Policy's; nil for the Policy's own.
    package var allowDeletePercent: Int?
    /// `--drift-only`: plan nothing but what somebody changed in the account.
    package var driftOnly = false
    /// The manifests that the run is about; nil for all of them.
    package var restriction: Restriction?

    package init() {}

    /// Whether the run is about that manifest.
    package func includes(_ key: String) -> Bool { restriction?.keys.contains(key) ?? true }
}

/// Turns three states into a plan. Pure: it reads nothing, writes nothing, and knows no clock.
package struct Planner: Sendable {
    /// Seconds in which an upload that was completed, or interrupted, is still taken up where it ended.
    package static let resumeWindow = 15 * 60

    let input: PlanningInput
    let locator: Locator
    let ownership: Ownership
    private let isEverythingGone: Bool

    package init(_ input: PlanningInput) {
        self.input = input
        locator = Locator(
            desired: input.desired, actual: input.actual, applied: input.applied, adoptNames: input.options.adopt)
        ownership = Ownership(policy: input.desired.policy)
        // Nothing can be gone where nothing is known.
        let located = input.applied.connections.isEmpty ? [] : input.desired.connections.map(locator.locate)
        isEverythingGone =
            !locator.showsWhatStateKnows
            && located.contains { if case .gone(_, .state) = $0 { true } else { false } }
    }

    /// Connections whose references must be read before planning: declared, or recorded in state, or to be deleted.
    package var referenceUUIDs: [String] {
        var uuids: Set<String> = []
        for connection in input.desired.connections
        where !connection.isSuspended && input.options.includes(connection.key) {
            let hadSome = locator.applied(for: connection)?.references.isEmpty == false
            guard connection.references?.isEmpty == false || hadSome else { continue }
            if case .found(let actual, _) = locator.locate(connection) { uuids.insert(actual.uuid) }
        }
        if input.desired.policy.prune, !input.options.isPartial {
            uuids.formUnion(DeletePlanning(planner: self).candidates.map(\.actual.uuid))
        }
        return uuids.sorted()
    }

    /// The plan: declared connections by key, then those without a manifest.
    package func plan() -> Plan {
        var planned = input.desired.connections.map(plan(for:))
        refuseShared(&planned)
        let deleting = DeletePlanning(planner: self)
        if input.options.isPartial {
            deleting.refuseCreatesBesideOrphans(&planned)
        } else {
            planned += deleting.plan(beside: &planned)
        }
        if input.options.restriction != nil { planned.removeAll { !input.options.includes($0.key) } }
        var plan = Plan(connections: planned, now: input.now)
        plan.scope = scope(of: plan, orphans: input.options.isPartial ? deleting.candidates.count : 0)
        return plan
    }

    /// Connections that a plan would change because the list says something else than what state remembers, or because
    /// nothing is remembered: a list may lag behind, so each is read by itself before the plan counts.
    package static func doubtfulUUIDs(in plan: Plan) -> [String] {
        // By index, and first those that something is done about: to copy thousands of these values takes a while.
        plan.connections.indices.filter { !plan.connections[$0].actions.isEmpty }.map { plan.connections[$0] }.filter {
            connection in
            connection.actions.contains { action in
                switch action {
                case .update(let changes): return changes.contains { $0.cause != .manifest }
                case .upload:
                    let remembered = connection.applied?.data.map {
                        OwnershipMarker.Data(version: $0.version, digest: $0.digest, at: $0.at)
                    }
                    return connection.knownData == nil || connection.knownData != remembered
                default: return false
                }
            }
        }.compactMap(\.uuid).sorted()
    }

    private func plan(for desired: DesiredConnection) -> PlannedConnection {
        var planned = PlannedConnection(key: desired.key, name: desired.name)
        planned.desired = desired
        planned.applied = locator.applied(for: desired)
        let located = locator.locate(desired)
        if case .found(let actual, _) = located {
            planned.uuid = actual.uuid
            planned.actual = actual
            // What is remembered of another connection says nothing of the rows of this one.
            if let known = planned.applied?.uuid, known != actual.uuid { planned.applied = nil }
        }
        // Located all the same: two manifests that end at one connection are refused, whichever is meant.
        if !input.options.includes(desired.key) { return planned }
        planned.origin = origin(of: located, applied: planned.applied)
        if desired.isSuspended {
            planned.notes.append("suspended: left alone")
            return planned
        }
        compareData(of: desired, into: &planned)
        switch located {
        case .refused(let refusal): planned.refusals.append(refusal)
        case .gone(let uuid, .pin):
            planned.refusals.append(
                Refusal(
                    .pinnedMissing, "there is no connection \(uuid), which the manifest pins",
                    at: desired.places.manifest,
                    help: "remove spec.data_connection_uuid to have one created, or correct it"))
        case .gone(let uuid, _) where isEverythingGone && !input.options.allowRecreate:
            planned.refusals.append(
                .everythingGone("every connection that state knows is gone from the account, \(uuid) too", at: desired))
        case .gone(let uuid, _):
            planned.notes.append("the connection \(uuid) is gone from the account and is created again")
            planned.applied = nil
            planCreate(desired, into: &planned)
        // In an account that may be another brand's nothing is created, or the next pass would no longer find it empty.
        case .absent where isEverythingGone && !input.options.allowRecreate:
            planned.refusals.append(
                .everythingGone(
                    "every connection that state knows is gone from the account, so \(desired.key) is not created",
                    at: desired))
        case .absent: planCreate(desired, into: &planned)
        case .found(let actual, let basis): planFound(desired, actual, basis, into: &planned)
        }
        // A refusal comes first: what its data files hold matters once it is resolved.
        if !planned.refusals.isEmpty { planned.problems = [] }
        if planned.isStopped { planned.actions = [] }
        if input.options.driftOnly { keepDrift(of: &planned) }
        return planned
    }

    private func compareData(of desired: DesiredConnection, into planned: inout PlannedConnection) {
        switch input.data[desired.key] {
        case .surveyed(let summary): planned.data = summary
        case .bad(let diagnostics): planned.problems = diagnostics
        case nil: planned.problems = desired.data?.problems ?? []
        }
    }

    private func marker(for desired: DesiredConnection) -> OwnershipMarker? {
        guard input.desired.policy.ownership == .marker else { return nil }
        return OwnershipMarker(
            owner: input.desired.policy.owner, key: desired.key, isProtected: desired.isProtected)
    }

    private func planCreate(_ desired: DesiredConnection, into planned: inout PlannedConnection) {
        let base = Definition(
            name: desired.name, primaryKey: desired.primaryKey, description: desired.description,
            details: desired.details)
        planned.base = base
        planned.marker = marker(for: desired)
        var changes = [
            FieldChange(
                path: "primary_key", old: nil, new: .string(desired.primaryKey), isSensitive: false, cause: .manifest)
        ]
        for field in Field.all(of: base) where !(field.path == "description" && desired.description == nil) {
            changes.append(
                FieldChange(
                    path: field.path, old: nil, new: field.value, isSensitive: field.isSensitive, cause: .manifest))
        }
        planned.actions.append(.create(changes.sorted { $0.path < $1.path }))
        if let data = planned.data, let settings = desired.data {
            planned.actions.append(.upload(uploadPlan(data, settings, reason: .firstUpload, applied: nil)))
        }
        for reference in (desired.references ?? []).sorted() { planned.actions.append(.addReference(reference)) }
    }

    private func planFound(
        _ desired: DesiredConnection, _ actual: ActualConnection, _ basis: Locator.Basis,
        into planned: inout PlannedConnection
    ) {
        let standing: OwnershipMarker?
        switch ownership.judge(desired, found: actual, basis: basis, applied: planned.applied) {
        case .refused(let refusal):
            planned.refusals.append(refusal)
            return
        case .ours(let marker): standing = marker
        }
        // A marker that stands elsewhere too proves nothing, whichever way this one was found: people copied or moved it.
        for key in [desired.key, desired.renamedFrom].compactMap({ $0 }) {
            let others = locator.marked(key: key).filter { $0.uuid != actual.uuid }
            if others.isEmpty { continue }
            planned.refusals.append(
                Refusal.copiedMarker(key: key, connections: others + [actual], at: desired.places.manifest))
            return
        }
        if let refusal = refusalOfIdentity(desired, actual) {
            planned.refusals.append(refusal)
            return
        }
        planned.marker = marker(for: desired)
        // Nothing in the account would tell.
        if basis == .adoption, planned.marker == nil {
            planned.notes.append("taken over: from now on state says that it is ours")
        }
        planned.knownData =
            planned.marker == nil
            ? planned.applied?.data.map { OwnershipMarker.Data(version: $0.version, digest: $0.digest, at: $0.at) }
            : standing?.data
        let changes = definitionChanges(desired, actual, standing: standing, into: &planned)
        if !changes.isEmpty { planned.actions.append(.update(changes)) }
        planUpload(into: &planned)
        planReferences(desired, actual, into: &planned)
    }

    private func refusalOfIdentity(_ desired: DesiredConnection, _ actual: ActualConnection) -> Refusal? {
        if actual.primaryKey != desired.primaryKey {
            return Refusal.primaryKey(of: desired, was: actual.primaryKey)
        }
        let isAPIBased: Bool
        switch actual.details {
        case .none: isAPIBased = false
        case .some: isAPIBased = true
        case .notShown: return nil
        }
        if isAPIBased == (desired.details != nil) { return nil }
        let (was, wanted) =
            isAPIBased ? ("API-based", "upload-based") : ("upload-based", "API-based (external_api_details)")
        return Refusal(
            .kindChanged,
            "\(desired.key) is \(was) in the account, the manifest makes it \(wanted): that cannot change",
            at: desired.places.source,
            help: "declare a new connection under a new metadata.name, move the references to it, then remove this one")
    }

    /// Two manifests that end at one connection would undo each other for ever.
    private func refuseShared(_ planned: inout [PlannedConnection]) {
        var users: [String: [Int]] = [:]
        for (index, connection) in planned.enumerated() {
            if let uuid = connection.uuid { users[uuid, default: []].append(index) }
        }
        for (uuid, indexes) in users where indexes.count > 1 {
            let keys = indexes.map { planned[$0].key }.joined(separator: ", ")
            for index in indexes {
                planned[index].actions = []
                planned[index].refusals.append(
                    Refusal(
                        .sharedConnection, "the manifests \(keys) end at one connection, \(uuid)",
                        at: planned[index].desired?.places.manifest, help: "remove all but one of them"))
            }
        }
    }
}

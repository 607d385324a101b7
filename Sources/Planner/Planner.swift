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
    package var actual: ActualState
    package var applied: AppliedState
    /// By key, for each connection with files.
    package var data: [String: DataVerdict]
    /// Unix seconds.
    package var now: Int
    package var options: PlanningOptions
    /// Under which definitions are digested in markers: made of the brand's key.
    package var definitionKey = SipHash128.Key()
    /// Secrets that this run could put into manifests: no text of the account that holds one is shown.
    package var knownSecrets: [String] = []

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
    /// While the manifests are invalid: keep what there is, and create nothing.
    package var keepsOnly = false
    /// `--drift-only`: plan nothing but what somebody changed in the account.
    package var driftOnly = false
    /// The manifests that the run is about; nil for all of them.
    package var restriction: Restriction?

    package init() {}

    /// Whether the run is about that manifest.
    package func includes(_ key: String) -> Bool { restriction?.keys.contains(key) ?? true }
}

/// Turns located connections into a plan. Pure: it reads nothing, writes nothing, and knows no clock.
package struct Planner: Sendable {
    let input: PlanningInput
    let located: LocatedState

    /// - Parameter located: Of the same input, with the references that `referenceUUIDs` names.
    package init(_ input: PlanningInput, _ located: LocatedState) {
        self.input = input
        self.located = located
    }

    /// Where the input has all references already.
    package init(_ input: PlanningInput) { self.init(input, LocatedState(input)) }

    /// The plan: declared connections by key, then those without a manifest.
    package func plan() -> Plan {
        let declared = located.connections.map(plan)
        let deleting = DeletePlanning(input, located, beside: declared)
        var planned = deleting.judged(input.options.isPartial ? declared : declared + deleting.planned)
        if input.options.restriction != nil { planned.removeAll { !input.options.includes($0.key) } }
        var plan = Plan(connections: planned, now: input.now)
        plan.scope = scope(of: plan, orphans: located.orphans.count)
        return plan
    }

    private func plan(_ located: LocatedConnection) -> PlannedConnection {
        guard let desired = located.desired else { return PlannedConnection(located) }
        switch located.verdict {
        case .leftAlone:
            return PlannedConnection(located, notes: desired.isSuspended ? ["suspended: left alone"] : [])
        case .refused(let refusal):
            return PlannedConnection(located, .stopped([refusal], []))
        case .absent where input.options.keepsOnly, .gone where input.options.keepsOnly:
            return PlannedConnection(located, notes: ["not created while the manifests are invalid"])
        case .absent:
            return finished(planCreate(desired, located))
        case .gone(let uuid):
            var planned = planCreate(desired, located)
            planned.notes.append("the connection \(uuid) is gone from the account and is created again")
            return finished(planned)
        case .ours(let standing):
            guard let actual = located.actual else { return PlannedConnection(located) }
            return finished(planUpdate(desired, actual, standing: standing, located))
        }
    }

    /// With what the data files and the kind of the run say of it.
    private func finished(_ planned: PlannedConnection) -> PlannedConnection {
        var planned = planned
        let problems = problems(of: planned.key, planned.desired)
        // A refusal comes first: what its data files hold matters once it is resolved.
        if !problems.isEmpty, !planned.isStopped { planned.outcome = .stopped([], problems) }
        return input.options.driftOnly ? keepingDrift(of: planned) : planned
    }

    private func problems(of key: String, _ desired: DesiredConnection?) -> [Diagnostic] {
        switch input.data[key] {
        case .surveyed: []
        case .bad(let diagnostics): diagnostics
        case nil: desired?.data?.problems ?? []
        }
    }

    private func summary(of key: String) -> DataSummary? {
        if case .surveyed(let summary) = input.data[key] { summary } else { nil }
    }

    private func marker(for desired: DesiredConnection) -> OwnershipMarker? {
        guard input.desired.policy.ownership == .marker else { return nil }
        return OwnershipMarker(
            owner: input.desired.policy.owner, key: desired.key, isProtected: desired.isProtected)
    }

    private func planCreate(_ desired: DesiredConnection, _ located: LocatedConnection) -> PlannedConnection {
        var planned = PlannedConnection(located)
        planned.data = summary(of: desired.key)
        let base = Definition(
            name: desired.name, primaryKey: desired.primaryKey, description: desired.description,
            details: desired.details)
        planned.sending = DefinitionToSend(base: base, marker: marker(for: desired))
        var changes = [
            FieldChange(
                path: "primary_key", old: nil, new: .string(desired.primaryKey), isSensitive: false, cause: .manifest)
        ]
        for field in Field.all(of: base) where !(field.path == "description" && desired.description == nil) {
            changes.append(
                FieldChange(
                    path: field.path, old: nil, new: field.value, isSensitive: field.isSensitive, cause: .manifest,
                    isUnknown: field.isUnknown))
        }
        var actions = [Action.create(changes.sorted { $0.path < $1.path })]
        if let data = planned.data, let settings = desired.data {
            actions.append(.upload(uploadPlan(data, settings, reason: .firstUpload, applied: nil)))
        }
        actions += (desired.references ?? []).sorted().map(Action.addReference)
        planned.outcome = .steps(actions)
        return planned
    }

    private func planUpdate(
        _ desired: DesiredConnection, _ actual: ActualConnection, standing: OwnershipMarker?,
        _ located: LocatedConnection
    ) -> PlannedConnection {
        var planned = PlannedConnection(located)
        planned.data = summary(of: desired.key)
        let marker = marker(for: desired)
        // Nothing in the account would tell.
        if located.origin == .adopted, marker == nil {
            planned.notes.append("taken over: from now on state says that it is ours")
        }
        let finished = marker == nil ? nil : unwrittenData(of: located, planned.data, standing: standing)
        let definition = compareDefinition(
            desired, actual, located, wanted: marker, standing: standing, finished: finished)
        planned.knownData = finished ?? located.stamp
        let rows = finished == nil ? compareRows(located, planned.data) : RowsVerdict()
        let references = compareReferences(desired, actual, located.applied)
        planned.sending = definition.sending
        planned.notes += definition.notes + rows.notes + references.notes
        let refusals = [definition.refusal, rows.refusal].compactMap { $0 }
        let update = definition.changes.isEmpty ? [] : [Action.update(definition.changes)]
        let upload = rows.upload.map { [Action.upload($0)] } ?? []
        planned.outcome = refusals.isEmpty ? .steps(update + upload + references.actions) : .stopped(refusals, [])
        return planned
    }
}

extension Plan {
    /// Connections that the plan would change because the list says something else than what state remembers, or
    /// because nothing is remembered: a list may lag behind, so each is read by itself before the plan counts.
    package var doubtfulUUIDs: [String] {
        // By index, and first those that something is done about: to copy thousands of these values takes a while.
        connections.indices.filter { !connections[$0].actions.isEmpty }.map { connections[$0] }.filter { planned in
            planned.actions.contains { action in
                switch action {
                case .update(let changes): changes.contains { $0.cause != .manifest }
                case .upload: planned.knownData == nil || planned.knownData != planned.applied?.data?.stamp
                default: false
                }
            }
        }.compactMap(\.uuid).sorted()
    }
}

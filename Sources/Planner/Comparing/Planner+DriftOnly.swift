import JSON
import Model

extension PlanningOptions {
    /// Whether some of what the manifests ask for is left out: such a run never deletes.
    package var isPartial: Bool { restriction != nil || driftOnly }
}

extension Planner {
    /// Leaves nothing in the plan but what undoes other people's changes to the account.
    ///
    /// A PUT carries name, description and details whole. So what only the manifest changed goes along as the account
    /// has it; where both changed a field, the manifest says what it becomes.
    func keepingDrift(of whole: PlannedConnection) -> PlannedConnection {
        guard !whole.isStopped, let desired = whole.desired else { return whole }
        var planned = whole
        var kept: [Action] = []
        var heldBack: Set<String> = []
        for action in whole.actions {
            guard case .update(let changes) = action else {
                let causes = whole.causes(of: action)
                if causes.contains(where: \.isDrift) { kept.append(action) } else { planned.leftOut.add(causes) }
                continue
            }
            var drifted: [FieldChange] = []
            for change in changes {
                let causes = whole.causes(of: change)
                if causes.contains(where: \.isDrift) {
                    drifted.append(change)
                } else {
                    planned.leftOut.add(causes)
                    if change.cause != .ownership { heldBack.insert(change.path) }
                }
            }
            if !drifted.isEmpty { kept.append(.update(drifted)) }
        }
        planned.sending?.heldBack = heldBack
        noteWhatCannotBeTold(&planned)
        planned.outcome = .steps(kept)
        if kept.isEmpty || planned.isCreated { return planned }
        if planned.sending?.ownershipCauses.contains(where: \.isDrift) != true {
            // To move the marker, protect with it or take it away is not drift.
            var standing = planned.actual?.wholeMarker
            standing?.data = nil
            standing?.definition = nil
            planned.sending?.marker = standing
        }
        guard let actual = planned.actual, !heldBack.isEmpty else { return planned }
        guard let base = base(desired, actual, planned.applied, holdingBack: heldBack) else {
            planned.outcome = .stopped([Self.refusalOfInseparable(desired)], [])
            return planned
        }
        planned.sending?.base = base
        return planned
    }

    /// The definition to send with what the account has in the fields that only the manifest changed; nil where the
    /// account does not show all of that.
    private func base(
        _ desired: DesiredConnection, _ actual: ActualConnection, _ applied: AppliedConnection?,
        holdingBack heldBack: Set<String>
    ) -> Definition? {
        var base = mergedDefinition(desired, actual, applied)
        if heldBack.contains("name") { base.name = actual.name }
        if heldBack.contains("description") { base.description = actual.marked.text }
        let paths = heldBack.filter { $0.hasPrefix(Field.detailsName) }
        if paths.isEmpty { return base }
        let there = Field.all(of: actual)
        let isMasked = there.contains { paths.contains($0.path) && DefinitionComparison.isMasked($0.value) }
        guard case .apiBased(let details) = actual.details, !isMasked else { return nil }
        base.details = HeldBackDetails(paths: paths).merge(base.details, details)
        return base
    }

    private static func refusalOfInseparable(_ desired: DesiredConnection) -> Refusal {
        Refusal(
            .headersNotShown,
            "somebody changed \(desired.key), and so did its manifest: the account does not show all that it has, so the "
                + "one cannot be undone without the other",
            at: desired.places.source, help: "run it without --drift-only")
    }

    /// What has no memory beside it may be drift or not.
    private func noteWhatCannotBeTold(_ planned: inout PlannedConnection) {
        if planned.leftOut.contains(.undetermined) {
            let paths = (planned.sending?.heldBack ?? []).sorted()
            let what =
                paths.isEmpty
                ? "it differs" : paths.joined(separator: ", ") + (paths.count == 1 ? " differs" : " differ")
            planned.notes.append(
                "\(what) from the manifest: no state remembers what was sent, so nobody can tell whether that is drift")
        } else if planned.applied == nil, planned.origin == .new, input.applied.connections.isEmpty {
            planned.leftOut.add([.undetermined])
            planned.notes.append(
                "it is not in the account: without state nobody can tell whether it is new or was deleted by somebody")
        } else if planned.applied?.data == nil, planned.origin != .new,
            planned.leftOut.contains(.rowsChanged) || planned.leftOut.contains(.firstUpload)
        {
            planned.leftOut.add([.undetermined])
            planned.notes.append(
                "its rows are not those of the files: no state remembers what was uploaded, so nobody can tell whether "
                    + "that is drift")
        }
    }

    /// What is said of the plan as a whole.
    func scope(of plan: Plan, orphans: Int) -> PlanScope {
        var scope = PlanScope()
        scope.restriction = input.options.restriction
        scope.isDriftOnly = input.options.driftOnly
        if let note = scope.restriction?.note { scope.notes.append(note) }
        if scope.isDriftOnly, input.applied.connections.isEmpty,
            plan.connections.contains(where: { $0.leftOut.contains(.undetermined) })
        {
            scope.notes.append(
                "there is no state, so what differs cannot be told apart: drift, or a change of the manifests; a plan "
                    + "without --drift-only shows all of it")
        }
        if scope.isPartial, input.desired.policy.prune, orphans > 0 {
            let connections =
                orphans == 1 ? "connection that no manifest declares is" : "connections that no manifest declares are"
            scope.notes.append("\(orphans) owned \(connections) left alone: a run over a part never deletes")
        }
        return scope
    }

    /// Why the marker changes; `standing` is the one in the account.
    func ownershipCauses(
        standing: OwnershipMarker?, wanted: OwnershipMarker?, _ located: LocatedConnection
    ) -> [Cause] {
        switch located.origin {
        case .adopted: return [.adopted]
        case .begun: return [.resumed]
        case .new, .gone, .known: break
        }
        let sent = located.applied?.sent?.fields[FieldSnapshot.markerPath]
        guard let standing else { return [sent == nil ? .manifestChanged : .ownershipRepair] }
        guard let wanted else { return [.manifestChanged] }
        var causes: [Cause] = []
        if standing.key != wanted.key { causes.append(.renamed) }
        if standing.isProtected != wanted.isProtected {
            causes.append(sent == nil ? .undetermined : sent == wanted.text ? .ownershipRepair : .manifestChanged)
        }
        return causes.isEmpty ? [.resumed] : causes
    }
}

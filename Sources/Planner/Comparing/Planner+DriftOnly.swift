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
    func keepDrift(of planned: inout PlannedConnection) {
        guard !planned.isStopped, let desired = planned.desired else { return }
        var kept: [Action] = []
        for action in planned.actions {
            guard case .update(let changes) = action else {
                let causes = planned.causes(of: action)
                if causes.contains(where: \.isDrift) { kept.append(action) } else { planned.leftOut.add(causes) }
                continue
            }
            var drifted: [FieldChange] = []
            for change in changes {
                let causes = planned.causes(of: change)
                if causes.contains(where: \.isDrift) {
                    drifted.append(change)
                } else {
                    planned.leftOut.add(causes)
                    if change.cause != .ownership { planned.heldBack.insert(change.path) }
                }
            }
            if !drifted.isEmpty { kept.append(.update(drifted)) }
        }
        noteWhatCannotBeTold(&planned)
        planned.actions = kept
        if kept.isEmpty || planned.isCreated { return }
        if !planned.ownershipCauses.contains(where: \.isDrift) { keepMarker(of: &planned) }
        guard let actual = planned.actual, !planned.heldBack.isEmpty else { return }
        holdBack(desired, actual, &planned)
    }

    /// The marker as it stands: to move it, protect with it or take it away is not drift.
    private func keepMarker(of planned: inout PlannedConnection) {
        guard case .whole(var marker) = MarkedDescription(parsing: planned.actual?.description).marker else {
            planned.marker = nil
            return
        }
        marker.data = nil
        planned.marker = marker
    }

    /// Puts what the account has into the definition to send, for the fields that only the manifest changed.
    private func holdBack(
        _ desired: DesiredConnection, _ actual: ActualConnection, _ planned: inout PlannedConnection
    ) {
        var base = mergedDefinition(desired, actual)
        if planned.heldBack.contains("name") { base.name = actual.name }
        if planned.heldBack.contains("description") {
            base.description = MarkedDescription(parsing: actual.description).text
        }
        let paths = planned.heldBack.filter { $0.hasPrefix(Field.detailsName) }
        if !paths.isEmpty {
            let there = Field.all(of: actual)
            let isMasked = there.contains { paths.contains($0.path) && DefinitionComparison.isMasked($0.value) }
            guard case .some(let details) = actual.details, !isMasked else {
                planned.actions = []
                planned.refusals.append(Self.refusalOfInseparable(desired))
                return
            }
            base.details = HeldBackDetails(paths: paths).merge(base.details, details)
        }
        planned.base = base
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
            let paths = planned.heldBack.sorted()
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
        if scope.isDriftOnly, input.applied.connections.isEmpty, !plan.connections.isEmpty {
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

    func origin(of located: Locator.Result, applied: AppliedConnection?) -> PlannedConnection.Origin {
        switch located {
        case .found(_, .adoption): .adopted
        case .found(_, .begunCreate): .begun
        case .found(let actual, .pin) where applied == nil:
            MarkedDescription(parsing: actual.description).marker == .none ? .adopted : .known
        case .found: .known
        case .gone: .gone
        case .absent: applied == nil ? .new : .begun
        case .refused: .new
        }
    }

    /// Why the marker changes; `standing` is the one in the account.
    func ownershipCauses(standing: OwnershipMarker?, planned: PlannedConnection) -> [Cause] {
        switch planned.origin {
        case .adopted: return [.adopted]
        case .begun: return [.resumed]
        case .new, .gone, .known: break
        }
        let sent = planned.applied?.sent?.fields[FieldSnapshot.markerPath]
        guard let standing else { return [sent == nil ? .manifestChanged : .ownershipRepair] }
        guard let wanted = planned.marker else { return [.manifestChanged] }
        var causes: [Cause] = []
        if standing.key != wanted.key { causes.append(.renamed) }
        if standing.isProtected != wanted.isProtected {
            causes.append(sent == nil ? .undetermined : sent == wanted.text ? .ownershipRepair : .manifestChanged)
        }
        return causes.isEmpty ? [.resumed] : causes
    }
}

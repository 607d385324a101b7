import Model

/// Plans the deletes: owned connections that no manifest declares, and everything that stands in their way.
///
/// A delete is irreversible and takes the rows along, so each rule refuses rather than guesses. `DeleteRules` judges one
/// connection, `DeletePlanning+Run` the run as a whole.
struct DeletePlanning {
    struct Candidate {
        var key: String
        var actual: ActualConnection
        /// What state remembers of this very connection under that key.
        var applied: AppliedConnection?
        /// What contradicts the marker, or what state says; nil where nothing does.
        var conflict: Refusal?
        /// The other owner that the connection has by now.
        var newOwner: String?
    }

    let planner: Planner

    var policy: Policy { planner.input.desired.policy }
    var options: PlanningOptions { planner.input.options }

    /// Connections that are ours and that no manifest declares, by key.
    var candidates: [Candidate] {
        var declared: Set<String> = []
        for connection in planner.input.desired.connections {
            declared.insert(connection.key)
            if let former = connection.renamedFrom { declared.insert(former) }
        }
        let applied = planner.input.applied.connections
        let knownAs = Dictionary(
            applied.compactMap { key, known in known.uuid.map { ($0, key) } }, uniquingKeysWith: min)
        var found: [Candidate] = []
        for key in planner.locator.markedKeys where !declared.contains(key) {
            let marked = planner.locator.marked(key: key)
            for actual in marked {
                let known = applied[key].flatMap { $0.uuid == actual.uuid ? $0 : nil }
                var candidate = Candidate(key: key, actual: actual, applied: known)
                candidate.conflict = conflict(of: actual, key: key, marked: marked, knownAs: knownAs[actual.uuid])
                found.append(candidate)
            }
        }
        let uuids = Set(found.map(\.actual.uuid))
        for (key, known) in applied.sorted(by: { $0.key < $1.key }) where !declared.contains(key) {
            guard let uuid = known.uuid, !uuids.contains(uuid), let actual = planner.locator.connection(uuid: uuid)
            else { continue }
            var candidate = Candidate(key: key, actual: actual, applied: known)
            if case .whole(let marker) = MarkedDescription(parsing: actual.description).marker,
                marker.owner != policy.owner
            {
                candidate.newOwner = marker.owner
            }
            let marked = planner.locator.marked(key: key)
            if !marked.isEmpty { candidate.conflict = .copiedMarker(key: key, connections: marked + [actual], at: nil) }
            found.append(candidate)
        }
        return found.sorted { ($0.key, $0.actual.uuid) < ($1.key, $1.actual.uuid) }
    }

    /// The planned deletes, refusals and notes; a create of the same name in `declared` is refused along with its delete.
    func plan(beside declared: inout [PlannedConnection]) -> [PlannedConnection] {
        // Nothing is deleted by a run that is about a part of the manifests, whatever else is asked for.
        if options.isPartial { return [] }
        let located = Set(declared.compactMap(\.uuid))
        let candidates = candidates.filter { !located.contains($0.actual.uuid) }
        var planned = candidates.map(plan(for:))
        guard policy.prune else { return planned }
        refuseReplacements(&planned, beside: &declared)
        refuseAllGone(&planned)
        refuseInvalidRun(&planned)
        refuseOverLimit(&planned)
        return planned
    }

    private func plan(for candidate: Candidate) -> PlannedConnection {
        var planned = PlannedConnection(key: candidate.key, name: candidate.actual.name)
        planned.uuid = candidate.actual.uuid
        planned.actual = candidate.actual
        planned.applied = candidate.applied
        if let owner = candidate.newOwner {
            planned.notes.append("no manifest declares it, and it belongs to owner \"\(owner)\" by now: left alone")
            return planned
        }
        guard policy.prune else {
            planned.notes.append("owned, but no manifest declares it; prune is off, so it stays")
            return planned
        }
        if let conflict = candidate.conflict {
            planned.refusals = [conflict]
        } else {
            planned.refusals = DeleteRules(policy: policy, options: options).refusals(
                for: candidate.actual, key: candidate.key, applied: candidate.applied)
        }
        if planned.refusals.isEmpty { planned.actions = [.delete] }
        return planned
    }

    /// What is wrong with taking this connection for the one that its marker names.
    private func conflict(
        of actual: ActualConnection, key: String, marked: [ActualConnection], knownAs: String?
    ) -> Refusal? {
        if marked.count > 1 { return .copiedMarker(key: key, connections: marked, at: nil) }
        if let knownAs, knownAs != key {
            return Refusal(
                .otherKey,
                "the marker of \(actual.uuid) says that it is \(key), and state knows it as \(knownAs): somebody edited it",
                at: nil,
                help:
                    "correct the key in its description; or put its manifest back with renamed_from: \(knownAs), apply "
                    + "it, then remove it")
        }
        // State knows the one that is meant, so this marker was moved or copied here.
        if let uuid = planner.input.applied.connections[key]?.uuid, uuid != actual.uuid,
            let known = planner.locator.connection(uuid: uuid)
        {
            return .copiedMarker(key: key, connections: [actual, known], at: nil)
        }
        return nil
    }
}

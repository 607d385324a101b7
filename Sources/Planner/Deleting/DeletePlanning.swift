import Model

/// Plans the deletes: owned connections that no manifest declares, and everything that stands in their way.
///
/// A delete is irreversible and takes the rows along, so each rule refuses rather than guesses. `DeleteRules` judges one
/// connection, `DeletePlanning+Run` the plan as a whole.
struct DeletePlanning {
    let input: PlanningInput
    let orphans: [Orphan]

    /// `declared` are the planned connections of the manifests: what one of them ends at is no orphan.
    init(_ input: PlanningInput, _ located: LocatedState, beside declared: [PlannedConnection]) {
        self.input = input
        let uuids = Set(declared.compactMap(\.uuid))
        orphans = located.orphans.filter { !uuids.contains($0.actual.uuid) }
    }

    var policy: Policy { input.desired.policy }
    var options: PlanningOptions { input.options }

    /// Each orphan by itself: a delete, a refusal or a note.
    var planned: [PlannedConnection] { orphans.map(plan) }

    private func plan(_ orphan: Orphan) -> PlannedConnection {
        var planned = PlannedConnection(
            LocatedConnection(
                key: orphan.key, name: orphan.actual.name, actual: orphan.actual, applied: orphan.applied,
                origin: .known, verdict: .ours(orphan.actual.wholeMarker)))
        if let owner = orphan.newOwner {
            planned.notes.append("no manifest declares it, and it belongs to owner \"\(owner)\" by now: left alone")
            return planned
        }
        guard policy.prune else {
            planned.notes.append("owned, but no manifest declares it; prune is off, so it stays")
            return planned
        }
        let refusals =
            orphan.conflict.map { [$0] }
            ?? DeleteRules(policy: policy, options: options).refusals(
                for: orphan.actual, key: orphan.key, applied: orphan.applied)
        planned.outcome = refusals.isEmpty ? .steps([.delete]) : .stopped(refusals, [])
        return planned
    }
}

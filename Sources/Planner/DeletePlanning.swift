import Model

/// Plans the deletes: owned connections that no manifest declares, and everything that stands in their way.
///
/// A delete is irreversible and takes the rows along, so each rule here refuses rather than guesses.
struct DeletePlanning {
    struct Candidate {
        var key: String
        var actual: ActualConnection
        var applied: AppliedConnection?
    }

    let planner: Planner

    private var policy: Policy { planner.input.desired.policy }

    /// Connections that are ours and that no manifest declares, by key.
    var candidates: [Candidate] {
        var declared: Set<String> = []
        for connection in planner.input.desired.connections {
            declared.insert(connection.key)
            if let former = connection.renamedFrom { declared.insert(former) }
        }
        let applied = planner.input.applied.connections
        var found: [Candidate] = []
        for key in planner.locator.markedKeys where !declared.contains(key) {
            for actual in planner.locator.marked(key: key) {
                found.append(Candidate(key: key, actual: actual, applied: applied[key]))
            }
        }
        let uuids = Set(found.map(\.actual.uuid))
        for (key, known) in applied.sorted(by: { $0.key < $1.key }) where !declared.contains(key) {
            guard let uuid = known.uuid, !uuids.contains(uuid), let actual = planner.locator.connection(uuid: uuid)
            else { continue }
            found.append(Candidate(key: key, actual: actual, applied: known))
        }
        return found.sorted { ($0.key, $0.actual.uuid) < ($1.key, $1.actual.uuid) }
    }

    /// The planned deletes, refusals and notes; a create of the same name in `declared` is refused along with its delete.
    func plan(beside declared: inout [PlannedConnection]) -> [PlannedConnection] {
        let located = Set(declared.compactMap(\.uuid))
        let candidates = candidates.filter { !located.contains($0.actual.uuid) }
        var planned = candidates.map { candidate in
            var planned = PlannedConnection(key: candidate.key, name: candidate.actual.name)
            planned.uuid = candidate.actual.uuid
            planned.actual = candidate.actual
            planned.applied = candidate.applied
            guard policy.prune else {
                planned.notes.append("owned, but no manifest declares it; prune is off, so it stays")
                return planned
            }
            planned.refusals = Self.refusals(
                for: candidate.actual, key: candidate.key, applied: candidate.applied, policy: policy)
            if planner.locator.marked(key: candidate.key).count > 1 {
                planned.refusals = [
                    Refusal.copiedMarker(
                        key: candidate.key, connections: planner.locator.marked(key: candidate.key), at: nil)
                ]
            }
            if planned.refusals.isEmpty { planned.actions = [.delete] }
            return planned
        }
        guard policy.prune else { return planned }
        refuseReplacements(&planned, beside: &declared)
        refuseAllGone(&planned)
        refuseOverLimit(&planned, owned: located.count + candidates.count)
        return planned
    }

    /// What stands in the way of deleting a connection as the API shows it now. Also asked right before the request.
    static func refusals(
        for actual: ActualConnection, key: String, applied: AppliedConnection?, policy: Policy
    ) -> [Refusal] {
        var refusals: [Refusal] = []
        let marked = MarkedDescription(parsing: actual.description).marker
        switch (marked, policy.ownership) {
        case (.whole(let marker), _) where marker.owner == policy.owner && marker.key == key:
            if marker.isProtected {
                refusals.append(
                    Refusal(
                        .protected, "\(key) is protected and no manifest declares it", at: nil,
                        help: "put the manifest back with lifecycle: {protect: false}, apply it, then remove it"))
            }
        case (.none, .state) where applied?.uuid == actual.uuid: break
        default:
            refusals.append(
                Refusal(
                    .markerMissing, "\(key) (\(actual.uuid)) no longer carries our ownership marker", at: nil,
                    help: "put the manifest back to have the marker repaired, or delete the connection by hand"))
        }
        guard let references = actual.references else {
            refusals.append(
                Refusal(
                    .foreignReferences, "the references of \(key) could not be read", at: nil,
                    help: "try again when they can"))
            return refusals
        }
        let ours = Set((applied?.references ?? []).map(\.uuid))
        let foreign = references.filter { !ours.contains($0.uuid) }.map(\.reference).sorted()
        if !foreign.isEmpty {
            let list = foreign.prefix(5).map { "\($0.type) \($0.id)" }.joined(separator: ", ")
            refusals.append(
                Refusal(
                    .foreignReferences,
                    "\(key) is still used by \(list)\(foreign.count > 5 ? " and \(foreign.count - 5) more" : "")",
                    at: nil, help: "remove these references first"))
        }
        return refusals
    }

    private func refuseReplacements(_ planned: inout [PlannedConnection], beside declared: inout [PlannedConnection]) {
        for index in planned.indices where planned[index].actions == [.delete] {
            guard
                let other = declared.indices.first(where: { other in
                    guard case .create = declared[other].actions.first else { return false }
                    return declared[other].name == planned[index].name
                        && declared[other].desired?.primaryKey == planned[index].actual?.primaryKey
                })
            else { continue }
            let message =
                "\(declared[other].key) would be created and \(planned[index].key) deleted, with the same name and "
                + "primary key"
            let help =
                "if this is a rename, write renamed_from: \(planned[index].key) under metadata of "
                + "\(declared[other].key)"
            let place = declared[other].desired?.places.manifest
            declared[other].actions = []
            declared[other].refusals.append(Refusal(.createAndPrune, message, at: place, help: help))
            planned[index].actions = []
            planned[index].refusals.append(Refusal(.createAndPrune, message, at: place, help: help))
        }
    }

    private func refuseAllGone(_ planned: inout [PlannedConnection]) {
        guard planner.input.desired.connections.isEmpty else { return }
        for index in planned.indices where planned[index].actions == [.delete] {
            planned[index].actions = []
            planned[index].refusals.append(
                Refusal(
                    .allManifestsGone, "no manifest is left at all, so \(planned[index].key) is not deleted", at: nil,
                    help: "check that DIR is the right directory; delete the last connections by hand"))
        }
    }

    private func refuseOverLimit(_ planned: inout [PlannedConnection], owned: Int) {
        let recent = planner.input.applied.deletions.filter { planner.input.now - $0 < 24 * 60 * 60 }.count
        let deletes = planned.indices.filter { planned[$0].actions == [.delete] }
        let total = owned + recent
        let allowed =
            policy.maxDeletePercent == 0 ? 0 : total < 10 ? 3 : total * policy.maxDeletePercent / 100
        guard deletes.count + recent > allowed else { return }
        for index in deletes {
            planned[index].actions = []
            planned[index].refusals.append(
                Refusal(
                    .deleteLimit,
                    "\(deletes.count) deletes\(recent > 0 ? " after \(recent) in the last 24 hours" : "") are over the "
                        + "limit of \(allowed) of \(total) owned connections",
                    at: nil, help: "delete fewer at a time, or raise max_delete_percent in the Policy"))
        }
    }
}

extension Planner {
    /// What stands in the way of a planned delete, by what the API shows right before the request.
    package static func refusals(
        ofDeleting actual: ActualConnection, key: String, applied: AppliedConnection?, policy: Policy
    ) -> [Refusal] {
        DeletePlanning.refusals(for: actual, key: key, applied: applied, policy: policy)
    }
}

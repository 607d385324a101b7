import Model

/// Rules about a run as a whole: each takes planned deletes back.
extension DeletePlanning {
    /// A create of the same name and primary key beside an orphan is a rename that somebody forgot to declare, whatever
    /// else keeps the orphan from being deleted.
    func refuseReplacements(_ planned: inout [PlannedConnection], beside declared: inout [PlannedConnection]) {
        let creates = declared.indices.filter { declared[$0].isCreated }
        for index in planned.indices where !options.allowDelete.contains(planned[index].key) {
            let isDeleted = planned[index].actions == [.delete]
            guard isDeleted || !planned[index].refusals.isEmpty,
                let other = creates.first(where: { other in
                    declared[other].name == planned[index].name
                        && declared[other].desired?.primaryKey == planned[index].actual?.primaryKey
                })
            else { continue }
            let message =
                "\(declared[other].key) would be created "
                + (isDeleted
                    ? "and \(planned[index].key) deleted" : "beside \(planned[index].key), which no manifest declares")
                + ", with the same name and primary key"
            let help =
                "if this is a rename, write renamed_from: \(planned[index].key) under metadata of "
                + "\(declared[other].key); if it is not, give --allow-delete \(planned[index].key)"
            let place = declared[other].desired?.places.manifest
            let refusal = Refusal(.createAndPrune, message, at: place, help: help)
            declared[other].actions = []
            declared[other].refusals.append(refusal)
            if isDeleted { refuse(&planned[index], refusal) }
        }
    }

    /// An empty directory is more often a wrong path than a wish.
    func refuseAllGone(_ planned: inout [PlannedConnection]) {
        guard planner.input.desired.connections.isEmpty else { return }
        for index in planned.indices where isHeld(planned[index]) {
            refuse(
                &planned[index],
                Refusal(
                    .allManifestsGone, "no manifest is left at all, so \(planned[index].key) is not deleted", at: nil,
                    help: "check that DIR is the right directory; if all of it is meant to go, give --allow-delete "
                        + planned[index].key))
        }
    }

    /// While a part of the wish cannot be read, nobody knows all of it.
    func refuseInvalidRun(_ planned: inout [PlannedConnection]) {
        let invalid = planner.input.desired.connections.filter { desired in
            if desired.isSuspended { return false }
            // Also where a refusal comes first and hides it.
            if case .bad = planner.input.data[desired.key] { return true }
            return desired.data?.problems.isEmpty == false
        }.map(\.key)
        if invalid.isEmpty { return }
        let list = invalid.prefix(5).joined(separator: ", ") + (invalid.count > 5 ? ", …" : "")
        for index in planned.indices where isHeld(planned[index]) {
            refuse(
                &planned[index],
                Refusal(
                    .invalidRun, "\(planned[index].key) is not deleted while data files are invalid: \(list)", at: nil,
                    help: "correct the data files, or give --allow-delete \(planned[index].key)"))
        }
    }

    /// Over the limit nothing is deleted at all: which of them are meant is not for this tool to choose.
    func refuseOverLimit(_ planned: inout [PlannedConnection]) {
        let recent = planner.input.applied.deletions.filter { planner.input.now - $0 < 24 * 60 * 60 }.count
        let deletes = planned.indices.filter { planned[$0].actions == [.delete] }
        if deletes.isEmpty { return }
        let total = ownedCount + recent
        let allowed = max(
            policy.maxDeletePercent == 0 ? 0 : total < 10 ? 3 : total * policy.maxDeletePercent / 100,
            total * (options.allowDeletePercent ?? 0) / 100)
        guard deletes.count + recent > allowed, total > 0 else { return }
        let percent = min(100, ((deletes.count + recent) * 100 + total - 1) / total)
        for index in deletes {
            refuse(
                &planned[index],
                Refusal(
                    .deleteLimit,
                    "\(deletes.count) delete\(deletes.count == 1 ? "" : "s")"
                        + "\(recent > 0 ? " after \(recent) in the last 24 hours" : "") are over the "
                        + "limit of \(allowed) of \(total) owned connections",
                    at: nil,
                    help: "delete fewer at a time, or give --allow-delete-percent \(percent), or raise "
                        + "max_delete_percent in the Policy"))
        }
    }

    /// Connections in the account that are ours by their marker, or by state where nobody else's marker stands.
    private var ownedCount: Int {
        let known = Set(planner.input.applied.connections.values.compactMap(\.uuid))
        return planner.input.actual.connections.filter { connection in
            switch MarkedDescription(parsing: connection.description).marker {
            case .whole(let marker): marker.owner == policy.owner
            case .none, .damaged: known.contains(connection.uuid)
            }
        }.count
    }

    /// Whether it is a planned delete that `--allow-delete` does not name.
    private func isHeld(_ planned: PlannedConnection) -> Bool {
        planned.actions == [.delete] && !options.allowDelete.contains(planned.key)
    }

    private func refuse(_ planned: inout PlannedConnection, _ refusal: Refusal) {
        planned.actions = []
        planned.refusals.append(refusal)
    }
}

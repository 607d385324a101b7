import Model

/// Rules about a run as a whole: each looks at the plan so far and says what must not be done of it.
extension DeletePlanning {
    /// By the place of a connection in the plan.
    private typealias Refusals = [Int: Refusal]

    /// The plan without what must not be done of it.
    func judged(_ plan: [PlannedConnection]) -> [PlannedConnection] {
        if options.isPartial { return plan.refusing(createsBesideOrphans(plan)) }
        guard policy.prune else { return plan }
        return [replacements, allGone, doubtfulManifest, invalidRun, overLimit].reduce(plan) { plan, rule in
            plan.refusing(rule(plan))
        }
    }

    /// A create of the same name and primary key beside an orphan is a rename that somebody forgot to declare, whatever
    /// else keeps the orphan from being deleted.
    private func replacements(_ plan: [PlannedConnection]) -> Refusals {
        let creates = plan.indices.filter { plan[$0].isCreated }
        var refusals: Refusals = [:]
        for index in plan.indices where plan[index].desired == nil && !options.allowDelete.contains(plan[index].key) {
            let isDeleted = plan[index].actions == [.delete]
            guard isDeleted || !plan[index].refusals.isEmpty,
                let other = creates.first(where: { other in
                    plan[other].name == plan[index].name
                        && plan[other].desired?.primaryKey == plan[index].actual?.primaryKey
                })
            else { continue }
            let message =
                "\(plan[other].key) would be created "
                + (isDeleted
                    ? "and \(plan[index].key) deleted" : "beside \(plan[index].key), which no manifest declares")
                + ", with the same name and primary key"
            let help =
                "if this is a rename, write renamed_from: \(plan[index].key) under metadata of "
                + "\(plan[other].key); if it is not, give --allow-delete \(plan[index].key)"
            let refusal = Refusal(.createAndPrune, message, at: plan[other].desired?.places.manifest, help: help)
            refusals[other] = refusal
            if isDeleted { refusals[index] = refusal }
        }
        return refusals
    }

    /// A run over a part deletes nothing, but what it creates must not stand beside a connection that a whole run
    /// would refuse to replace.
    private func createsBesideOrphans(_ plan: [PlannedConnection]) -> Refusals {
        guard policy.prune else { return [:] }
        var refusals: Refusals = [:]
        for index in plan.indices where plan[index].isCreated {
            let created = plan[index]
            guard
                let orphan = orphans.first(where: {
                    $0.newOwner == nil && $0.actual.name == created.name
                        && $0.actual.primaryKey == created.desired?.primaryKey
                })
            else { continue }
            refusals[index] = Refusal(
                .createAndPrune,
                "\(created.key) would be created beside \(orphan.key), which no manifest declares, with the "
                    + "same name and primary key",
                at: created.desired?.places.manifest,
                help: "if this is a rename, write renamed_from: \(orphan.key) under metadata of \(created.key)")
        }
        return refusals
    }

    /// An empty directory is more often a wrong path than a wish.
    private func allGone(_ plan: [PlannedConnection]) -> Refusals {
        guard input.desired.connections.isEmpty else { return [:] }
        return refusalsOfHeld(plan) { key in
            Refusal(
                .allManifestsGone, "no manifest is left at all, so \(key) is not deleted", at: nil,
                help: "check that DIR is the right directory; if all of it is meant to go, give --allow-delete \(key)")
        }
    }

    /// A manifest that was cut to nothing, or got another name, is still a wish.
    private func doubtfulManifest(_ plan: [PlannedConnection]) -> Refusals {
        let files = input.desired.doubtfulFiles
        if files.isEmpty { return [:] }
        let list = files.prefix(5).joined(separator: ", ") + (files.count > 5 ? ", …" : "")
        return refusalsOfHeld(plan) { key in
            Refusal(
                .doubtfulManifest,
                "\(key) is not deleted while there may be a manifest that nobody can read: \(list)", at: nil,
                help: "put the manifest back or remove the file, or give --allow-delete \(key)")
        }
    }

    /// While a part of the wish cannot be read, nobody knows all of it.
    private func invalidRun(_ plan: [PlannedConnection]) -> Refusals {
        let invalid = input.desired.connections.filter { desired in
            if desired.isSuspended { return false }
            // Also where a refusal comes first and hides it.
            if case .bad = input.data[desired.key] { return true }
            return desired.data?.problems.isEmpty == false
        }.map(\.key)
        if invalid.isEmpty { return [:] }
        let list = invalid.prefix(5).joined(separator: ", ") + (invalid.count > 5 ? ", …" : "")
        return refusalsOfHeld(plan) { key in
            Refusal(
                .invalidRun, "\(key) is not deleted while data files are invalid: \(list)", at: nil,
                help: "correct the data files, or give --allow-delete \(key)")
        }
    }

    /// Over the limit nothing is deleted at all: which of them are meant is not for this tool to choose.
    private func overLimit(_ plan: [PlannedConnection]) -> Refusals {
        let recent = input.applied.deletions.filter { input.now - $0 < 24 * 60 * 60 }.count
        let deletes = plan.indices.filter { plan[$0].actions == [.delete] }
        if deletes.isEmpty { return [:] }
        let total = ownedCount + recent
        let allowed = max(
            policy.maxDeletePercent == 0 ? 0 : total < 10 ? 3 : total * policy.maxDeletePercent / 100,
            total * (options.allowDeletePercent ?? 0) / 100)
        guard deletes.count + recent > allowed, total > 0 else { return [:] }
        let percent = min(100, ((deletes.count + recent) * 100 + total - 1) / total)
        let refusal = Refusal(
            .deleteLimit,
            "\(deletes.count) delete\(deletes.count == 1 ? "" : "s")"
                + "\(recent > 0 ? " after \(recent) in the last 24 hours" : "") are over the "
                + "limit of \(allowed) of \(total) owned connections",
            at: nil,
            help: "delete fewer at a time, or give --allow-delete-percent \(percent), or raise "
                + "max_delete_percent in the Policy")
        return Dictionary(uniqueKeysWithValues: deletes.map { ($0, refusal) })
    }

    /// Connections in the account that are ours by their marker, or by state where nobody else's marker stands.
    private var ownedCount: Int {
        let known = Set(input.applied.connections.values.compactMap(\.uuid))
        return input.actual.connections.filter { connection in
            switch connection.marker {
            case .whole(let marker): marker.owner == policy.owner
            case .absent, .damaged: known.contains(connection.uuid)
            }
        }.count
    }

    /// Of the planned deletes that `--allow-delete` does not name.
    private func refusalsOfHeld(_ plan: [PlannedConnection], _ refusal: (String) -> Refusal) -> Refusals {
        var refusals: Refusals = [:]
        for index in plan.indices where plan[index].actions == [.delete] {
            if !options.allowDelete.contains(plan[index].key) { refusals[index] = refusal(plan[index].key) }
        }
        return refusals
    }
}

extension [PlannedConnection] {
    /// The same, with these connections stopped.
    fileprivate func refusing(_ refusals: [Int: Refusal]) -> [PlannedConnection] {
        if refusals.isEmpty { return self }
        var plan = self
        for (index, refusal) in refusals { plan[index].stop(refusal) }
        return plan
    }
}

import Model

extension DeletePlanning {
    /// A run over a part deletes nothing, but what it creates must not stand beside a connection that a whole run
    /// would refuse to replace.
    func refuseCreatesBesideOrphans(_ declared: inout [PlannedConnection]) {
        guard planner.input.desired.policy.prune else { return }
        let located = Set(declared.compactMap(\.uuid))
        let orphans = candidates.filter { !located.contains($0.actual.uuid) && $0.newOwner == nil }
        for index in declared.indices where declared[index].isCreated {
            guard
                let orphan = orphans.first(where: {
                    $0.actual.name == declared[index].name
                        && $0.actual.primaryKey == declared[index].desired?.primaryKey
                })
            else { continue }
            declared[index].actions = []
            declared[index].refusals.append(
                Refusal(
                    .createAndPrune,
                    "\(declared[index].key) would be created beside \(orphan.key), which no manifest declares, with the "
                        + "same name and primary key",
                    at: declared[index].desired?.places.manifest,
                    help: "if this is a rename, write renamed_from: \(orphan.key) under metadata of "
                        + "\(declared[index].key)"))
        }
    }
}

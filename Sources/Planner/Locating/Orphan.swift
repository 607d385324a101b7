import Model

/// A connection of ours that no manifest declares: a prune would delete it.
struct Orphan: Sendable {
    var key: String
    var actual: ActualConnection
    /// What state remembers of this very connection under that key.
    var applied: AppliedConnection?
    /// What contradicts the marker, or what state says; nil where nothing does.
    var conflict: Refusal?
    /// The other owner that the connection has by now.
    var newOwner: String?

    /// Those of an account, by key.
    static func all(in input: PlanningInput, _ locator: Locator) -> [Orphan] {
        var declared: Set<String> = []
        for connection in input.desired.connections {
            declared.insert(connection.key)
            if let former = connection.renamedFrom { declared.insert(former) }
        }
        let applied = input.applied.connections
        let knownAs = Dictionary(
            applied.compactMap { key, known in known.uuid.map { ($0, key) } }, uniquingKeysWith: min)
        var found: [Orphan] = []
        for key in locator.markedKeys where !declared.contains(key) {
            let marked = locator.marked(key: key)
            for actual in marked {
                let known = applied[key].flatMap { $0.uuid == actual.uuid ? $0 : nil }
                var orphan = Orphan(key: key, actual: actual, applied: known)
                orphan.conflict = conflict(
                    of: actual, key: key, marked: marked, knownAs: knownAs[actual.uuid], applied[key], locator)
                found.append(orphan)
            }
        }
        let uuids = Set(found.map(\.actual.uuid))
        for (key, known) in applied.sorted(by: { $0.key < $1.key }) where !declared.contains(key) {
            guard let uuid = known.uuid, !uuids.contains(uuid), let actual = locator.connection(uuid: uuid)
            else { continue }
            var orphan = Orphan(key: key, actual: actual, applied: known)
            if let marker = actual.wholeMarker, marker.owner != input.desired.policy.owner {
                orphan.newOwner = marker.owner
            }
            let marked = locator.marked(key: key)
            if !marked.isEmpty { orphan.conflict = .copiedMarker(key: key, connections: marked + [actual], at: nil) }
            found.append(orphan)
        }
        return found.sorted { ($0.key, $0.actual.uuid) < ($1.key, $1.actual.uuid) }
    }

    /// What is wrong with taking this connection for the one that its marker names.
    private static func conflict(
        of actual: ActualConnection, key: String, marked: [ActualConnection], knownAs: String?,
        _ applied: AppliedConnection?, _ locator: Locator
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
        if let uuid = applied?.uuid, uuid != actual.uuid, let known = locator.connection(uuid: uuid) {
            return .copiedMarker(key: key, connections: [actual, known], at: nil)
        }
        return nil
    }
}

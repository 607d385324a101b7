import Model

/// Every connection that a pass is about, located once: what is surveyed, planned and done rests on it.
package struct LocatedState: Sendable {
    /// Of the manifests, by key.
    package private(set) var connections: [LocatedConnection]
    /// Ours, without a manifest, by key.
    private(set) var orphans: [Orphan]
    /// Those that were read, by the uuid of their connection.
    package private(set) var references: [String: [ActualReference]] = [:]

    /// Locates what the manifests mean and judges whose it is; needs no references and no data files.
    package init(_ input: PlanningInput) {
        let locating = Locating(input)
        connections = input.desired.connections.map(locating.located)
        orphans = Orphan.all(in: input, locating.locator)
        refuseShared()
    }

    /// Connections whose references must be read before planning: declared, or recorded in state, or to be deleted.
    package func referenceUUIDs(_ input: PlanningInput) -> [String] {
        var uuids: Set<String> = []
        for connection in connections where connection.desired?.isSuspended == false {
            guard input.options.includes(connection.key), let uuid = connection.uuid else { continue }
            let hadSome = connection.applied?.references.isEmpty == false
            if connection.desired?.references?.isEmpty == false || hadSome { uuids.insert(uuid) }
        }
        if input.desired.policy.prune, !input.options.isPartial { uuids.formUnion(orphans.map(\.actual.uuid)) }
        return uuids.sorted()
    }

    /// Puts the references that were read where they belong.
    package mutating func take(references: [String: [ActualReference]]) {
        if references.isEmpty { return }
        self.references = references
        for index in connections.indices {
            guard let uuid = connections[index].uuid, let read = references[uuid] else { continue }
            connections[index].actual?.references = read
        }
        for index in orphans.indices {
            if let read = references[orphans[index].actual.uuid] { orphans[index].actual.references = read }
        }
    }

    /// Two manifests that end at one connection would undo each other for ever, whichever of them the run is about.
    private mutating func refuseShared() {
        var users: [String: [Int]] = [:]
        for (index, connection) in connections.enumerated() {
            if let uuid = connection.uuid { users[uuid, default: []].append(index) }
        }
        for (uuid, indexes) in users where indexes.count > 1 {
            let keys = indexes.map { connections[$0].key }.joined(separator: ", ")
            for index in indexes {
                connections[index].verdict = .refused(
                    Refusal(
                        .sharedConnection, "the manifests \(keys) end at one connection, \(uuid)",
                        at: connections[index].desired?.places.manifest, help: "remove all but one of them"))
            }
        }
    }
}

/// Goes from a manifest to its connection and to the verdict on it.
private struct Locating {
    let input: PlanningInput
    let locator: Locator
    let ownership: Ownership
    let isEverythingGone: Bool

    init(_ input: PlanningInput) {
        self.input = input
        locator = Locator(
            desired: input.desired, actual: input.actual, applied: input.applied, adoptNames: input.options.adopt)
        ownership = Ownership(policy: input.desired.policy)
        // Nothing can be gone where nothing is known.
        let located = input.applied.connections.isEmpty ? [] : input.desired.connections.lazy.map(locator.locate)
        isEverythingGone =
            !locator.showsWhatStateKnows && !input.options.allowRecreate
            && located.contains { if case .gone(_, .state) = $0 { true } else { false } }
    }

    func located(_ desired: DesiredConnection) -> LocatedConnection {
        var located = LocatedConnection(key: desired.key, name: desired.name, desired: desired)
        located.applied = locator.applied(for: desired)
        let result = locator.locate(desired)
        if case .found(let actual, _) = result {
            located.actual = actual
            // What is remembered of another connection says nothing of the rows of this one.
            if let known = located.applied?.uuid, known != actual.uuid { located.applied = nil }
        }
        located.origin = origin(of: result, applied: located.applied)
        // Located all the same: two manifests that end at one connection are refused, whichever is meant.
        if desired.isSuspended || !input.options.includes(desired.key) {
            located.verdict = .leftAlone
            return located
        }
        located.verdict = verdict(on: located, desired, result)
        if case .gone = located.verdict { located.applied = nil }
        if case .ours(let standing) = located.verdict {
            located.stamp = input.desired.policy.ownership == .marker ? standing?.data : located.applied?.data?.stamp
        }
        return located
    }

    private func verdict(
        on located: LocatedConnection, _ desired: DesiredConnection, _ result: Locator.Result
    ) -> LocatedConnection.Verdict {
        switch result {
        case .refused(let refusal): return .refused(refusal)
        case .gone(let uuid, .pin):
            return .refused(
                Refusal(
                    .pinnedMissing, "there is no connection \(uuid), which the manifest pins",
                    at: desired.places.manifest,
                    help: "remove spec.data_connection_uuid to have one created, or correct it"))
        case .gone(let uuid, _) where isEverythingGone:
            return .refused(
                .everythingGone("every connection that state knows is gone from the account, \(uuid) too", at: desired))
        case .gone(let uuid, _): return .gone(uuid: uuid)
        // In an account that may be another brand's nothing is created, or the next pass would no longer find it empty.
        case .absent where isEverythingGone:
            return .refused(
                .everythingGone(
                    "every connection that state knows is gone from the account, so \(desired.key) is not created",
                    at: desired))
        case .absent: return .absent
        case .found(let actual, let basis): return judge(located, desired, actual, basis)
        }
    }

    private func judge(
        _ located: LocatedConnection, _ desired: DesiredConnection, _ actual: ActualConnection, _ basis: Locator.Basis
    ) -> LocatedConnection.Verdict {
        let verdict = ownership.judge(desired, found: actual, basis: basis, applied: located.applied)
        guard case .ours = verdict else { return verdict }
        // A marker that stands elsewhere too proves nothing, whichever way this one was found: people copied or moved it.
        for key in [desired.key, desired.renamedFrom].compactMap({ $0 }) {
            let others = locator.marked(key: key).filter { $0.uuid != actual.uuid }
            if others.isEmpty { continue }
            return .refused(.copiedMarker(key: key, connections: others + [actual], at: desired.places.manifest))
        }
        return Refusal.ofIdentity(desired, actual).map(LocatedConnection.Verdict.refused) ?? verdict
    }

    private func origin(of result: Locator.Result, applied: AppliedConnection?) -> LocatedConnection.Origin {
        switch result {
        case .found(_, .adoption): .adopted
        case .found(_, .begunCreate): .begun
        case .found(let actual, .pin) where applied == nil: actual.marker == .absent ? .adopted : .known
        case .found: .known
        case .gone: .gone
        case .absent: applied == nil ? .new : .begun
        case .refused: .new
        }
    }
}

extension Refusal {
    /// What can never change: the primary key, and where the rows come from.
    fileprivate static func ofIdentity(_ desired: DesiredConnection, _ actual: ActualConnection) -> Refusal? {
        if actual.primaryKey != desired.primaryKey { return primaryKey(of: desired, was: actual.primaryKey) }
        let isAPIBased: Bool
        switch actual.details {
        case .uploadBased: isAPIBased = false
        case .apiBased: isAPIBased = true
        case .notShown: return nil
        }
        if isAPIBased == (desired.details != nil) { return nil }
        let (was, wanted) =
            isAPIBased ? ("API-based", "upload-based") : ("upload-based", "API-based (external_api_details)")
        return Refusal(
            .kindChanged,
            "\(desired.key) is \(was) in the account, the manifest makes it \(wanted): that cannot change",
            at: desired.places.source,
            help: "declare a new connection under a new metadata.name, move the references to it, then remove this one")
    }
}

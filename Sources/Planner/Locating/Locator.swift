import Model

/// Finds the connection that a manifest means, by pin, state, marker, or name, in that order.
///
/// Locating is not owning: what was found is judged by its marker afterwards (`Ownership.swift`).
package struct Locator: Sendable {
    package enum Basis: Sendable, Hashable {
        case pin, state, marker
        /// Unowned, of the same name and primary key, and adopting was asked for.
        case adoption
        /// State says that a create was begun, and one unowned connection looks just like it.
        case begunCreate
    }

    package enum Result: Sendable, Hashable {
        case found(ActualConnection, Basis)
        case absent
        /// State or a pin knows a connection that the API does not have any more.
        case gone(uuid: String, Basis)
        case refused(Refusal)
    }

    private let desired: DesiredState
    private let applied: AppliedState
    private let adoptNames: Set<String>
    private let byUUID: [String: ActualConnection]
    private let byMarker: [String: [ActualConnection]]
    private let unownedByName: [String: [ActualConnection]]
    private let damagedByName: [String: ActualConnection]
    private let damagedByKey: [String: ActualConnection]
    private let othersByName: [String: [ActualConnection]]

    package init(desired: DesiredState, actual: ActualState, applied: AppliedState, adoptNames: Set<String>) {
        self.desired = desired
        self.applied = applied
        self.adoptNames = adoptNames
        byUUID = Dictionary(actual.connections.map { ($0.uuid, $0) }, uniquingKeysWith: { first, _ in first })
        var byMarker: [String: [ActualConnection]] = [:]
        var unownedByName: [String: [ActualConnection]] = [:]
        var damagedByName: [String: ActualConnection] = [:]
        var damagedByKey: [String: ActualConnection] = [:]
        var othersByName: [String: [ActualConnection]] = [:]
        // What state knows and what a manifest pins is spoken for: no other manifest means it by its name.
        let known = Set(applied.connections.values.compactMap(\.uuid))
        let pinned = Set(desired.connections.compactMap(\.pinnedUUID))
        for connection in actual.connections {
            switch connection.marker {
            case .whole(let marker):
                if marker.owner == desired.policy.owner {
                    byMarker[marker.key, default: []].append(connection)
                } else if !adoptNames.isEmpty {
                    othersByName[connection.name, default: []].append(connection)
                }
            case .absent:
                if known.contains(connection.uuid) || pinned.contains(connection.uuid) { continue }
                unownedByName[connection.name, default: []].append(connection)
            case .damaged:
                guard !known.contains(connection.uuid) else { continue }
                damagedByName[connection.name] = connection
                let key = MarkedDescription.legibleKey(in: connection.description, owner: desired.policy.owner)
                if let key { damagedByKey[key] = connection }
            }
        }
        self.byMarker = byMarker
        self.unownedByName = unownedByName
        self.damagedByName = damagedByName
        self.damagedByKey = damagedByKey
        self.othersByName = othersByName
    }

    /// Connections that carry our marker with that key; more than one means that somebody copied it.
    package func marked(key: String) -> [ActualConnection] { byMarker[key] ?? [] }

    /// All of our markers' keys, sorted.
    package var markedKeys: [String] { byMarker.keys.sorted() }

    /// Whether the account has any connection that state remembers.
    var showsWhatStateKnows: Bool { applied.connections.values.contains { $0.uuid.map { byUUID[$0] != nil } ?? false } }

    package func connection(uuid: String) -> ActualConnection? { byUUID[uuid] }

    /// What state remembers of a manifest, also under its former key.
    package func applied(for connection: DesiredConnection) -> AppliedConnection? { applied.connection(of: connection) }

    /// Connections that a pin or state names and the list lacks: each needs its own GET before anything is decided.
    package static func unlistedUUIDs(
        desired: DesiredState, actual: ActualState, applied: AppliedState, in restriction: Restriction?
    ) -> [String] {
        let meant = desired.connections.filter { restriction?.keys.contains($0.key) ?? true }
        let wanted = Set(meant.compactMap { $0.pinnedUUID ?? applied.connection(of: $0)?.uuid })
        if wanted.isEmpty { return [] }
        return wanted.subtracting(actual.connections.map(\.uuid)).sorted()
    }

    /// The connection that a manifest means.
    package func locate(_ connection: DesiredConnection) -> Result {
        if let pin = connection.pinnedUUID {
            return byUUID[pin].map { .found($0, .pin) } ?? .gone(uuid: pin, .pin)
        }
        let known = applied(for: connection)
        if let uuid = known?.uuid {
            if let found = byUUID[uuid] { return .found(found, .state) }
        }
        for key in [connection.key, connection.renamedFrom].compactMap({ $0 }) {
            let marked = marked(key: key)
            if marked.count > 1 {
                return .refused(.copiedMarker(key: key, connections: marked, at: connection.places.manifest))
            }
            if let found = marked.first { return .found(found, .marker) }
        }
        if let damaged = damaged(for: connection) {
            return .refused(Refusal.damagedMarker(on: damaged, at: connection.places.manifest))
        }
        // Where the known one is gone, only the user can tell that somebody made it anew by hand: the account may be
        // another brand's.
        if let uuid = known?.uuid, !adoptNames.contains(connection.key) {
            guard let unowned = unownedByName[connection.name]?.first else { return .gone(uuid: uuid, .state) }
            return .refused(Refusal.unowned(unowned, named: connection))
        }
        let byName = locateByName(connection, createWasBegun: known?.uuid == nil && known != nil)
        if byName == .absent, let uuid = known?.uuid { return .gone(uuid: uuid, .state) }
        return byName
    }

    private func locateByName(_ connection: DesiredConnection, createWasBegun: Bool) -> Result {
        let unowned = unownedByName[connection.name] ?? []
        if unowned.isEmpty { return refusalOfAdoptingOthers(connection).map(Result.refused) ?? .absent }
        let same = unowned.filter { $0.primaryKey == connection.primaryKey }
        if createWasBegun, same.count == 1 { return .found(same[0], .begunCreate) }
        let place = connection.places.manifest
        if desired.policy.adopt || adoptNames.contains(connection.key) {
            if same.count == 1 { return .found(same[0], .adoption) }
            if same.count > 1 {
                let uuids = same.map(\.uuid).sorted().joined(separator: ", ")
                return .refused(
                    Refusal(
                        .ambiguous,
                        "\(same.count) unowned connections are called \"\(connection.name)\" with the primary key "
                            + "\"\(connection.primaryKey)\": \(uuids)",
                        at: place, help: "name the one that is meant in spec.data_connection_uuid"))
            }
            return .refused(Refusal.primaryKey(of: connection, was: unowned[0].primaryKey))
        }
        return .refused(Refusal.unowned(unowned[0], named: connection))
    }

    /// A connection with a marker that nobody can read, which may well be the one that this manifest means.
    private func damaged(for connection: DesiredConnection) -> ActualConnection? {
        damagedByName[connection.name] ?? damagedByKey[connection.key]
            ?? connection.renamedFrom.flatMap { damagedByKey[$0] }
    }

    /// Asked to take over what another owner has, a second connection of that name is not what is meant.
    private func refusalOfAdoptingOthers(_ connection: DesiredConnection) -> Refusal? {
        guard adoptNames.contains(connection.key),
            let other = othersByName[connection.name]?.first(where: { $0.primaryKey == connection.primaryKey }),
            case .whole(let marker) = other.marker
        else { return nil }
        return .otherOwner(of: other, is: marker.owner, here: desired.policy.owner, at: connection.places.manifest)
    }
}

extension AppliedState {
    /// What it remembers of a manifest, also under its former key.
    fileprivate func connection(of desired: DesiredConnection) -> AppliedConnection? {
        connections[desired.key] ?? desired.renamedFrom.flatMap { connections[$0] }
    }
}

extension Refusal {
    static func primaryKey(of desired: DesiredConnection, was old: String) -> Refusal {
        Refusal(
            .primaryKeyChanged,
            "the primary key of \(desired.key) can never change: the connection has \"\(old)\", the manifest says "
                + "\"\(desired.primaryKey)\"",
            at: desired.places.primaryKey,
            help: "put \"\(old)\" back; or migrate: declare a new connection under a new metadata.name with "
                + "primary_key: \(desired.primaryKey), move the references to it, then remove this manifest")
    }

    static func unowned(_ found: ActualConnection, named desired: DesiredConnection) -> Refusal {
        Refusal(
            .unowned,
            "a connection called \"\(desired.name)\" is there already (\(found.uuid)) and carries no ownership marker",
            at: desired.places.manifest,
            help: "take it over with --adopt \(desired.key), with adopt: true in the Policy, or by "
                + "data_connection_uuid: \(found.uuid) in its spec; or choose another spec.name")
    }

    static func everythingGone(_ message: String, at desired: DesiredConnection) -> Refusal {
        Refusal(
            .allGone, message, at: desired.places.manifest,
            help: "check that the keys belong to the right brand; --allow-recreate creates them again")
    }

    static func otherOwner(
        of found: ActualConnection, is owner: String, here: String, at place: SourceLocation?
    ) -> Refusal {
        Refusal(
            .otherOwner,
            "the connection \(found.uuid) belongs to owner \"\(owner)\", this directory is owner \"\(here)\"",
            at: place,
            help: "remove it from the other owner's manifests and its marker from the description, then adopt it; or "
                + "use that owner's directory")
    }

    static func damagedMarker(on found: ActualConnection, at place: SourceLocation?) -> Refusal {
        Refusal(
            .markerDamaged,
            "the ownership marker in the description of \(found.uuid) (\"\(found.name)\") is damaged, so nobody can tell "
                + "whose it is",
            at: place,
            help:
                "remove what is left of it (from \"\(MarkedDescription.opening)\" on) from the description, then adopt "
                + "the connection; if the service cuts descriptions, set ownership: state in the Policy")
    }

    static func copiedMarker(key: String, connections: [ActualConnection], at place: SourceLocation?) -> Refusal {
        let uuids = connections.map(\.uuid).sorted().joined(separator: ", ")
        return Refusal(
            .markerCopied, "\(connections.count) connections carry the ownership marker of \(key): \(uuids)", at: place,
            help: "somebody copied a description: remove the marker from the description of the one that is not meant")
    }
}

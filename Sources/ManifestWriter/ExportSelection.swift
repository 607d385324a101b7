import Model

/// Decides which connections of an account are exported, and what each is called.
package struct ExportSelection: Sendable {
    /// A connection that gets no manifest, and why.
    package struct LeftOut: Sendable, Hashable {
        package enum Cause: Sendable, Hashable {
            /// It belongs to another owner.
            case otherOwner(String)
            /// A manifest in the directory declares it already.
            case declared(ExistingManifests.Declaration)
            /// Somebody has to put it right first.
            case fault(String)
        }

        package var uuid: String
        package var name: String
        package var cause: Cause

        package init(_ actual: ActualConnection, _ cause: Cause) {
            uuid = actual.uuid
            name = actual.name
            self.cause = cause
        }
    }

    /// By key.
    package private(set) var sources: [ExportSource] = []
    /// In the order of the account's list.
    package private(set) var leftOut: [LeftOut] = []
    /// Those of `only` that name nothing in the account.
    package private(set) var unknown: [String] = []

    /// - Parameters:
    ///   - owner: Whose connections are exported, beside those of nobody.
    ///   - only: Keys, uuids and names of connections; empty for all.
    ///   - replaces: Whether connections whose manifest lies alone in its own file are exported again.
    package init(
        _ account: ActualState, owner: String, existing: ExistingManifests, only: [String] = [], replaces: Bool = false
    ) {
        var candidates: [(actual: ActualConnection, key: String?, isProtected: Bool)] = []
        let marked = account.connections.map { $0.marker }
        var markers: [OwnershipMarker: Int] = [:]
        for case .whole(let marker) in marked { markers[Self.identity(marker), default: 0] += 1 }
        for (actual, found) in zip(account.connections, marked) {
            var marker: OwnershipMarker?
            switch found {
            case .absent: break
            case .damaged:
                leave(actual, .fault("its ownership marker is damaged: remove what is left of it from the description"))
                continue
            case .whole(let whole) where whole.owner != owner:
                leave(actual, .otherOwner(whole.owner))
                continue
            case .whole(let whole) where markers[Self.identity(whole)] != 1:
                leave(actual, .fault("others carry its ownership marker too: remove it from all but the right one"))
                continue
            case .whole(let whole): marker = whole
            }
            if actual.details == .notShown {
                leave(actual, .fault("the account does not show whether it is API-based"))
                continue
            }
            let declaration = existing.declaration(of: actual, markerKey: marker?.key)
            if let declaration, !(replaces && declaration.isReplaceable) {
                leave(actual, .declared(declaration))
                continue
            }
            candidates.append((actual, declaration?.key ?? marker?.key, marker?.isProtected ?? false))
        }
        let names = ManifestNames(taken: existing.keys.union(candidates.compactMap(\.key)))
            .names(of: candidates.filter { $0.key == nil }.map(\.actual))
        sources = candidates.compactMap { candidate in
            (candidate.key ?? names[candidate.actual.uuid]).map {
                ExportSource(key: $0, actual: candidate.actual, isProtected: candidate.isProtected)
            }
        }.sorted { $0.key < $1.key }
        restrict(to: only)
    }

    private static func identity(_ marker: OwnershipMarker) -> OwnershipMarker {
        OwnershipMarker(owner: marker.owner, key: marker.key)
    }

    /// Notes a connection that gets no manifest.
    package mutating func leave(_ actual: ActualConnection, _ cause: LeftOut.Cause) {
        leftOut.append(LeftOut(actual, cause))
    }

    /// Names are given before, so that they are the same whatever is asked for.
    private mutating func restrict(to only: [String]) {
        if only.isEmpty { return }
        func isMeant(_ name: String, key: String?, uuid: String, by wish: String) -> Bool {
            wish == name || wish == key || wish.lowercased() == uuid
        }
        unknown = only.filter { wish in
            !sources.contains { isMeant($0.actual.name, key: $0.key, uuid: $0.actual.uuid, by: wish) }
                && !leftOut.contains { isMeant($0.name, key: $0.key, uuid: $0.uuid, by: wish) }
        }
        sources = sources.filter { source in
            only.contains { isMeant(source.actual.name, key: source.key, uuid: source.actual.uuid, by: $0) }
        }
        leftOut = leftOut.filter { left in
            only.contains { isMeant(left.name, key: left.key, uuid: left.uuid, by: $0) }
        }
    }
}

extension ExportSelection.LeftOut {
    /// The name of the manifest that declares it.
    fileprivate var key: String? {
        if case .declared(let declaration) = cause { declaration.key } else { nil }
    }
}

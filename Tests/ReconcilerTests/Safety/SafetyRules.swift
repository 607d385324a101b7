/// What a pass may do to an account, said a second time and in another way than the planner does: as reasons why not.
struct SafetyRules {
    let facts: SafetyFacts
    let before: [StoredConnection]

    private func marked(_ key: String) -> [StoredConnection] {
        before.filter { $0.mark.owner == SafetyFacts.owner && $0.mark.key == key }
    }

    /// Nil where it may be deleted. `created` are the connections that are new, `deleted` how many went.
    func whyNotDelete(_ gone: StoredConnection, created: [StoredConnection], deleted: Int) -> String? {
        guard facts.prune else { return "prune is off" }
        guard facts.names == nil else { return "the run was restricted" }
        let stateKeys = facts.known.filter { $0.value.uuid == gone.uuid }.map(\.key)
        let key: String
        switch gone.mark {
        case .damaged: return "its marker is damaged"
        case .whole(let owner, let marked, let isProtected):
            guard owner == SafetyFacts.owner else { return "it belongs to \(owner)" }
            if isProtected { return "its marker protects it" }
            key = marked
        case .none:
            guard facts.isStateOwned, stateKeys.count == 1 else { return "it carries no marker" }
            key = stateKeys[0]
        }
        if facts.manifests.contains(where: { facts.keys(of: $0).contains(key) }) { return "a manifest declares it" }
        if facts.manifests.contains(where: { $0.pin == gone.uuid }) { return "a manifest pins it" }
        if marked(key).contains(where: { $0.uuid != gone.uuid }) { return "its marker stands twice" }
        if let other = stateKeys.first(where: { $0 != key }) { return "state knows it as \(other)" }
        if let uuid = facts.known[key]?.uuid, uuid != gone.uuid, before.contains(where: { $0.uuid == uuid }) {
            return "state knows another one under its key"
        }
        let known = facts.known[key].flatMap { $0.uuid == gone.uuid ? $0 : nil }
        if known?.isProtected == true { return "state remembers that it is protected" }
        let total = before.filter(isOwned).count
        let limit = facts.maxDeletePercent == 0 ? 0 : total < 10 ? 3 : total * facts.maxDeletePercent / 100
        if deleted > max(limit, total * (facts.allowDeletePercent ?? 0) / 100) { return "that is over the limit" }
        if facts.allowDelete.contains(key) { return nil }
        if !gone.references.isSubset(of: known?.references ?? []) { return "others link to it" }
        if facts.manifests.isEmpty { return "all manifests are gone" }
        if facts.doubtfulFile != nil { return "a file may be a manifest" }
        if facts.manifests.contains(where: { $0.hasBadData && !$0.isSuspended }) { return "the run was not valid" }
        if created.contains(where: { $0.name == gone.name && $0.primaryKey == gone.primaryKey }) {
            return "one of the same name and primary key was created"
        }
        return nil
    }

    /// Nil where its definition, rows or references may be changed.
    func whyNotChange(_ old: StoredConnection, to new: StoredConnection) -> String? {
        if old.primaryKey != new.primaryKey { return "a primary key changed" }
        if let owner = old.mark.owner, owner != SafetyFacts.owner { return "it belongs to \(owner)" }
        let reasons = facts.manifests.filter(facts.isActive).map { whyNot($0, change: old, to: new) }
        if reasons.contains(where: { $0 == nil }) { return nil }
        return reasons.isEmpty ? "there is no manifest" : reasons.compactMap { $0 }.joined(separator: "; ")
    }

    private func whyNot(
        _ manifest: RandomManifest, change old: StoredConnection, to new: StoredConnection
    ) -> String? {
        if old.primaryKey != manifest.primaryKey { return "\(manifest.key) has another primary key" }
        if new.name != manifest.name { return "\(manifest.key) has another name" }
        if let pin = manifest.pin, pin != old.uuid { return "\(manifest.key) pins another one" }
        let keys = facts.keys(of: manifest)
        if keys.contains(where: { key in marked(key).contains { $0.uuid != old.uuid } }) {
            return "the marker of \(manifest.key) stands elsewhere"
        }
        let isKnown = keys.contains { facts.known[$0]?.uuid == old.uuid }
        switch old.mark {
        case .whole(_, let key, _): return keys.contains(key) ? nil : "its marker names \(key), not \(manifest.key)"
        case .damaged: return isKnown ? nil : "its marker is damaged"
        case .none:
            if isKnown || manifest.pin == old.uuid { return nil }
            guard facts.adopt || facts.adoptNames.contains(manifest.key) else { return "nobody adopts it" }
            if old.name != manifest.name { return "\(manifest.key) does not mean it" }
            return unowned(manifest).count == 1 ? nil : "several could be meant"
        }
    }

    /// Nil where a new connection may be there.
    func whyNotCreate(_ new: StoredConnection) -> String? {
        let reasons = facts.manifests.filter(facts.isActive).map { manifest -> String? in
            guard manifest.name == new.name, manifest.primaryKey == new.primaryKey else {
                return "\(manifest.key) is another one"
            }
            if manifest.pin != nil { return "\(manifest.key) pins one that is there" }
            for key in facts.keys(of: manifest) {
                if !marked(key).isEmpty { return "the marker of \(key) is there" }
                if let uuid = facts.known[key]?.uuid, before.contains(where: { $0.uuid == uuid }) {
                    return "state knows one for \(key)"
                }
            }
            let isDamaged = before.contains { $0.mark == .damaged && $0.name == manifest.name && !isKnown($0) }
            if isDamaged { return "one of that name has a damaged marker" }
            let isUnowned = before.contains { other in
                other.mark == .none && other.name == manifest.name && !isKnown(other)
                    && !facts.manifests.contains { $0.pin == other.uuid }
            }
            return isUnowned ? "an unowned one of that name is there" : nil
        }
        if reasons.contains(where: { $0 == nil }) { return nil }
        return reasons.isEmpty ? "there is no manifest" : reasons.compactMap { $0 }.joined(separator: "; ")
    }

    private func isKnown(_ connection: StoredConnection) -> Bool {
        facts.known.values.contains { $0.uuid == connection.uuid }
    }

    private func unowned(_ manifest: RandomManifest) -> [StoredConnection] {
        before.filter {
            $0.mark == .none && !isKnown($0) && $0.name == manifest.name && $0.primaryKey == manifest.primaryKey
        }
    }

    private func isOwned(_ connection: StoredConnection) -> Bool {
        connection.mark.owner.map { $0 == SafetyFacts.owner } ?? isKnown(connection)
    }
}

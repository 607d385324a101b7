import Model

/// What stands in the way of deleting one connection that no manifest declares, as the API shows it now.
///
/// Asked when a plan is made, and again right before the request.
struct DeleteRules {
    let policy: Policy
    let options: PlanningOptions

    /// Empty where nothing does.
    func refusals(for actual: ActualConnection, key: String, applied: AppliedConnection?) -> [Refusal] {
        var refusals: [Refusal] = []
        switch actual.marker {
        case .whole(let marker) where marker.owner == policy.owner && marker.key == key:
            if marker.isProtected || applied?.isProtected == true { refusals.append(Self.protected(key)) }
        case .absent where policy.ownership == .state && applied?.uuid == actual.uuid:
            if applied?.isProtected == true { refusals.append(Self.protected(key)) }
        case .whole(let marker) where marker.owner != policy.owner:
            refusals.append(.otherOwner(of: actual, is: marker.owner, here: policy.owner, at: nil))
        case .absent, .whole:
            refusals.append(
                Refusal(
                    .markerMissing, "\(key) (\(actual.uuid)) no longer carries our ownership marker", at: nil,
                    help: "put the manifest back to have the marker repaired, or delete the connection by hand; no "
                        + "option allows this delete"))
        case .damaged:
            refusals.append(
                Refusal(
                    .markerDamaged, "the ownership marker of \(key) (\(actual.uuid)) is damaged", at: nil,
                    help: "put the manifest back to have the marker repaired, or delete the connection by hand; no "
                        + "option allows this delete"))
        }
        if let refusal = refusalOfReferences(actual, key: key, applied: applied) { refusals.append(refusal) }
        return refusals
    }

    private static func protected(_ key: String) -> Refusal {
        Refusal(
            .protected, "\(key) is protected and no manifest declares it", at: nil,
            help: "put the manifest back with lifecycle: {protect: false}, apply it, then remove it; no option allows "
                + "this delete")
    }

    /// Deleting what others link to would break their mails; unreadable means refused.
    private func refusalOfReferences(
        _ actual: ActualConnection, key: String, applied: AppliedConnection?
    ) -> Refusal? {
        guard let references = actual.references else {
            return Refusal(
                .foreignReferences, "the references of \(key) could not be read", at: nil,
                help: "try again when they can be")
        }
        if options.allowDelete.contains(key) { return nil }
        let ours = Set((applied?.references ?? []).map(\.uuid))
        let foreign = references.filter { !ours.contains($0.uuid) }.map(\.reference).sorted()
        if foreign.isEmpty { return nil }
        let list = foreign.prefix(5).map { "\($0.type) \($0.id)" }.joined(separator: ", ")
        return Refusal(
            .foreignReferences,
            "\(key) is still used by \(list)\(foreign.count > 5 ? " and \(foreign.count - 5) more" : "")", at: nil,
            help: "remove these references first, or give --allow-delete \(key)")
    }
}

extension Planner {
    /// What stands in the way of a planned delete, by what the API shows right before the request.
    ///
    /// - Parameter marked: Every connection that a list of that moment shows.
    package static func refusals(
        ofDeleting actual: ActualConnection, key: String, applied: AppliedConnection?, among listed: [ActualConnection],
        policy: Policy, options: PlanningOptions
    ) -> [Refusal] {
        if options.isPartial {
            return [
                Refusal(
                    .invalidRun, "a restricted run deletes nothing", at: nil,
                    help: "run it for the whole directory to delete \(key)")
            ]
        }
        let refusals = DeleteRules(policy: policy, options: options).refusals(for: actual, key: key, applied: applied)
        let copies = listed.filter { other in
            guard other.uuid != actual.uuid,
                case .whole(let marker) = other.marker
            else { return false }
            return marker.owner == policy.owner && marker.key == key
        }
        if copies.isEmpty { return refusals }
        return refusals + [.copiedMarker(key: key, connections: copies + [actual], at: nil)]
    }
}

import Model

/// Judges whether a connection that was located is ours to change.
struct Ownership {
    enum Verdict: Hashable {
        /// Ours; the marker as it stands there, nil where it has to be written.
        case ours(OwnershipMarker?)
        case refused(Refusal)
    }

    let policy: Policy

    /// The verdict on what was found for a manifest.
    func judge(_ desired: DesiredConnection, found: ActualConnection, basis: Locator.Basis) -> Verdict {
        switch MarkedDescription(parsing: found.description).marker {
        case .whole(let marker): judge(desired, found: found, marker: marker)
        // State knows the uuid, and a pin is the user's own word: the marker is written anew.
        case .none: .ours(nil)
        case .damaged where basis == .state: .ours(nil)
        case .damaged:
            .refused(
                Refusal(
                    .markerDamaged,
                    "the ownership marker in the description of \(found.uuid) is damaged, so nobody can tell whose it is",
                    at: desired.places.manifest,
                    help: "remove what is left of it (from \"\(MarkedDescription.opening)\" on) from the description, "
                        + "then adopt the connection; if the service cuts descriptions, set ownership: state"))
        }
    }

    private func judge(_ desired: DesiredConnection, found: ActualConnection, marker: OwnershipMarker) -> Verdict {
        guard marker.owner == policy.owner else {
            return .refused(
                Refusal(
                    .otherOwner,
                    "the connection \(found.uuid) belongs to owner \"\(marker.owner)\", this directory is owner "
                        + "\"\(policy.owner)\"",
                    at: desired.places.manifest,
                    help: "remove it from the other owner's manifests and its marker from the description, then "
                        + "adopt it; or use that owner's directory"))
        }
        guard marker.key == desired.key || marker.key == desired.renamedFrom else {
            return .refused(
                Refusal(
                    .otherKey,
                    "the connection \(found.uuid) belongs to the manifest \"\(marker.key)\", not to \"\(desired.key)\"",
                    at: desired.places.manifest,
                    help: "if \"\(marker.key)\" was renamed, write renamed_from: \(marker.key) under metadata"))
        }
        return .ours(marker)
    }
}

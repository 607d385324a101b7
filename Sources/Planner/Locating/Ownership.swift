import JSON
import Model

/// Judges whether a connection that was located is ours to change.
struct Ownership {
    let policy: Policy

    /// The verdict on what was found for a manifest.
    func judge(
        _ desired: DesiredConnection, found: ActualConnection, basis: Locator.Basis, applied: AppliedConnection?
    ) -> LocatedConnection.Verdict {
        if let refusal = refusalOfCutting(desired, found: found, applied: applied) { return .refused(refusal) }
        return switch found.marker {
        case .whole(let marker): judge(desired, found: found, marker: marker)
        // State knows the uuid, and a pin is the user's own word: the marker is written anew.
        case .absent: .ours(nil)
        case .damaged where basis == .state: .ours(nil)
        case .damaged: .refused(.damagedMarker(on: found, at: desired.places.manifest))
        }
    }

    /// A service that did not give our marker back whole would not do so next time either.
    private func refusalOfCutting(
        _ desired: DesiredConnection, found: ActualConnection, applied: AppliedConnection?
    ) -> Refusal? {
        guard policy.ownership == .marker, let applied, let sent = applied.sent?.fields[FieldSnapshot.markerPath],
            let answered = applied.answered, Self.describes(desired, sent: applied.sent?.fields["description"]),
            answered.fields[FieldSnapshot.markerPath] != sent,
            MarkedDescription.markerText(of: found.description) == answered.fields[FieldSnapshot.markerPath]
        else { return nil }
        return Refusal(
            .markerDamaged, "the service does not keep the ownership marker whole in the description of \(found.uuid)",
            at: desired.places.manifest, help: Self.advice)
    }

    /// Whether the description is the one that was tried; a shorter one deserves another try.
    private static func describes(_ desired: DesiredConnection, sent: String?) -> Bool {
        guard let text = desired.description else { return true }
        return JSONValue.string(text.trimmingBlanksAtEnd).normalText == sent
    }

    /// What to do about a service that cuts or changes descriptions.
    static let advice =
        "shorten spec.description, or set ownership: state in the Policy, so that ownership lives in the state directory"

    private func judge(_ desired: DesiredConnection, found: ActualConnection, marker: OwnershipMarker)
        -> LocatedConnection.Verdict
    {
        guard marker.owner == policy.owner else {
            return .refused(
                .otherOwner(of: found, is: marker.owner, here: policy.owner, at: desired.places.manifest))
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

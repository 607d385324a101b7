import Model

/// One manifest's connection in the account, or one of ours that no manifest declares: which it is, and whether it may
/// be changed. What is to be done about it comes later.
package struct LocatedConnection: Sendable, Hashable {
    /// How a manifest came by its connection.
    package enum Origin: Sendable, Hashable {
        /// There is none yet.
        case new
        /// The one that state knows is gone from the account.
        case gone
        /// An unowned one is taken over.
        case adopted
        /// A create was begun and its answer never recorded.
        case begun
        /// It is ours already.
        case known
    }

    package enum Verdict: Sendable, Hashable {
        /// There is none: it is to be created.
        case absent
        /// State knows one that the API does not have any more: it is to be created again.
        case gone(uuid: String)
        /// It is ours; the marker as it stands there, nil where it has to be written.
        case ours(OwnershipMarker?)
        /// Suspended, or not what the run is about.
        case leftAlone
        case refused(Refusal)
    }

    package var key: String
    /// What the connection is called in the account, or is to be called.
    package var name: String
    /// The manifest's; nil for connections without one.
    package var desired: DesiredConnection?
    /// What the API showed; nil where there is none yet, or where it could not be told which one it is.
    package var actual: ActualConnection?
    /// What state remembers of this very connection, also under the key that `renamed_from` names.
    package var applied: AppliedConnection?
    package var origin: Origin
    package var verdict: Verdict
    /// What the rows are known to be by the marker, or by state where there are no markers.
    package var stamp: DataStamp?

    package init(
        key: String, name: String, desired: DesiredConnection? = nil, actual: ActualConnection? = nil,
        applied: AppliedConnection? = nil, origin: Origin = .new, verdict: Verdict = .absent, stamp: DataStamp? = nil
    ) {
        self.key = key
        self.name = name
        self.desired = desired
        self.actual = actual
        self.applied = applied
        self.origin = origin
        self.verdict = verdict
        self.stamp = stamp
    }

    package var uuid: String? { actual?.uuid }

    package var refusal: Refusal? {
        if case .refused(let refusal) = verdict { refusal } else { nil }
    }
}

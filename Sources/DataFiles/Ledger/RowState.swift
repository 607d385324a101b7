/// What became of a row that was in the files once.
package enum RowState: UInt8, Sendable, Hashable, CaseIterable {
    /// The service has it as it was uploaded last.
    case live = 0
    /// The service refused it, and has no earlier version of it.
    case rejected = 1
    /// The service refused it, and may still have an earlier version of it.
    case stale = 2
    /// It went from the files and was left in place.
    case kept = 3

    /// Whether the service may have some version of the row, which a delete would take away.
    var isThere: Bool { self != .rejected }
    /// Whether the service refused the row when it was sent last.
    var wasRefused: Bool { self == .rejected || self == .stale }
}

/// How many rows of a ledger are in each state.
package struct RowStateCounts: Sendable, Hashable {
    package var live = 0
    package var rejected = 0
    package var stale = 0
    package var kept = 0

    package init() {}

    package var total: Int { live + rejected + stale + kept }

    subscript(state: RowState) -> Int {
        get {
            switch state {
            case .live: live
            case .rejected: rejected
            case .stale: stale
            case .kept: kept
            }
        }
        set {
            switch state {
            case .live: live = newValue
            case .rejected: rejected = newValue
            case .stale: stale = newValue
            case .kept: kept = newValue
            }
        }
    }
}

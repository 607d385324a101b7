/// What the daemon knows of one connection, from one pass to the next.
struct ConnectionEntry: Sendable, Hashable {
    enum State: String, Sendable, Hashable, CaseIterable {
        /// As the manifest says.
        case converged
        /// The last try failed; it is tried again by itself.
        case failing
        /// Nothing is tried until the manifest or its data change.
        case blocked
        /// The plan refuses what the manifest asks for.
        case refused
        /// A data file is bad.
        case invalid
        /// `lifecycle.suspend`.
        case suspended
        /// Somebody else keeps changing it back.
        case contested
        /// Something is to be done that has not been done yet.
        case pending
        /// Owned, without a manifest, and not to be deleted.
        case orphaned
    }

    var key: String
    /// What it is called in the account.
    var name: String
    var uuid: String?
    var state = State.pending
    /// Why it is not converged, in one line.
    var problem: String?
    var help: String?
    /// Unix seconds of the last pass after which it was as the manifest says.
    var lastSuccess: Double?
    /// Seconds of uptime before which it is left alone.
    var nextTry: Double?
    /// Unix seconds at which two thirds of its rows' time to live are over.
    var nextRefresh: Double?
    var rows: Int?
    /// What the last plan had for it that was not done, in words.
    var planned: [String] = []
    /// Stands for everything that a failure may be due to; another one is a new chance.
    var fingerprint = 0
    var backoff = Backoff()
    /// Uptimes at which somebody else's change was put right, within the last hour.
    var corrections: [Double] = []
    /// Seconds of uptime at which the pass began that first missed its manifest.
    var absentSince: Double?

    init(key: String, name: String) {
        self.key = key
        self.name = name
    }
}

/// How the daemon is, as its status endpoint shows it.
struct Status: Sendable {
    var version: String
    var directory: String
    /// Unix seconds.
    var startedAt: Double
    var metrics = Metrics()
    /// Sorted by key.
    var connections: [ConnectionEntry] = []
    var lastPass: LastPass?
    /// The last ones, the oldest first.
    private(set) var recentPasses: [LastPass] = []
    /// The Policy's, once valid manifests were seen.
    var owner: String?
    var isPassRunning = false
    /// The commit that the last pass with valid manifests worked on.
    var revision: String?
    /// Errors in the manifests, as `path:line:column: message`; empty where they are valid.
    var manifestErrors: [String] = []
    /// Whether the last valid manifests are kept up because of them.
    var keepsLastValid = false
    /// Why the API is left alone until `nextPassAt`; nil while it answers.
    var apiProblem: String?
    /// Unix seconds at which a window of the Policy opens; nil while one is open.
    var opensAt: Double?
    /// Unix seconds of the last pass that converged.
    var lastSuccess: Double?
    /// Unix seconds; nil while a pass runs.
    var nextPassAt: Double?
    /// Whether changes are noticed by looking now and then.
    var isPolling = false
    /// Uptime at which the loop last turned, and at which it wants to turn next.
    var loop: (turnedAt: Double, wakeAt: Double?) = (0, nil)

    struct LastPass: Sendable {
        var status: PassStatus
        var reason: PassReason
        /// Unix seconds.
        var endedAt: Double
        var seconds: Double
        var summary: String
    }

    /// Seconds by which the loop may be late before it counts as stuck.
    static let lateness = 15.0

    func isTurning(now: Double) -> Bool { loop.wakeAt.map { now <= $0 + Self.lateness } ?? true }

    var isConverged: Bool { lastPass?.status == .converged }

    /// Whether it does its work: a pass came to a plan once, and the keys work. That something is not as the manifests say
    /// is told by metrics.
    var isReady: Bool {
        let hasPlanned = [PassStatus.converged, .incomplete].contains { (metrics.passes[$0] ?? 0) > 0 }
        return hasPlanned && lastPass?.status != .authenticationFailed
    }

    /// How many passes are remembered.
    static let passesKept = 100

    mutating func remember(_ pass: LastPass) {
        recentPasses.append(pass)
        if recentPasses.count > Self.passesKept { recentPasses.removeFirst() }
    }
}

import Platform

/// Lets at most so many requests out in any stretch of a length: as told, or as learned from a service that complains.
///
/// A request counts from its start until that length after its end, so whatever time it takes to arrive, the service
/// never sees more of them. The vendor limits another API to 50 in 10 seconds, as a sliding window, hence the length that is
/// taken where a complaint names none.
actor RequestPacer {
    enum Outcome: Sendable {
        /// 429: the rate that the service names, and the seconds that it asks to wait.
        case limited(hint: RequestRate?, pause: Double?)
        case other
    }

    /// Seconds, where a complaint does not say how long to wait.
    private static let usualLength = 10.0
    private static let longestLength = 60.0
    /// A complaint after fewer successes than these is about something else, such as a burst of others.
    private static let fewestSuccesses = 10
    /// Ends that are kept while nothing is known; a service that takes more in that time has no such limit.
    private static let mostKept = 16_384

    private let time: any TimeSource
    private let isTold: Bool
    private(set) var rate: RequestRate?
    private var underWay = 0
    /// Uptimes, rising, of the ends of requests that count still.
    private var ends: [Double] = []
    private var firstEnd = 0
    /// When the rate was last learned: complaints about requests that began before tell nothing new.
    private var lastLearned = -Double.infinity
    /// Whether more was tried and not taken.
    private var isFirm = false
    private var lastRaised = -Double.infinity
    /// The share by which the next raise is higher; it doubles, so that one complaint by mistake is soon forgotten.
    private var step = 0.04

    init(rate: RequestRate?, time: any TimeSource) {
        self.rate = rate
        self.time = time
        isTold = rate != nil
    }

    /// The uptime at which the request may begin where that is now; nil where it has to wait.
    func enterAtOnce() -> Double? {
        let now = time.uptime()
        forget(before: now - (rate?.seconds ?? Self.longestLength))
        if let rate, underWay + ends.count - firstEnd >= rate.count { return nil }
        underWay += 1
        return now
    }

    /// Waits for room and returns the uptime at which the request may begin. Throws when the task is cancelled.
    func enter() async throws(CancellationError) -> Double {
        while true {
            if let began = enterAtOnce() { return began }
            guard let rate else { continue }
            let now = time.uptime()
            // With all of them under way the first to end decides; nobody knows when that is.
            let wait = firstEnd < ends.count ? ends[firstEnd] + rate.seconds - now : 0.05
            do { try await time.sleep(seconds: max(wait, 0.001)) } catch { throw CancellationError() }
        }
    }

    /// - Parameters:
    ///   - began: What `enter` returned.
    func leave(began: Double, _ outcome: Outcome) {
        let now = time.uptime()
        underWay -= 1
        // Whether the service counts what it refuses nobody knows; what it took it counts.
        switch outcome {
        case .limited(let hint, let pause): learn(began: began, now: now, hint: hint, pause: pause)
        case .other:
            ends.append(now)
            raise(now)
        }
    }

    private func forget(before limit: Double) {
        while firstEnd < ends.count, ends[firstEnd] <= limit { firstEnd += 1 }
        // Moved in lots, so that the cost is spread.
        guard firstEnd > 1024 || rate == nil && ends.count > 2 * Self.mostKept else { return }
        if rate == nil { firstEnd = max(firstEnd, ends.count - Self.mostKept) }
        ends.removeFirst(firstEnd)
        firstEnd = 0
    }

    private func learn(began: Double, now: Double, hint: RequestRate?, pause: Double?) {
        if isTold { return }
        if let hint {
            rate = hint
            isFirm = true
            lastLearned = now
            return
        }
        guard let known = rate else {
            // The oldest that still counts leaves the window when the pause is over.
            let since = pause == nil ? now - Self.usualLength : -.infinity
            let counted = ends[firstEnd...].drop { $0 <= since }
            guard let first = counted.first, counted.count >= Self.fewestSuccesses, counted.count < Self.mostKept else {
                return
            }
            let length = pause.map { min(Self.longestLength, max(1, $0 + now - first)) } ?? Self.usualLength
            rate = RequestRate(count: counted.count, seconds: length)
            lastLearned = now
            lastRaised = now
            return
        }
        let taken = ends.count - firstEnd
        guard began > lastLearned else {
            // Others of the same burst were taken after all.
            if !isFirm, taken > known.count { rate?.count = taken }
            return
        }
        rate?.count = max(1, min(known.count - 1, taken))
        isFirm = true
        lastLearned = now
    }

    /// What was learned may have been too little: a little more each time that all of it was used in peace.
    private func raise(_ now: Double) {
        guard !isTold, !isFirm, let known = rate, now - max(lastRaised, lastLearned) > 2 * known.seconds,
            ends.count - firstEnd >= known.count - 1
        else { return }
        rate?.count += max(1, Int(Double(known.count) * step))
        step = min(1, 2 * step)
        lastRaised = now
    }
}

extension RequestRate {
    /// The rate that headers name: `RateLimit-Policy: 50;w=10`, or a limit with the seconds of its window.
    init?(headers: [String: String]) {
        func number(_ names: String...) -> Double? {
            names.lazy.compactMap { headers[$0] }.compactMap { Double($0.trimmingBlanks) }.first
        }
        if let policy = headers["ratelimit-policy"] {
            let parts = policy.split(separator: ";").map { String($0).trimmingBlanks }
            if let count = parts.lazy.compactMap({ Int($0.drop { $0 == "q" || $0 == "=" }) }).first,
                let length = parts.first(where: { $0.hasPrefix("w=") }).flatMap({ Double($0.dropFirst(2)) }),
                (1...1_000_000).contains(count), (0.001...86_400).contains(length)
            {
                self.init(count: count, seconds: length)
                return
            }
        }
        guard let count = number("x-ratelimit-limit", "ratelimit-limit").flatMap({ Int(exactly: $0) }),
            let length = number("x-ratelimit-window", "x-ratelimit-period"),
            (1...1_000_000).contains(count), (0.001...86_400).contains(length)
        else { return nil }
        self.init(count: count, seconds: length)
    }
}

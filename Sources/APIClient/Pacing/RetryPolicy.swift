/// How long and how often one operation is tried.
package struct RetryPolicy: Sendable, Hashable {
    /// Attempts of one operation, the first included.
    package var maxAttempts: Int
    /// Seconds after the first attempt began at which no further one is begun.
    package var budget: Double
    /// The same while the service has not answered at all yet, so that a run without an API ends soon.
    package var firstContactBudget: Double
    /// Seconds: the first delay is random between 0 and this, each further one between 0 and twice as much.
    package var baseDelay: Double
    /// Seconds that no random delay exceeds. `Retry-After` is bounded by the budget alone.
    package var maxDelay: Double

    package init(
        maxAttempts: Int = 10, budget: Double = 90, firstContactBudget: Double = 8, baseDelay: Double = 0.5,
        maxDelay: Double = 20
    ) {
        self.maxAttempts = maxAttempts
        self.budget = budget
        self.firstContactBudget = firstContactBudget
        self.baseDelay = baseDelay
        self.maxDelay = maxDelay
    }

    /// Full jitter: a random part of the exponentially growing delay. `attempt` counts from 1, `random` lies in 0..<1.
    func delay(afterAttempt attempt: Int, random: Double) -> Double {
        var ceiling = baseDelay
        for _ in 1..<max(1, attempt) where ceiling < maxDelay { ceiling *= 2 }
        return random * min(ceiling, maxDelay)
    }
}

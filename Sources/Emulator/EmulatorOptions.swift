import Platform

/// How an emulator is set up. The defaults serve from memory, on a free port, without faults.
package struct EmulatorOptions: Sendable {
    /// 0 picks a free port.
    package var port: UInt16 = 0
    /// Where the store is kept; nil keeps it in memory.
    package var storeDirectory: String?
    /// False loads the store and never writes: neither files nor the directory are made.
    package var persist = true
    /// Accepted values of `x-api-key`; nil accepts any that is not empty.
    package var acceptedAPIKeys: Set<String>?
    /// Accepted values of `x-brand-key`; nil accepts any that is not empty.
    package var acceptedBrandKeys: Set<String>?
    package var faults = FaultPlan()
    /// With `faultRate`, draws a fault for each request number that `faults` leaves alone.
    package var faultSeed: UInt64?
    /// The share of requests that fail by the seed, from 0 to 1.
    package var faultRate = 0.0
    /// Seconds of a latency that the seed draws.
    package var faultLatency = 0.05
    /// Seconds that a `rate_limited` drawn by the seed asks to wait.
    package var faultRetryAfter = 1
    package var dialects: Set<Dialect> = []
    /// Seconds by which every API answer comes late.
    package var latency = 0.0
    /// Larger request bodies are answered 413.
    package var maxBodyBytes = 16 * 1024 * 1024
    /// Whether external APIs are really asked: for the test call of a create, and for queries.
    package var fetchesExternally = false
    /// More requests than `count` in any stretch of `seconds` are answered 429, with the seconds to wait; nil: no limit.
    package var rateLimit: (count: Int, seconds: Double)?
    /// A record that holds this text in a string is refused with 422.
    package var rejectValue: String?
    /// Requests that the list of requests keeps; the oldest are dropped.
    package var maxLoggedRequests = 100_000

    /// Seconds since 1970.
    package var now: @Sendable () -> Double = { SystemTime().unixTime() }
    /// Returns after that many seconds.
    package var sleep: @Sendable (Double) async -> Void = {
        try? await SystemTime().sleep(seconds: $0)
    }
    /// 64 random bits, for uuids.
    package var random: @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }

    package init() {}
}

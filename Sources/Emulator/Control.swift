/// What can be set and read at `/_emulator/`: faults, dialects, the clock's offset, and the requests that came.
struct Control: Sendable {
    var faults: FaultPlan
    var seeded: SeededFaults?
    var dialects: Set<Dialect>
    /// Seconds by which the emulator's clock is ahead.
    var clockOffset = 0.0
    private(set) var requestCount = 0
    /// When the requests that count for the limit came, rising.
    private var admitted: [Double] = []
    private(set) var faultCounts: [String: Int] = [:]
    private(set) var statusCounts: [Int: Int] = [:]
    private var methodCounts: [String: Int] = [:]
    private let maxRecords: Int
    /// The requests that are kept; the first has the number `droppedCount + 1`.
    private(set) var records: [RequestRecord] = []
    private(set) var droppedCount = 0

    init(_ options: EmulatorOptions) {
        faults = options.faults
        dialects = options.dialects
        maxRecords = max(1, options.maxLoggedRequests)
        if let seed = options.faultSeed, options.faultRate > 0 {
            seeded = SeededFaults(
                seed: seed, rate: options.faultRate, latency: options.faultLatency,
                retryAfter: options.faultRetryAfter)
        }
    }

    /// Numbers a request, notes it, and says what goes wrong with it.
    mutating func arrive(method: String, path: String, bodyBytes: Int) -> (number: Int, fault: Fault?) {
        requestCount += 1
        methodCounts[method, default: 0] += 1
        let fault =
            faults.fault(number: requestCount, method: method, numberOfMethod: methodCounts[method] ?? 1)
            ?? seeded?.fault(number: requestCount)
        if let fault { faultCounts[fault.kind.rawValue, default: 0] += 1 }
        records.append(
            RequestRecord(
                number: requestCount, method: method, path: path, bodyBytes: bodyBytes, fault: fault?.kind.rawValue))
        // Dropped in lots, so that the cost of moving the rest is spread.
        if records.count >= 2 * maxRecords {
            droppedCount += records.count - maxRecords
            records.removeFirst(records.count - maxRecords)
        }
        return (requestCount, fault)
    }

    /// Whether a request is within the limit; otherwise the seconds until it would be.
    mutating func admit(_ limit: (count: Int, seconds: Double), now: Double) -> Double? {
        admitted.removeAll { $0 <= now - limit.seconds }
        if admitted.count < limit.count {
            admitted.append(now)
            return nil
        }
        return (admitted.first ?? now) + limit.seconds - now
    }

    mutating func finish(number: Int, status: Int) {
        statusCounts[status, default: 0] += 1
        let place = number - droppedCount - 1
        if records.indices.contains(place), records[place].number == number { records[place].status = status }
    }

    /// Rules whose numbers count from the next request on, turned into those that count from the first.
    func absolute(_ plan: FaultPlan) -> FaultPlan {
        FaultPlan(
            plan.rules.map { rule in
                let past = rule.method.map { methodCounts[$0] ?? 0 } ?? requestCount
                let last = rule.numbers.upperBound
                let shifted = rule.numbers.lowerBound + past...(last == .max ? .max : last + past)
                return FaultPlan.Rule(rule.fault, method: rule.method, numbers: shifted)
            })
    }
}

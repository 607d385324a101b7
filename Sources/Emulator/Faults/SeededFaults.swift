import Platform

/// Faults drawn by a seed: the same seed gives the same fault to the same request number, on every machine.
struct SeededFaults: Sendable, Hashable {
    let seed: UInt64
    /// The share of requests that fail, from 0 to 1.
    let rate: Double
    /// Seconds of a latency that is drawn.
    let latency: Double
    /// Seconds that a drawn `rate_limited` asks to wait.
    let retryAfter: Int

    func fault(number: Int) -> Fault? {
        var random = SplitMix64(seed: seed &+ UInt64(bitPattern: Int64(number)) &* 0x9E37_79B9_7F4A_7C15)
        let chance = Double(random.next() >> 11) / Double(1 << 53)
        guard chance < rate else { return nil }
        let draw = random.next()
        let status = [500, 502, 503, 504][Int((draw >> 32) % 4)]
        switch Fault.Kind.drawn[Int(draw % UInt64(Fault.Kind.drawn.count))] {
        case .latency: return .latency(seconds: latency)
        case .held: return nil
        case .rateLimited:
            return .rateLimited(
                draw >> 40 & 1 == 0 ? .seconds(retryAfter) : .date(secondsFromNow: retryAfter))
        case .errorBefore: return .errorBefore(status: status)
        case .errorAfter: return .errorAfter(status: status)
        case .cutBefore: return .cutBefore
        case .cutAfter: return .cutAfter
        case .truncated: return .truncated
        }
    }
}

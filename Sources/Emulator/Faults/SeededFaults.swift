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
        var state = seed &+ UInt64(bitPattern: Int64(number)) &* 0x9E37_79B9_7F4A_7C15
        let chance = Double(Self.next(&state) >> 11) / Double(1 << 53)
        guard chance < rate else { return nil }
        let draw = Self.next(&state)
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

    /// SplitMix64 (Steele, Lea and Flood), small and well mixed even from neighbouring seeds.
    private static func next(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

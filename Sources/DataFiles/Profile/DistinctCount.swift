import Foundation

/// How many different values there are: exactly while they are few, then by HyperLogLog (Flajolet and others, 2007) in
/// 16 KiB, with a standard error below one percent.
struct DistinctCount {
    private static let bits = 14
    private static let registerCount = 1 << bits
    /// Different hashes that are kept one by one.
    private static let maxExact = 2048

    private var exact: Set<UInt64>? = []
    private var registers: [UInt8] = []
    /// Hashes that were met lately, each at the place of its lowest bits: most columns repeat themselves.
    private var recent = [UInt64](repeating: 0, count: 256)

    /// Whether it may be a value that was not there before; exactly while they are few.
    @inline(__always)
    mutating func add(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let hash = Self.hash(text)
        let place = Int(hash & 255)
        if recent[place] == hash { return false }
        recent[place] = hash
        if exact == nil {
            raise(hash)
            return true
        }
        return addExactly(hash)
    }

    @inline(never)
    private mutating func addExactly(_ hash: UInt64) -> Bool {
        guard exact?.insert(hash).inserted == true else { return false }
        if let kept = exact, kept.count > Self.maxExact {
            registers = Array(repeating: 0, count: Self.registerCount)
            exact = nil
            for hash in kept { raise(hash) }
        }
        return true
    }

    @inline(__always)
    private mutating func raise(_ hash: UInt64) {
        let register = Int(hash & UInt64(Self.registerCount - 1))
        let rank = UInt8(truncatingIfNeeded: (hash >> UInt64(Self.bits) | 1 << 50).trailingZeroBitCount + 1)
        if rank > registers[register] { registers[register] = rank }
    }

    /// The number, never above that of all values, and whether it is exact.
    func estimate(atMost count: Int) -> (Int, isExact: Bool) {
        if let exact { return (exact.count, true) }
        let size = Double(Self.registerCount)
        var sum = 0.0
        var empty = 0
        for register in registers {
            sum += exp2(-Double(register))
            if register == 0 { empty += 1 }
        }
        var estimate = 0.7213 / (1 + 1.079 / size) * size * size / sum
        // Few values leave registers empty, which tell more.
        if estimate <= 2.5 * size, empty > 0 { estimate = size * log(size / Double(empty)) }
        return (min(count, Int(estimate.rounded())), false)
    }

    /// Mixes eight bytes at a time (the finalizer of MurmurHash3, Appleby). Reads up to seven bytes behind the text.
    @inline(__always)
    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        guard let base = text.baseAddress else { return 1 }
        var hash = UInt64(truncatingIfNeeded: text.count) &* 0x9E37_79B9_7F4A_7C15
        var offset = 0
        while offset < text.count {
            var word = ByteScanning.load(base + offset)
            let left = text.count &- offset
            if left < 8 { word &= (1 << UInt64(8 &* left)) &- 1 }
            hash = (hash ^ word) &* 0xFF51_AFD7_ED55_8CCD
            hash ^= hash >> 32
            offset &+= 8
        }
        hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
        return hash ^ hash >> 33
    }
}

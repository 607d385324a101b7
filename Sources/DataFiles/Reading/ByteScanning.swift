/// Searches eight bytes at a time: SIMD within a `UInt64`.
///
/// Masks have the top bit of a byte set where it matches. Only the lowest match of a mask is exact (a borrow may
/// mark bytes above it), which is the one that counts on a little-endian machine.
enum ByteScanning {
    static let highBits: UInt64 = 0x8080_8080_8080_8080
    private static let lowBits: UInt64 = 0x0101_0101_0101_0101

    @inline(__always)
    static func load(_ pointer: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(pointer).loadUnaligned(as: UInt64.self))
    }

    /// Bytes equal to `byte`, which is below 0x80.
    @inline(__always)
    static func equal(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let difference = word ^ (lowBits &* UInt64(byte))
        return (difference &- lowBits) & ~difference & highBits
    }

    /// Control characters: bytes below 0x20.
    @inline(__always)
    static func control(_ word: UInt64) -> UInt64 {
        (word &- (lowBits &* 0x20)) & ~word & highBits
    }

    /// All bits below the lowest match of a mask: the bytes before it.
    @inline(__always)
    static func before(_ mask: UInt64) -> UInt64 { ((mask & (0 &- mask)) &- 1) >> 7 }

    /// The same for sixteen bytes: the compiler makes vector instructions of arithmetic on words, not of comparisons of
    /// bytes. Bytes equal to one of three, which are below 0x80, and control characters.
    @inline(__always)
    static func stops(_ words: SIMD2<UInt64>, _ first: UInt8, _ second: UInt8, _ third: UInt8) -> SIMD2<UInt64> {
        @inline(__always)
        func below(_ byte: UInt8) -> SIMD2<UInt64> {
            (words ^ SIMD2(repeating: lowBits &* UInt64(byte))) &- SIMD2(repeating: lowBits)
        }
        // Bytes above 0x7F are excluded at the end, for they equal none of the three and are no control characters.
        let control = words &- SIMD2(repeating: lowBits &* 0x20)
        return (below(first) | below(second) | below(third) | control) & ~words & SIMD2(repeating: highBits)
    }

    @inline(__always)
    static func loadPair(_ pointer: UnsafePointer<UInt8>) -> SIMD2<UInt64> {
        let words = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD2<UInt64>.self)
        return SIMD2(UInt64(littleEndian: words[0]), UInt64(littleEndian: words[1]))
    }

    /// How many line feeds there are.
    static func lineFeeds(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var total = 0
        for byte in bytes where byte == 0x0A { total += 1 }
        return total
    }

    /// How many Unicode scalars begin in the bytes.
    static func scalars(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var total = 0
        for byte in bytes where byte & 0xC0 != 0x80 { total += 1 }
        return total
    }
}

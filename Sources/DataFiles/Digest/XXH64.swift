/// XXH64 with seed 0 (Yann Collet), fed in pieces: tells whether bytes on disk are those that were written.
///
/// Not for digests that stand for data: 64 bits, and no defence against somebody who chooses the bytes. Source: the
/// algorithm's published description and test vectors, which the tests run.
struct XXH64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    private var lanes: (UInt64, UInt64, UInt64, UInt64) = (prime1 &+ prime2, prime2, 0, 0 &- prime1)
    /// Bytes that do not fill a block of 32 yet.
    private var rest: [UInt8] = []
    private var length: UInt64 = 0

    /// Takes in the bytes, in order.
    mutating func combine(bytes: UnsafeRawBufferPointer) {
        length &+= UInt64(bytes.count)
        var bytes = bytes
        if !rest.isEmpty {
            let missing = min(32 - rest.count, bytes.count)
            rest.append(contentsOf: bytes.prefix(missing))
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(missing))
            if rest.count < 32 { return }
            rest.withUnsafeBytes { lanes = Self.absorb($0, into: lanes) }
            rest.removeAll(keepingCapacity: true)
        }
        lanes = Self.absorb(bytes, into: lanes)
        rest.append(contentsOf: bytes.suffix(bytes.count % 32))
    }

    /// The digest of all that was taken in.
    func finalize() -> UInt64 {
        var hash: UInt64
        if length < 32 {
            hash = Self.prime5
        } else {
            hash =
                Self.rotate(lanes.0, 1) &+ Self.rotate(lanes.1, 7) &+ Self.rotate(lanes.2, 12)
                &+ Self.rotate(lanes.3, 18)
            for lane in [lanes.0, lanes.1, lanes.2, lanes.3] {
                hash = (hash ^ Self.round(0, lane)) &* Self.prime1 &+ Self.prime4
            }
        }
        hash &+= length
        rest.withUnsafeBytes { rest in
            var offset = 0
            while offset + 8 <= rest.count {
                hash = Self.rotate(hash ^ Self.round(0, Self.word(rest, offset)), 27) &* Self.prime1 &+ Self.prime4
                offset += 8
            }
            if offset + 4 <= rest.count {
                let half = UInt32(littleEndian: rest.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                hash = Self.rotate(hash ^ UInt64(half) &* Self.prime1, 23) &* Self.prime2 &+ Self.prime3
                offset += 4
            }
            for byte in rest[offset...] {
                hash = Self.rotate(hash ^ UInt64(byte) &* Self.prime5, 11) &* Self.prime1
            }
        }
        hash = (hash ^ hash >> 33) &* Self.prime2
        hash = (hash ^ hash >> 29) &* Self.prime3
        return hash ^ hash >> 32
    }

    /// Takes in all whole blocks of 32 bytes.
    private static func absorb(
        _ bytes: UnsafeRawBufferPointer, into lanes: (UInt64, UInt64, UInt64, UInt64)
    ) -> (UInt64, UInt64, UInt64, UInt64) {
        var (first, second, third, fourth) = lanes
        var offset = 0
        while offset &+ 32 <= bytes.count {
            first = round(first, word(bytes, offset))
            second = round(second, word(bytes, offset &+ 8))
            third = round(third, word(bytes, offset &+ 16))
            fourth = round(fourth, word(bytes, offset &+ 24))
            offset &+= 32
        }
        return (first, second, third, fourth)
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    @inline(__always)
    private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        rotate(lane &+ word &* prime2, 31) &* prime1
    }

    @inline(__always)
    private static func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 { word << count | word >> (64 - count) }
}

/// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein), fed in pieces.
///
/// Source: the reference implementation's published vectors, which the tests run. The all-zero key makes the plain
/// digest that is the same on every machine; a random key makes the keyed digest of a secret.
package struct SipHash128: Sendable {
    /// The key as two little-endian words.
    package struct Key: Sendable, Hashable {
        package var k0: UInt64
        package var k1: UInt64

        package init(_ k0: UInt64 = 0, _ k1: UInt64 = 0) {
            self.k0 = k0
            self.k1 = k1
        }
    }

    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64
    private var tail: UInt64 = 0
    private var tailCount: UInt64 = 0
    private var length: UInt64 = 0

    package init(key: Key = Key()) {
        v0 = key.k0 ^ 0x736f_6d65_7073_6575
        v1 = key.k1 ^ 0x646f_7261_6e64_6f6d ^ 0xee
        v2 = key.k0 ^ 0x6c79_6765_6e65_7261
        v3 = key.k1 ^ 0x7465_6462_7974_6573
    }

    /// Takes in the bytes, in order.
    package mutating func combine(bytes: UnsafeRawBufferPointer) {
        length &+= UInt64(bytes.count)
        var offset = 0
        while tailCount != 0, offset < bytes.count {
            absorb(byte: bytes[offset])
            offset += 1
        }
        while offset + 8 <= bytes.count {
            absorb(word: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset += 8
        }
        while offset < bytes.count {
            absorb(byte: bytes[offset])
            offset += 1
        }
    }

    /// Takes in the string's UTF-8.
    package mutating func combine(_ text: String) {
        var text = text
        text.withUTF8 { combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Takes in the integer as eight little-endian bytes.
    package mutating func combine(_ integer: UInt64) {
        withUnsafeBytes(of: integer.littleEndian) { combine(bytes: $0) }
    }

    /// The digest of all that was taken in.
    package func finalize() -> Digest128 {
        var state = self
        state.absorb(word: tail | (length << 56))
        state.v2 ^= 0xee
        state.rounds(4)
        let low = state.v0 ^ state.v1 ^ state.v2 ^ state.v3
        state.v1 ^= 0xdd
        state.rounds(4)
        return Digest128(low: low, high: state.v0 ^ state.v1 ^ state.v2 ^ state.v3)
    }

    private mutating func absorb(byte: UInt8) {
        tail |= UInt64(byte) << (8 &* tailCount)
        tailCount &+= 1
        if tailCount == 8 {
            let word = tail
            tail = 0
            tailCount = 0
            absorb(word: word)
        }
    }

    @inline(__always)
    private mutating func absorb(word: UInt64) {
        v3 ^= word
        rounds(2)
        v0 ^= word
    }

    @inline(__always)
    private mutating func rounds(_ count: Int) {
        for _ in 0..<count {
            v0 = v0 &+ v1
            v1 = (v1 << 13 | v1 >> 51) ^ v0
            v0 = v0 << 32 | v0 >> 32
            v2 = v2 &+ v3
            v3 = (v3 << 16 | v3 >> 48) ^ v2
            v0 = v0 &+ v3
            v3 = (v3 << 21 | v3 >> 43) ^ v0
            v2 = v2 &+ v1
            v1 = (v1 << 17 | v1 >> 47) ^ v2
            v2 = v2 << 32 | v2 >> 32
        }
    }
}

/// 128 bits of a digest. The text is 32 hexadecimal digits: the bytes of the published vectors in their order.
package struct Digest128: Sendable, Hashable, Comparable, CustomStringConvertible {
    package var low: UInt64
    package var high: UInt64

    package init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// The digest out of 32 hexadecimal digits; nil for anything else.
    package init?(_ text: String) {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let first = UInt64(text.prefix(16), radix: 16), let second = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        low = first.byteSwapped
        high = second.byteSwapped
    }

    package var description: String {
        low.byteSwapped.hexDigits + high.byteSwapped.hexDigits
    }

    package static func < (left: Digest128, right: Digest128) -> Bool {
        (left.low, left.high) < (right.low, right.high)
    }
}

extension UInt64 {
    /// The 16 hexadecimal digits, zeros in front included.
    package var hexDigits: String {
        let text = String(self, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
}

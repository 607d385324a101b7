import Glibc

/// Searches and comparisons that the C library does faster than a loop.
package enum Bytes {
    /// The offset of the first such byte; nil where there is none.
    @inlinable
    package static func firstIndex(of byte: UInt8, in bytes: UnsafePointer<UInt8>, count: Int) -> Int? {
        guard let found = memchr(bytes, Int32(byte), count) else { return nil }
        return UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - bytes
    }

    /// Below, at or above zero, as the left bytes come before, equal or follow the right ones.
    @inlinable
    package static func compare(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, count: Int) -> Int {
        Int(memcmp(left, right, count))
    }
}

extension String {
    /// Order by bytes, the same on every machine and in every locale.
    package func precedesByBytes(_ other: String) -> Bool {
        let order = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in
                let common = min(left.count, right.count)
                guard common > 0, let first = left.baseAddress, let second = right.baseAddress else {
                    return left.count < right.count
                }
                let order = memcmp(first, second, common)
                return order == 0 ? left.count < right.count : order < 0
            }
        }
        return (order ?? nil) ?? utf8.lexicographicallyPrecedes(other.utf8)
    }

    /// Whether the bytes of `needle` stand anywhere in it; canonical equivalence does not count.
    package func containsBytes(of needle: StaticString) -> Bool {
        var text = self
        return text.withUTF8 { bytes in
            let length = needle.utf8CodeUnitCount
            guard var rest = UnsafeRawBufferPointer(bytes).baseAddress else { return false }
            let end = rest + bytes.count
            while let found = memchr(rest, Int32(needle.utf8Start.pointee), end - rest) {
                rest = UnsafeRawPointer(found)
                if end - rest < length { return false }
                if memcmp(rest, needle.utf8Start, length) == 0 { return true }
                rest += 1
            }
            return false
        }
    }
}

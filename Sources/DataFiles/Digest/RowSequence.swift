import Model

/// A checksum of rows in the order of the files, as 16 hexadecimal digits: an upload that was interrupted can go on
/// only where its requests hold the same rows, and the digest of a data set says nothing of order.
struct RowSequence: ~Copyable {
    private static let capacity = 1024

    private let words = UnsafeMutablePointer<UInt64>.allocate(capacity: RowSequence.capacity)
    private var count = 0
    private var hash = XXH64()

    deinit { words.deallocate() }

    @inline(__always)
    mutating func append(_ entry: RowEntry) {
        words[count] = entry.key.low.littleEndian
        words[count &+ 1] = entry.content.low.littleEndian
        count &+= 2
        if count == Self.capacity { flush() }
    }

    mutating func finish() -> String {
        flush()
        return hash.finalize().hexDigits
    }

    private mutating func flush() {
        hash.combine(bytes: UnsafeRawBufferPointer(start: words, count: count * 8))
        count = 0
    }
}

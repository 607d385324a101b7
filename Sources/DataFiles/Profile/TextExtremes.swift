/// The least and the greatest of texts, by their bytes; long ones are cut.
struct TextExtremes {
    private(set) var min: [UInt8]?
    private(set) var max: [UInt8]?
    /// The first eight bytes of each, big-endian.
    private var low = UInt64.max
    private var high: UInt64 = 0

    private static let kept = 200

    @inline(__always)
    mutating func add(_ text: UnsafeBufferPointer<UInt8>) {
        let head = Self.head(text)
        if head <= low || head >= high { compare(text, head) }
    }

    /// Bytes that are missing count as zeros.
    @inline(__always)
    private static func head(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        // Records are padded by more than a word.
        let word = ByteScanning.load(text.baseAddress.unsafelyUnwrapped).byteSwapped
        return text.count >= 8 ? word : text.isEmpty ? 0 : word & (~0 << UInt64(64 - 8 * text.count))
    }

    @inline(never)
    private mutating func compare(_ text: UnsafeBufferPointer<UInt8>, _ head: UInt64) {
        if min.map({ text.lexicographicallyPrecedes($0) }) ?? true {
            (min, low) = (Array(text.prefix(Self.kept)), head)
        }
        if max.map({ $0.lexicographicallyPrecedes(text) }) ?? true {
            (max, high) = (Array(text.prefix(Self.kept)), head)
        }
    }
}

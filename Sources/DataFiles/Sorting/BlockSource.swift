import Model

/// Bytes that can be read at any offset: a temporary file, a ledger, or memory.
protocol BlockSource: AnyObject, Sendable {
    /// Fills the buffer from that offset; all of it is there.
    func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(DataProblems)
    /// The problem of contents that make no sense.
    func damage() -> DataProblems
}

/// Goes through a stretch of a source in order, some of it in memory at a time.
struct BlockStream: ~Copyable {
    private let source: any BlockSource
    private var storage: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    /// The part of the source that is not in memory yet.
    private var next: Int
    private let limit: Int

    init(_ source: any BlockSource, _ range: Range<Int>, bufferBytes: Int = 128 << 10) {
        self.source = source
        next = range.lowerBound
        limit = range.upperBound
        storage = .allocate(byteCount: bufferBytes, alignment: 16)
    }

    deinit { storage.deallocate() }

    var isAtEnd: Bool { start == end && next == limit }

    /// The next bytes, at least so many, and consumes them. Errors: fewer are left.
    @inline(__always)
    mutating func next(_ count: Int) throws(DataProblems) -> UnsafeRawPointer {
        if end - start < count { try load(count) }
        defer { start += count }
        return UnsafeRawPointer(storage.baseAddress.unsafelyUnwrapped + start)
    }

    @inline(never)
    private mutating func load(_ count: Int) throws(DataProblems) {
        let left = end - start
        guard count >= 0, count - left <= limit - next else { throw source.damage() }
        if count > storage.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
            larger.baseAddress!.copyMemory(from: storage.baseAddress! + start, byteCount: left)
            storage.deallocate()
            storage = larger
        } else if left > 0 {
            storage.baseAddress!.copyMemory(from: storage.baseAddress! + start, byteCount: left)
        }
        let amount = min(storage.count - left, limit - next)
        try source.read(into: UnsafeMutableRawBufferPointer(rebasing: storage[left..<left + amount]), at: next)
        next += amount
        start = 0
        end = left + amount
    }

    /// An integer of variable length: seven bits a byte, the lowest first, the top bit set in all but the last.
    @inline(__always)
    mutating func nextInteger() throws(DataProblems) -> Int {
        var value = 0
        var shift = 0
        while true {
            let byte = try next(1).load(as: UInt8.self)
            value |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
            if shift > 56 { throw source.damage() }
        }
    }
}

extension ByteBuffer {
    /// Appends what `BlockStream.nextInteger()` reads.
    @inline(__always)
    mutating func append(variableLength integer: Int) {
        reserve(10)
        var rest = UInt64(integer)
        while rest >= 0x80 {
            base[count] = UInt8(truncatingIfNeeded: rest) | 0x80
            count += 1
            rest >>= 7
        }
        base[count] = UInt8(truncatingIfNeeded: rest)
        count += 1
    }
}

/// A growing run of bytes that is written through its pointer, without a check for each byte.
///
/// There are always `slack` bytes of storage behind the reserved ones, so that short copies may move whole words.
struct ByteBuffer: ~Copyable {
    static let slack = 16

    private(set) var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// How many bytes are in use. May be set back to drop what stands behind.
    var count = 0

    init(capacity: Int = 4096) {
        self.capacity = capacity
        base = .allocate(capacity: capacity + Self.slack)
    }

    deinit { base.deallocate() }

    /// Makes room for that many bytes behind `count`.
    @inline(__always)
    mutating func reserve(_ extra: Int) {
        if count + extra > capacity { grow(to: count + extra) }
    }

    @inline(never)
    private mutating func grow(to needed: Int) {
        // Half as much again, not double: chunks are megabytes, and unused megabytes count.
        let larger = max(needed, capacity + capacity / 2)
        let storage = UnsafeMutablePointer<UInt8>.allocate(capacity: larger + Self.slack)
        storage.update(from: base, count: count)
        base.deallocate()
        base = storage
        capacity = larger
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        base[count] = byte
        count += 1
    }

    mutating func append(_ source: UnsafePointer<UInt8>, count length: Int) {
        reserve(length)
        (base + count).update(from: source, count: length)
        count += length
    }

    mutating func append(_ bytes: some Collection<UInt8>) {
        for byte in bytes { append(byte) }
    }

    /// Appends bytes that were reserved before, word by word; reads up to 7 bytes behind the source.
    @inline(__always)
    mutating func appendReserved(_ source: UnsafePointer<UInt8>, count length: Int) {
        let target = UnsafeMutableRawPointer(base + count)
        let from = UnsafeRawPointer(source)
        var offset = 0
        while offset < length {
            target.storeBytes(
                of: from.loadUnaligned(fromByteOffset: offset, as: UInt64.self), toByteOffset: offset, as: UInt64.self)
            offset += 8
        }
        count += length
    }

    /// Appends an integer of four bytes, little-endian, for which room was reserved.
    @inline(__always)
    mutating func appendReserved(_ integer: UInt32) {
        UnsafeMutableRawPointer(base + count).storeBytes(of: integer.littleEndian, as: UInt32.self)
        count += 4
    }

    /// Moves the bytes from `offset` on to the front and drops the others.
    mutating func keep(from offset: Int) {
        base.update(from: base + offset, count: count - offset)
        count -= offset
    }

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }
}

import Model

/// The part of a file that is in memory: what is being scanned, and room for more.
///
/// A scan that comes to `end` before its record is whole asks for more with `fill()` and starts over at `start`.
/// Behind `end` stand zero bytes, so that scans may load whole words and stop there as at a control character.
struct FileWindow: ~Copyable {
    private static let padding = 16

    private let input: any ByteInput
    private(set) var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private let readSize: Int
    /// Where the next record begins, as an offset from `base`. Advance it to consume bytes.
    var start = 0
    private(set) var end = 0
    /// Whether all bytes of the file have been read.
    private(set) var isAtEnd = false
    /// Offset in the text of `end`: where nothing was skipped, how many bytes have been read.
    private(set) var bytesRead = 0

    init(_ input: any ByteInput, readSize: Int) {
        self.input = input
        self.readSize = readSize
        capacity = readSize
        base = .allocate(capacity: capacity + Self.padding)
        base.update(repeating: 0, count: Self.padding)
    }

    deinit { base.deallocate() }

    var file: DataFile { input.file }
    var encoding: TextEncoding { input.encoding }
    func hasRead(_ size: Int) -> Bool { input.hasRead(size) }
    /// Bytes that are there to scan.
    var available: Int { end - start }

    func stamp() throws(DataProblems) -> FileStamp { try input.stamp() }

    /// The offset in the text of an offset from `base`.
    func fileOffset(of offset: Int) -> Int { bytesRead - end + offset }

    /// Goes on at that offset of the text, at or behind `start`.
    mutating func seek(to offset: Int) throws(DataProblems) {
        if offset <= bytesRead {
            start = offset - (bytesRead - end)
            return
        }
        try input.skip(to: offset)
        (start, end, bytesRead) = (0, 0, offset)
        base.update(repeating: 0, count: Self.padding)
    }

    /// Reads more; offsets from `base` are no longer valid after it, offsets from `start` are. False at the end of
    /// the file.
    mutating func fill() throws(DataProblems) -> Bool {
        if isAtEnd { return false }
        if start > 0 {
            base.update(from: base + start, count: end - start)
            end -= start
            start = 0
        }
        if capacity - end < readSize {
            let larger = max(capacity * 2, end + readSize)
            let storage = UnsafeMutablePointer<UInt8>.allocate(capacity: larger + Self.padding)
            storage.update(from: base, count: end)
            base.deallocate()
            base = storage
            capacity = larger
        }
        let count = try input.read(into: base + end, count: readSize)
        if count == 0 { isAtEnd = true }
        end += count
        bytesRead += count
        (base + end).update(repeating: 0, count: Self.padding)
        return count > 0
    }

    /// Bytes from one offset to another.
    func bytes(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    }
}

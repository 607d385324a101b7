import Model
import Platform

/// The file of the next ledger, written aside; it takes its name when it is whole and on disk.
///
/// A process that dies leaves at most a file of another name, which the next write replaces.
struct LedgerFile: ~Copyable {
    private static let blockBytes = 256 << 10

    private var file: AtomicFile
    private var buffer = ByteBuffer(capacity: LedgerFile.blockBytes + 4096)
    private var hash = XXH64()

    /// `header` is as long as the one that is written in the end.
    init(path: String, header: LedgerHeader, calls: SystemCalls) throws(DataProblems) {
        // The state directory has one writer at a time, so nobody else writes to the name aside.
        file = try failing(as: Self.problem) { () throws(SystemError) in
            let file = try AtomicFile(replacing: path, durability: .power, calls: calls)
            try file.seek(to: header.bytes.count)
            return file
        }
    }

    mutating func add(_ entry: LedgerEntry) throws(DataProblems) {
        buffer.reserve(LedgerEntry.byteCount)
        entry.write(to: UnsafeMutableRawPointer(buffer.base + buffer.count))
        buffer.count += LedgerEntry.byteCount
        if buffer.count >= Self.blockBytes { try flush() }
    }

    /// Appends a key's text; the bytes that it takes.
    mutating func add(keyText: UnsafeRawBufferPointer) throws(DataProblems) -> Int {
        let before = buffer.count
        buffer.append(variableLength: keyText.count)
        if let start = keyText.baseAddress {
            buffer.append(start.assumingMemoryBound(to: UInt8.self), count: keyText.count)
        }
        let added = buffer.count - before
        if buffer.count >= Self.blockBytes { try flush() }
        return added
    }

    mutating func add(_ columns: ColumnMemory) throws(DataProblems) -> Int {
        let bytes = columns.bytes
        buffer.append(bytes)
        try flush()
        return bytes.count
    }

    /// Writes the head, waits until all is on disk, and gives the file its name.
    mutating func finish(
        identity: LedgerIdentity, counts: RowStateCounts, slotCount: Int, keyBytes: Int, columnBytes: Int
    ) throws(DataProblems) {
        try flush()
        let header = LedgerHeader(
            identity: identity, counts: counts, slotCount: slotCount, keyBytes: keyBytes, columnBytes: columnBytes,
            body: hash.finalize())
        do throws(SystemError) {
            try file.write(header.bytes, at: 0)
            try file.place()
        } catch {
            throw Self.problem(error)
        }
    }

    private mutating func flush() throws(DataProblems) {
        let bytes = UnsafeRawBufferPointer(buffer.bytes)
        hash.combine(bytes: bytes)
        do throws(SystemError) { try file.write(bytes) } catch { throw Self.problem(error) }
        buffer.count = 0
    }

    /// Gives a whole ledger file another name, in the same directory, and makes that durable.
    static func move(_ from: String, to path: String, calls: SystemCalls) throws(DataProblems) {
        do throws(SystemError) {
            try AtomicFile.move(from, to: path, durability: .power, calls: calls)
        } catch {
            throw problem(error)
        }
    }

    static func problem(_ error: SystemError) -> DataProblems {
        .ofTheMachine(
            "cannot \(error.operation) the row ledger \(error.path): \(error.cause)",
            help: error.help(.writing, space: "a row ledger takes about 60 bytes for each row"))
    }
}

import Glibc
import Model

/// The file of the next ledger, written aside; it takes its name when it is whole and on disk.
///
/// A process that dies leaves at most a file of another name, which the next write replaces.
struct LedgerFile: ~Copyable {
    private static let blockBytes = 256 << 10

    private let path: String
    private let pathAside: String
    private let descriptor: Int32
    private let headerBytes: Int
    private var buffer = ByteBuffer(capacity: LedgerFile.blockBytes + 4096)
    private var hash = XXH64()
    private var hasItsName = false

    /// `header` is as long as the one that is written in the end.
    init(path: String, header: LedgerHeader) throws(DataProblems) {
        self.path = path
        // The state directory has one writer at a time, so nobody else writes to that name.
        pathAside = path + ".new"
        headerBytes = header.bytes.count
        unlink(pathAside)
        let aside = pathAside
        descriptor = retryingInterrupted {
            open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
        if descriptor < 0 { throw Self.problem("create", aside, errno) }
        // Whatever the umask took away is given back.
        if fchmod(descriptor, 0o600) != 0 { throw Self.problem("change the mode of", aside, errno) }
        if lseek(descriptor, off_t(headerBytes), SEEK_SET) < 0 { throw Self.problem("write to", aside, errno) }
    }

    deinit {
        if descriptor < 0 { return }
        close(descriptor)
        if !hasItsName { unlink(pathAside) }
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

    /// Writes the head, waits until all is on disk, and gives the file its name.
    mutating func finish(
        identity: LedgerIdentity, counts: RowStateCounts, keyBytes: Int
    ) throws(DataProblems) {
        try flush()
        let header = LedgerHeader(identity: identity, counts: counts, keyBytes: keyBytes, body: hash.finalize())
        try write(header.bytes, at: 0)
        let descriptor = descriptor
        if retryingInterrupted({ fsync(descriptor) }) != 0 { throw Self.problem("write to disk", pathAside, errno) }
        if rename(pathAside, path) != 0 { throw Self.problem("put in place", path, errno) }
        hasItsName = true
        try Self.syncDirectory(of: path)
    }

    private mutating func flush() throws(DataProblems) {
        hash.combine(bytes: UnsafeRawBufferPointer(buffer.bytes))
        var written = 0
        while written < buffer.count {
            let (descriptor, base, count) = (descriptor, buffer.base, buffer.count)
            let result = retryingInterrupted { Glibc.write(descriptor, base + written, count - written) }
            if result < 0 { throw Self.problem("write to", pathAside, errno) }
            written += result
        }
        buffer.count = 0
    }

    private func write(_ bytes: [UInt8], at offset: Int) throws(DataProblems) {
        var written = 0
        while written < bytes.count {
            let descriptor = descriptor
            let result = bytes.withUnsafeBytes { buffer in
                retryingInterrupted {
                    pwrite(descriptor, buffer.baseAddress! + written, buffer.count - written, off_t(offset + written))
                }
            }
            if result < 0 { throw Self.problem("write to", pathAside, errno) }
            written += result
        }
    }

    /// Gives a whole ledger file another name, in the same directory, and makes that durable.
    static func move(_ from: String, to path: String) throws(DataProblems) {
        if rename(from, path) != 0 { throw problem("put in place", path, errno) }
        try syncDirectory(of: path)
    }

    private static func syncDirectory(of path: String) throws(DataProblems) {
        let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = retryingInterrupted { open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        if descriptor < 0 { throw problem("open", directory, errno) }
        defer { close(descriptor) }
        if retryingInterrupted({ fsync(descriptor) }) != 0 { throw problem("write to disk", directory, errno) }
    }

    static func problem(_ operation: String, _ path: String, _ code: Int32) -> DataProblems {
        let help =
            switch code {
            case ENOSPC, EDQUOT: "free some space there: a row ledger takes about 60 bytes for each row"
            case EACCES, EPERM, EROFS: "give the user that runs reconcile the right to write there"
            case ENOENT, ENOTDIR: "create the directory"
            default: "look at the file system of that directory"
            }
        return DataProblems(
            diagnostics: [
                Diagnostic(.error, "cannot \(operation) the row ledger \(path): \(reason(code))", help: help)
            ],
            canRetry: true)
    }

    static func reason(_ code: Int32) -> String {
        code == ELOOP ? "it is a symbolic link" : String(cString: strerror(code))
    }
}

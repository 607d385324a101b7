import Glibc

/// An open file, with errors that name it; closed when this goes away.
package struct Descriptor: ~Copyable, Sendable {
    /// What it is opened for. A FIFO without a partner holds none of them up, and no link at the end is followed
    /// unless it says so.
    package enum Mode: Sendable {
        case reading
        /// The same, through a link at the end of the path.
        case readingThroughLinks
        /// Bytes go where they are put; the file is made where there is none.
        case writing
        /// Like `writing`, and fails where something has the name.
        case creating
        /// What is written goes to the end; must exist.
        case appending
        /// Like `appending`, and fails where something has the name.
        case creatingToAppend
        /// What is written goes to the end of what is there, whatever it is and however many links lead to it. Waits for
        /// the reader of a FIFO.
        case extending
        /// The same, and a file is made where there is none.
        case creatingToExtend
        /// A directory, to be synced or to begin a walk in.
        case directory

        var flags: Int32 {
            let common = O_CLOEXEC | O_NOCTTY | O_NONBLOCK
            return switch self {
            case .reading: common | O_RDONLY | O_NOFOLLOW
            case .readingThroughLinks: common | O_RDONLY
            case .writing: common | O_RDWR | O_CREAT | O_NOFOLLOW
            case .creating: common | O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW
            case .appending: common | O_RDWR | O_APPEND | O_NOFOLLOW
            case .creatingToAppend: common | O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW
            case .extending: O_CLOEXEC | O_NOCTTY | O_WRONLY | O_APPEND
            case .creatingToExtend: O_CLOEXEC | O_NOCTTY | O_WRONLY | O_APPEND | O_CREAT
            case .directory: O_CLOEXEC | O_RDONLY | O_DIRECTORY
            }
        }

        /// As in "cannot create".
        var verb: String {
            switch self {
            case .creating, .creatingToAppend: "create"
            case .reading, .readingThroughLinks, .writing, .appending, .extending, .creatingToExtend, .directory: "open"
            }
        }
    }

    /// The kernel's number; -1 once it is closed.
    package private(set) var number: Int32
    /// As it stands in errors.
    package let path: String
    private let calls: SystemCalls

    /// Takes the number over.
    package init(owning number: Int32, path: String, calls: SystemCalls = .system) {
        self.number = number
        self.path = path
        self.calls = calls
    }

    /// - Parameters:
    ///   - permissions: Of a file that is made, before the umask.
    ///   - shown: What errors call it; the path where nothing else is said.
    package init(
        _ path: String, _ mode: Mode, permissions: UInt32 = 0o600, shownAs shown: String? = nil,
        calls: SystemCalls = .system
    ) throws(SystemError) {
        number = SystemCalls.retrying { calls.open(path, mode.flags, permissions) }
        self.path = shown ?? path
        self.calls = calls
        if number < 0 { throw .last(mode.verb, shown ?? path) }
    }

    deinit {
        if number >= 0 { _ = calls.close(number) }
    }

    package func status() throws(SystemError) -> FileStatus {
        var raw = stat()
        guard fstat(number, &raw) == 0 else { throw .last("look at", path) }
        return FileStatus(raw)
    }

    // MARK: - Reading

    /// Reads at most that many bytes from where the file stands; 0 at its end.
    package func read(into buffer: UnsafeMutableRawPointer, count: Int) throws(SystemError) -> Int {
        let got = SystemCalls.retrying { Glibc.read(number, buffer, count) }
        if got < 0 { throw .last("read", path) }
        return got
    }

    /// Fills as much of the buffer from that offset as the file has; returns how much.
    package func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        var filled = 0
        while filled < bytes.count {
            let got = SystemCalls.retrying {
                pread(number, bytes.baseAddress! + filled, bytes.count - filled, off_t(offset + filled))
            }
            if got < 0 { throw .last("read", path) }
            if got == 0 { break }
            filled += got
        }
        return filled
    }

    /// That many bytes from that offset; fewer where the file ends.
    package func bytes(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(SystemError) {
                filled = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// The bytes from where it stands to its end; one more than `limit` where it is longer.
    package func readAll(limit: Int, sizeHint: Int = 4096) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        // One byte more than expected, so that the end of the file shows with the first read.
        var room = min(max(0, sizeHint), limit) + 1
        while bytes.count <= limit {
            var failure: SystemError?
            let more = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                do throws(SystemError) {
                    count = try read(into: UnsafeMutableRawPointer(buffer.baseAddress!), count: room)
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            if bytes.isEmpty { bytes = more } else { bytes += more }
            // A regular file gives less than asked for only at its end.
            if more.count < room { return bytes }
            room = min(64 * 1024, limit + 1 - bytes.count)
        }
        return bytes
    }

    /// The same of a FIFO or pipe too, whose writer is waited for.
    ///
    /// - Parameter patience: Seconds. Errors: also EAGAIN, where the writer said nothing in that time.
    package func readAll(limit: Int, patience: Double) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        let end = SystemTime().uptime() + patience
        while bytes.count <= limit {
            var failure: SystemError?
            let room = min(16 * 1024, limit + 1 - bytes.count)
            let more = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                do throws(SystemError) {
                    count = try read(into: UnsafeMutableRawPointer(buffer.baseAddress!), count: room)
                } catch {
                    failure = error
                }
            }
            if let failure {
                let left = end - SystemTime().uptime()
                guard failure.code == EAGAIN, left > 0 else { throw failure }
                var item = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
                _ = poll(&item, 1, Int32((left * 1000).rounded(.up)))
            } else if more.isEmpty {
                break
            } else {
                bytes += more
            }
        }
        return bytes
    }

    /// The next read begins at that offset.
    package func seek(to offset: Int) throws(SystemError) {
        if lseek(number, off_t(offset), SEEK_SET) < 0 { throw .last("read", path) }
    }

    // MARK: - Writing

    /// Writes all of it, from where the file stands.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var offset = 0
        while offset < bytes.count {
            let count = SystemCalls.retrying {
                calls.write(number, bytes.baseAddress! + offset, bytes.count - offset)
            }
            guard count > 0 else { throw Self.failedWrite(count, path) }
            offset += count
        }
    }

    /// Writes all of it from that offset.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let count = SystemCalls.retrying {
                calls.pwrite(number, bytes.baseAddress! + written, bytes.count - written, offset + written)
            }
            guard count > 0 else { throw Self.failedWrite(count, path) }
            written += count
        }
    }

    package func write(_ bytes: [UInt8]) throws(SystemError) {
        // Typed errors do not pass through the closures of the standard library.
        try bytes.withUnsafeBytes { buffer in
            Result { () throws(SystemError) in try write(buffer) }
        }.get()
    }

    package func write(_ bytes: [UInt8], at offset: Int) throws(SystemError) {
        try bytes.withUnsafeBytes { buffer in
            Result { () throws(SystemError) in try write(buffer, at: offset) }
        }.get()
    }

    /// A write of nothing without a reason would be tried for ever.
    private static func failedWrite(_ count: Int, _ path: String) -> SystemError {
        SystemError(operation: "write to", path: path, code: count == 0 ? EIO : errno)
    }

    /// Returns when contents and length are on disk; `.all` waits for times and rights too.
    package func sync(_ extent: SyncExtent = .contents) throws(SystemError) {
        let result = SystemCalls.retrying { extent == .all ? calls.fsync(number) : calls.fdatasync(number) }
        if result != 0 { throw .last("write to disk", path) }
    }

    package enum SyncExtent: Sendable { case contents, all }

    package func truncate(to length: Int) throws(SystemError) {
        if SystemCalls.retrying({ calls.ftruncate(number, length) }) != 0 { throw .last("shorten", path) }
    }

    /// Whatever the umask took away is given back.
    package func setPermissions(_ permissions: UInt32) throws(SystemError) {
        if calls.fchmod(number, permissions) != 0 { throw .last("change the mode of", path) }
    }

    /// Takes a lock that no second descriptor of the file can have, without waiting. False where another has it.
    package func tryLock() throws(SystemError) -> Bool {
        if flock(number, LOCK_EX | LOCK_NB) == 0 { return true }
        if errno == EWOULDBLOCK { return false }
        throw .last("lock", path)
    }

    /// Closes now; nothing else may be asked of it then. Errors: what the file system says only at the end.
    package mutating func close() throws(SystemError) {
        let closed = number
        number = -1
        if calls.close(closed) != 0, errno != EINTR { throw .last("write to", path) }
    }
}

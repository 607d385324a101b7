import Glibc

/// The system calls that reading a directory of manifests takes, each wrapped once.
enum FileSystem {
    /// One name in a directory; `kind` is nil where the file system does not tell it with the name.
    struct Entry {
        var name: String
        var kind: FileStatus.Kind?
    }

    /// The status of what the path leads to, links followed unless `followingLinks` is false.
    static func status(of path: String, followingLinks: Bool = true) throws(SystemError) -> FileStatus {
        var raw = stat()
        guard (followingLinks ? stat(path, &raw) : lstat(path, &raw)) == 0 else {
            throw SystemError(operation: "look at", path: path, code: errno)
        }
        return FileStatus(raw)
    }

    /// The absolute path with all links resolved.
    static func resolve(_ path: String) throws(SystemError) -> String {
        guard let resolved = realpath(path, nil) else {
            throw SystemError(operation: "resolve", path: path, code: errno)
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The names in a directory without `.` and `..`, in no order. Names that are no UTF-8 come repaired, marked by
    /// U+FFFD.
    static func list(_ path: String) throws(SystemError) -> [Entry] {
        guard let directory = opendir(path) else {
            throw SystemError(operation: "list", path: path, code: errno)
        }
        defer { closedir(directory) }
        var entries: [Entry] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else {
                if errno != 0 { throw SystemError(operation: "list", path: path, code: errno) }
                return entries
            }
            // The record may be shorter than `dirent` says, so the name is read where it begins.
            let start = UnsafeRawPointer(entry).advanced(by: nameOffset).assumingMemoryBound(to: CChar.self)
            let name = String(cString: start)
            if name == "." || name == ".." { continue }
            let kind: FileStatus.Kind? =
                switch Int(entry.pointee.d_type) {
                case DT_REG: .regular
                case DT_DIR: .directory
                case DT_LNK: .link
                case DT_UNKNOWN: nil
                default: .other
                }
            entries.append(Entry(name: name, kind: kind))
        }
    }

    private static let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name)!

    /// Opens the file for reading, never waiting for a FIFO's writer, and hands the descriptor to `body`.
    static func withDescriptor<Value>(
        of path: String, followingLinks: Bool, _ body: (Int32) throws(SystemError) -> Value
    ) throws(SystemError) -> Value {
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (followingLinks ? 0 : O_NOFOLLOW)
        var descriptor = Glibc.open(path, flags)
        while descriptor < 0, errno == EINTR { descriptor = Glibc.open(path, flags) }
        if descriptor < 0 { throw SystemError(operation: "open", path: path, code: errno) }
        defer { close(descriptor) }
        return try body(descriptor)
    }

    /// The status of an open file.
    static func status(ofDescriptor descriptor: Int32, path: String) throws(SystemError) -> FileStatus {
        var raw = stat()
        guard fstat(descriptor, &raw) == 0 else {
            throw SystemError(operation: "look at", path: path, code: errno)
        }
        return FileStatus(raw)
    }

    /// The bytes of an open regular file from its beginning; one more than `limit` where it is longer.
    static func read(
        descriptor: Int32, path: String, sizeHint: Int64, limit: Int
    ) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        // One byte more than expected, so that the end of the file shows with the first read.
        var room = min(Int(max(0, sizeHint)), limit) + 1
        while bytes.count <= limit {
            var failure: Int32 = 0
            let more = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                var got = Glibc.read(descriptor, buffer.baseAddress, room)
                while got < 0, errno == EINTR { got = Glibc.read(descriptor, buffer.baseAddress, room) }
                if got < 0 { failure = errno }
                count = max(0, got)
            }
            if failure != 0 { throw SystemError(operation: "read", path: path, code: failure) }
            if bytes.isEmpty { bytes = more } else { bytes += more }
            // A regular file gives less than asked for only at its end.
            if more.count < room { return bytes }
            room = min(64 * 1024, limit + 1 - bytes.count)
        }
        return bytes
    }
}

import Glibc

/// What is done with directories.
package enum Directory {
    /// One name in a directory; `kind` is nil where the file system does not tell it with the name.
    package struct Entry: Sendable {
        package var name: String
        package var kind: FileStatus.Kind?
    }

    /// The names in a directory without `.` and `..`, in no order. Names that are not UTF-8 come repaired, marked by
    /// U+FFFD. Errors: the system's, "list".
    package static func list(_ path: String) throws(SystemError) -> [Entry] {
        guard let directory = opendir(path) else { throw .last("list", path) }
        defer { closedir(directory) }
        var entries: [Entry] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else {
                if errno != 0 { throw .last("list", path) }
                return entries
            }
            // The record may be shorter than `dirent` says, so the name is read where it begins.
            let start = UnsafeRawPointer(entry).advanced(by: nameOffset).assumingMemoryBound(to: CChar.self)
            let name = String(cString: start)
            if name == "." || name == ".." { continue }
            entries.append(Entry(name: name, kind: kind(Int(entry.pointee.d_type))))
        }
    }

    /// The same, with the kind of each: where the file system does not tell it, each is looked at.
    package static func listKinds(_ path: String) throws(SystemError) -> [(name: String, kind: FileStatus.Kind)] {
        try list(path).map { entry in
            let kind =
                entry.kind
                ?? (try? FileStatus(of: Path.join(path, entry.name), followingLinks: false))?.kind ?? .device
            return (entry.name, kind)
        }
    }

    private static let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name)!

    private static func kind(_ type: Int) -> FileStatus.Kind? {
        switch type {
        case DT_REG: .regular
        case DT_DIR: .directory
        case DT_LNK: .link
        case DT_FIFO: .fifo
        case DT_SOCK: .socket
        case DT_UNKNOWN: nil
        default: .device
        }
    }

    /// Whether a name is one that people hide: `.git`, `.env`. What begins with two dots is Kubernetes' own (`..data`).
    package static func isHidden(_ name: some StringProtocol) -> Bool {
        var bytes = name.utf8.makeIterator()
        return bytes.next() == UInt8(ascii: ".") && bytes.next() != UInt8(ascii: ".")
    }

    /// Makes the directory and those above it that are missing, for this user alone; their names are on disk when it
    /// returns. One that is there stays as it is. Errors: the system's, also where something else has the name.
    package static func create(
        _ path: String, permissions: UInt32 = 0o700, calls: SystemCalls = .system
    ) throws(SystemError) {
        if calls.mkdir(path, permissions) == 0 { return try sync(Path.parent(of: path), calls: calls) }
        if errno == EEXIST { return try checkIsDirectory(path) }
        guard errno == ENOENT, path != ".", path != "/" else { throw .last("create", path) }
        try create(Path.parent(of: path), permissions: permissions, calls: calls)
        if calls.mkdir(path, permissions) == 0 { return try sync(Path.parent(of: path), calls: calls) }
        guard errno == EEXIST else { throw .last("create", path) }
        try checkIsDirectory(path)
    }

    private static func checkIsDirectory(_ path: String) throws(SystemError) {
        guard try FileStatus(of: path).kind == .directory else {
            throw SystemError(operation: "create", path: path, code: ENOTDIR)
        }
    }

    /// Returns when names made, changed or removed in the directory are on disk.
    package static func sync(_ path: String, calls: SystemCalls = .system) throws(SystemError) {
        try Descriptor(path, .directory, calls: calls).sync(.all)
    }

    /// Removes a name. True where something had it.
    @discardableResult
    package static func remove(_ path: String, calls: SystemCalls = .system) -> Bool { calls.unlink(path) == 0 }
}

import Glibc

/// The directory that holds the state.
enum StateDirectory {
    static let journalName = "state.jsonl"
    static let lockName = "lock"

    /// Makes the directory and those above it that are missing, for this user alone. One that is there stays as it is.
    static func create(_ path: String) throws(StateError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return try checkIsDirectory(path) }
        let code = errno
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        guard code == ENOENT, !parent.isEmpty else { throw StateError.system("create", path, code) }
        try create(parent)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw StateError.system("create", path, errno) }
    }

    /// Returns when names made or changed in the directory are on disk.
    static func sync(_ path: String) throws(StateError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StateError.system("open", path, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StateError.system("write to disk", path, errno) }
    }

    private static func checkIsDirectory(_ path: String) throws(StateError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw StateError.system("examine", path, errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw StateError.system("create", path, ENOTDIR) }
    }
}

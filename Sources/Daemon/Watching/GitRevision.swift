import Glibc

/// Which commit a directory is a checkout of, read from `.git` without running git.
///
/// The files are those that gitrepository-layout(5) describes: `HEAD`, loose refs, `packed-refs`, and for worktrees a
/// `.git` file and `commondir`.
enum GitRevision {
    /// The commit's name in hexadecimal; nil where the directory is no checkout or holds no commit yet.
    static func read(above directory: String) -> String? {
        guard let resolved = realpath(directory, nil) else { return nil }
        defer { free(resolved) }
        var place = String(cString: resolved)
        while true {
            if let repository = repository(in: place) { return commit(of: repository) }
            guard place != "/", let slash = place.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
            place = slash == place.startIndex ? "/" : String(place[..<slash])
        }
    }

    private static func repository(in directory: String) -> String? {
        let path = directory == "/" ? "/.git" : directory + "/.git"
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        if status.st_mode & S_IFMT == S_IFDIR { return path }
        guard let text = SmallFile.read(path), text.hasPrefix("gitdir: ") else { return nil }
        return join(directory, String(text.dropFirst("gitdir: ".count)))
    }

    private static func commit(of repository: String) -> String? {
        guard let head = SmallFile.read(repository + "/HEAD") else { return nil }
        guard head.hasPrefix("ref: ") else { return commitName(head) }
        let ref = String(head.dropFirst("ref: ".count))
        guard ref.hasPrefix("refs/"), !ref.contains("..") else { return nil }
        // A worktree has a HEAD of its own and shares the branches.
        let common = SmallFile.read(repository + "/commondir").map { join(repository, $0) } ?? repository
        for place in [repository, common] {
            if let name = SmallFile.read("\(place)/\(ref)").flatMap(commitName) { return name }
        }
        guard let packed = SmallFile.read(common + "/packed-refs", limit: 8 << 20) else { return nil }
        for line in packed.utf8.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
            if parts.count == 2, parts[1].elementsEqual(ref.utf8) { return commitName(String(Substring(parts[0]))) }
        }
        return nil
    }

    private static func join(_ base: String, _ path: String) -> String {
        path.hasPrefix("/") ? path : "\(base)/\(path)"
    }

    /// SHA-1 or SHA-256 in hexadecimal.
    private static func commitName(_ text: String) -> String? {
        [40, 64].contains(text.utf8.count)
            && text.utf8.allSatisfy { $0 < 0x80 && Character(UnicodeScalar($0)).isHexDigit }
            ? text : nil
    }
}

/// Files of a few lines.
enum SmallFile {
    /// The text without blanks and newlines at its end; nil where there is no such regular file or it is too long.
    static func read(_ path: String, limit: Int = 64 * 1024) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, Int(status.st_size) <= limit
        else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while bytes.count <= limit {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            bytes += buffer[..<count]
        }
        while let last = bytes.last, last == 0x0A || last == 0x0D || last == 0x20 { bytes.removeLast() }
        return String(validating: bytes, as: UTF8.self)
    }
}

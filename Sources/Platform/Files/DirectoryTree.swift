import Glibc

/// A directory whose files are opened by the kernel's word for where they lie: a link that is put in the way between
/// looking and opening leads nowhere.
///
/// Names below it are those that `Path.resolve` gave, so none of their parts is a link. Opening walks them part by part
/// with `openat` and `O_NOFOLLOW`; `openat2` would do it in one call, where the kernel has it.
package final class DirectoryTree: Sendable {
    /// Absolute, links resolved.
    package let path: String
    private let root: Descriptor
    /// `O_PATH` of <fcntl.h>, which Swift does not import: to walk through a directory needs no right to list it.
    private static let pathOnly: Int32 = 0o10000000

    /// - Parameter path: Absolute, links resolved.
    package init(_ path: String) throws(SystemError) {
        self.path = path
        root = try Descriptor(path, .directory)
    }

    /// Opens a file for reading.
    ///
    /// - Parameters:
    ///   - file: Absolute, links resolved, below `path`.
    ///   - shown: What errors call it.
    /// - Returns: One that is open; what it is must be asked of it.
    /// Errors: `isLink` where a link was put in the way, and the system's.
    package func open(_ file: String, shownAs shown: String? = nil) throws(SystemError) -> Descriptor {
        let name = shown ?? file
        guard file.isBelow(path) else { throw SystemError(operation: "open", path: name, code: EXDEV) }
        let below = file.utf8.dropFirst(path == "/" ? 1 : path.utf8.count + 1)
        var directory = root.number
        // Those on the way; the root stays open.
        defer { if directory != root.number { _ = Glibc.close(directory) } }
        var rest = below[...]
        while let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
            let part = String(Substring(rest[..<slash]))
            let flags = Self.pathOnly | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
            let next = SystemCalls.retrying { openat(directory, part, flags) }
            // A link that stands where a directory was is "not a directory" to the kernel here.
            if next < 0 { throw Self.failure(at: part, in: directory, name) }
            if directory != root.number { _ = Glibc.close(directory) }
            directory = next
            rest = rest[rest.index(after: slash)...]
        }
        let last = String(Substring(rest))
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let opened = SystemCalls.retrying { openat(directory, last, flags) }
        if opened < 0 { throw .last("open", name) }
        return Descriptor(owning: opened, path: name)
    }

    private static func failure(at part: String, in directory: Int32, _ name: String) -> SystemError {
        let code = errno
        var status = stat()
        let isLink =
            code == ENOTDIR && fstatat(directory, part, &status, AT_SYMLINK_NOFOLLOW) == 0
            && status.st_mode & S_IFMT == S_IFLNK
        return SystemError(operation: "open", path: name, code: isLink ? ELOOP : code)
    }

    /// Whether a part of the path below the tree is hidden, as `.git` and `.env` are; see `Directory.isHidden`.
    package static func isHidden(_ file: String, below root: String) -> Bool {
        let below = file.utf8.dropFirst(root == "/" ? 1 : root.utf8.count + 1)
        return Substring(below).split(separator: "/").contains { Directory.isHidden($0) }
    }
}

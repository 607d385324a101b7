import Glibc

/// What `stat` tells of a file.
package struct FileStatus: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case regular, directory, link, fifo, socket, device

        init(mode: mode_t) {
            self =
                switch mode & S_IFMT {
                case S_IFREG: .regular
                case S_IFDIR: .directory
                case S_IFLNK: .link
                case S_IFIFO: .fifo
                case S_IFSOCK: .socket
                default: .device
                }
        }

        /// As it stands in a sentence: "a directory".
        package var words: String {
            switch self {
            case .regular: "a regular file"
            case .directory: "a directory"
            case .link: "a symbolic link"
            case .fifo: "a FIFO"
            case .socket: "a socket"
            case .device: "a device"
            }
        }
    }

    /// A time of the file system.
    package struct Time: Sendable, Hashable {
        /// Since 1970.
        package var seconds: Int
        /// Beyond the seconds.
        package var nanoseconds: Int
    }

    package var kind: Kind
    package var identity: FileIdentity
    /// Bytes.
    package var size: Int
    /// mtime: when the contents were written.
    package var modified: Time
    /// ctime: when contents, name or rights were changed; user programs cannot set it back.
    package var changed: Time
    /// The user that it belongs to.
    package var owner: UInt32
    /// The lower nine bits of the mode.
    package var permissions: UInt32

    init(_ raw: stat) {
        kind = Kind(mode: raw.st_mode)
        identity = FileIdentity(device: UInt64(raw.st_dev), inode: UInt64(raw.st_ino))
        size = Int(raw.st_size)
        modified = Time(seconds: raw.st_mtim.tv_sec, nanoseconds: raw.st_mtim.tv_nsec)
        changed = Time(seconds: raw.st_ctim.tv_sec, nanoseconds: raw.st_ctim.tv_nsec)
        owner = raw.st_uid
        permissions = raw.st_mode & 0o777
    }

    /// Of what the path leads to, or of the link itself. Errors: the system's, "look at".
    package init(of path: String, followingLinks: Bool = true) throws(SystemError) {
        var raw = stat()
        guard (followingLinks ? stat(path, &raw) : lstat(path, &raw)) == 0 else { throw .last("look at", path) }
        self.init(raw)
    }

    /// Whether anything has that name, be it a link that leads nowhere.
    package static func exists(_ path: String) -> Bool {
        var raw = stat()
        return lstat(path, &raw) == 0
    }

    /// Whether this process runs as the owner, and nobody else may write.
    package var isOursAlone: Bool { owner == geteuid() && permissions & 0o022 == 0 }
}

/// Which file it is, whatever names lead to it.
package struct FileIdentity: Sendable, Hashable {
    /// `st_dev`.
    package var device: UInt64
    /// `st_ino`.
    package var inode: UInt64

    package init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}

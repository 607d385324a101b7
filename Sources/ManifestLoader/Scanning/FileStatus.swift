import Glibc

/// What `stat` tells of a file, as far as it says whether the file is still the same.
struct FileStatus: Sendable, Hashable {
    enum Kind: Sendable, Hashable { case regular, directory, link, other }

    var kind: Kind
    var identity: FileIdentity
    /// Bytes.
    var size: Int64
    /// Nanoseconds since 1970.
    var modified: Int64

    init(_ raw: stat) {
        switch raw.st_mode & S_IFMT {
        case S_IFREG: kind = .regular
        case S_IFDIR: kind = .directory
        case S_IFLNK: kind = .link
        default: kind = .other
        }
        identity = FileIdentity(device: UInt64(raw.st_dev), inode: UInt64(raw.st_ino))
        size = Int64(raw.st_size)
        modified = Int64(raw.st_mtim.tv_sec) * 1_000_000_000 + Int64(raw.st_mtim.tv_nsec)
    }
}

/// Which file it is, whatever names lead to it.
package struct FileIdentity: Sendable, Hashable {
    /// `st_dev`.
    package var device: UInt64
    /// `st_ino`.
    package var inode: UInt64

    /// The file that both numbers name.
    package init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}

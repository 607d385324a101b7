import Model
import Platform

/// What tells that files were not touched, without reading them, as Git does it.
package struct DataFingerprint: Sendable, Hashable, Codable {
    /// In the order of the data set's files.
    package var files: [FileStamp]
    /// 32 hexadecimal digits: the digest of file list, formats, primary key, column types and TTL.
    package var settings: String

    package init(files: [FileStamp], settings: String) {
        self.files = files
        self.settings = settings
    }

    /// The fingerprint as it is now, from `lstat` alone; nothing is opened.
    ///
    /// Errors: `DataProblems` for a file that is not there or is not a regular file.
    package static func current(of set: DataSet) throws(DataProblems) -> DataFingerprint {
        var stamps: [FileStamp] = []
        for file in set.files { stamps.append(try FileStamp(ofPathOf: file)) }
        return DataFingerprint(files: stamps, settings: set.settingsDigest.description)
    }

    /// Whether every file's times lie more than two seconds before `unixTime`.
    ///
    /// A younger file could be written again within the granularity of its own times and look untouched.
    package func isSettled(at unixTime: Double) -> Bool {
        files.allSatisfy { max($0.modified.seconds, $0.changed.seconds) < unixTime - 2 }
    }
}

/// What `stat` says of one file.
package struct FileStamp: Sendable, Hashable, Codable {
    /// A time of the file system.
    package struct Time: Sendable, Hashable, Codable {
        /// Whole seconds since 1970, and the nanoseconds beyond.
        package var wholeSeconds: Int
        package var nanoseconds: Int

        package init(wholeSeconds: Int, nanoseconds: Int) {
            self.wholeSeconds = wholeSeconds
            self.nanoseconds = nanoseconds
        }

        init(_ time: FileStatus.Time) {
            self.init(wholeSeconds: time.seconds, nanoseconds: time.nanoseconds)
        }

        /// Seconds since 1970.
        package var seconds: Double { Double(wholeSeconds) + Double(nanoseconds) / 1e9 }
    }

    package var device: UInt64
    package var inode: UInt64
    /// Bytes.
    package var size: Int
    /// mtime: when the contents were written.
    package var modified: Time
    /// ctime: when contents, name or rights were changed; user programs cannot set it back.
    package var changed: Time

    package init(device: UInt64, inode: UInt64, size: Int, modified: Time, changed: Time) {
        self.device = device
        self.inode = inode
        self.size = size
        self.modified = modified
        self.changed = changed
    }

    init(_ status: FileStatus) {
        device = status.identity.device
        inode = status.identity.inode
        size = status.size
        modified = Time(status.modified)
        changed = Time(status.changed)
    }
}

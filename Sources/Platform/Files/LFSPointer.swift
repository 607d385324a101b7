/// What Git leaves in place of a large file where Git LFS is not installed, or was not asked to fetch it.
package enum LFSPointer {
    /// The first line, as its specification demands it.
    package static let beginning = Array("version https://git-lfs.github.com/spec/v1".utf8)

    /// Whether a file that begins so is a pointer.
    package static func isOne(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.first == beginning.first && bytes.starts(with: beginning)
    }
}

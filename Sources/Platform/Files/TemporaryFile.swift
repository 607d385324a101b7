import Glibc

/// A file without a name: it goes away with the process, however that ends.
///
/// One thread writes, and hands it on when all is written; reading moves nothing.
package struct TemporaryFile: ~Copyable, Sendable {
    private let file: Descriptor
    /// Bytes written.
    package private(set) var count = 0

    /// Creates it, readable by this user alone, and removes its name at once.
    package init(in directory: String, calls: SystemCalls = .system) throws(SystemError) {
        var path = Array("\(directory)/.reconcile-rows-XXXXXX".utf8CString)
        let made = path.withUnsafeMutableBufferPointer { buffer in
            SystemCalls.retrying { mkstemp(buffer.baseAddress!) }
        }
        let shown = "a temporary file in \(directory)"
        if made < 0 { throw .last("create", shown) }
        _ = fcntl(made, F_SETFD, FD_CLOEXEC)
        _ = path.withUnsafeBufferPointer { unlink($0.baseAddress!) }
        file = Descriptor(owning: made, path: shown, calls: calls)
    }

    /// Writes all bytes at the end of the file.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        try file.write(bytes, at: count)
        count += bytes.count
    }

    /// Fills the buffer from that offset; all of it must have been written before.
    package func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) {
        if try file.read(into: bytes, at: offset) < bytes.count {
            throw SystemError(operation: "read", path: file.path, code: EIO)
        }
    }
}

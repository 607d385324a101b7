import Glibc
import Model

/// A file without a name: it goes away with the process, however that ends.
///
/// `@unchecked`: one thread writes, and hands it on when all is written; reading moves nothing.
final class TemporaryFile: BlockSource, @unchecked Sendable {
    private let descriptor: Int32
    private let directory: String
    /// Bytes written.
    private(set) var count = 0

    /// Creates it, readable by this user alone, and removes its name at once.
    init(in directory: String) throws(DataProblems) {
        self.directory = directory
        var path = Array("\(directory)/.reconcile-rows-XXXXXX".utf8CString)
        let made = path.withUnsafeMutableBufferPointer { buffer in
            retryingInterrupted { mkstemp(buffer.baseAddress!) }
        }
        descriptor = made
        if made < 0 { throw Self.problem("create", in: directory, errno) }
        _ = fcntl(made, F_SETFD, FD_CLOEXEC)
        _ = path.withUnsafeBufferPointer { unlink($0.baseAddress!) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Writes all bytes at the end of the file.
    func append(_ bytes: UnsafeRawBufferPointer) throws(DataProblems) {
        var written = 0
        while written < bytes.count {
            let result = retryingInterrupted {
                pwrite(descriptor, bytes.baseAddress! + written, bytes.count - written, off_t(count + written))
            }
            if result < 0 { throw Self.problem("write", in: directory, errno) }
            written += result
        }
        count += written
    }

    /// Fills the buffer from that offset; all of it must have been written before.
    func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(DataProblems) {
        var filled = 0
        while filled < bytes.count {
            let result = retryingInterrupted {
                pread(descriptor, bytes.baseAddress! + filled, bytes.count - filled, off_t(offset + filled))
            }
            if result <= 0 { throw Self.problem("read", in: directory, result < 0 ? errno : EIO) }
            filled += result
        }
    }

    func damage() -> DataProblems { Self.damage(in: directory) }

    /// The problem of bytes that are not those that were written.
    static func damage(in directory: String) -> DataProblems { problem("read", in: directory, EIO) }

    private static func problem(_ operation: String, in directory: String, _ code: Int32) -> DataProblems {
        let help =
            switch code {
            case ENOSPC, EDQUOT: "free some space there: sorting the rows takes 40 bytes for each"
            case ENOENT, ENOTDIR: "create the directory"
            case EACCES, EPERM, EROFS: "give the user that runs reconcile the right to write there"
            default: "look at the file system of that directory"
            }
        return DataProblems(
            diagnostics: [
                Diagnostic(
                    .error,
                    "cannot \(operation) a temporary file in \(directory): \(String(cString: strerror(code)))",
                    help: help)
            ], canRetry: true)
    }
}

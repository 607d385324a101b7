import Glibc

/// The calls to the system that can fail in ways worth a test; a test puts in its own.
///
/// Each returns what the system returns, -1 with `errno` for a failure.
struct SystemCalls: Sendable {
    var write: @Sendable (Int32, UnsafeRawPointer, Int) -> Int = { Glibc.write($0, $1, $2) }
    var fdatasync: @Sendable (Int32) -> Int32 = { Glibc.fdatasync($0) }
    var ftruncate: @Sendable (Int32, Int) -> Int32 = { Glibc.ftruncate($0, $1) }
    var rename: @Sendable (String, String) -> Int32 = { Glibc.rename($0, $1) }
}

/// An open file, with errors that name it. The descriptor is closed by `close` alone.
struct OpenFile: Sendable {
    let descriptor: Int32
    let path: String
    let calls: SystemCalls

    /// Never follows a link at the end of the path: whoever may write to the directory must not choose what is opened.
    /// Nil where `flags` do not create and there is nothing.
    static func open(_ path: String, _ flags: Int32, calls: SystemCalls = SystemCalls()) throws(StateError) -> OpenFile?
    {
        let descriptor = retrying { Glibc.open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0o600) }
        let code = errno
        if descriptor < 0 {
            if code == ENOENT, flags & O_CREAT == 0 { return nil }
            if code == ELOOP {
                throw StateError(
                    .unsafe, "open", path, cause: "it is a symbolic link",
                    help: "put the file itself there, or choose another state directory")
            }
            throw StateError.system("open", path, code)
        }
        let file = OpenFile(descriptor: descriptor, path: path, calls: calls)
        do throws(StateError) {
            guard try file.status().st_mode & S_IFMT == S_IFREG else {
                throw StateError(
                    .unsafe, "open", path, cause: "it is not a regular file", help: "choose another state directory")
            }
        } catch {
            file.close()
            throw error
        }
        return file
    }

    func status() throws(StateError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StateError.system("examine", path, errno) }
        return status
    }

    /// Makes the file readable and writable by its owner alone. Errors: one that belongs to somebody else.
    func makePrivate() throws(StateError) {
        let status = try status()
        guard status.st_uid == geteuid() else {
            throw StateError(
                .unsafe, "use", path, cause: "it belongs to user \(status.st_uid), and this is user \(geteuid())",
                help: "run as that user, or choose another state directory")
        }
        guard status.st_mode & 0o777 != 0o600 else { return }
        guard fchmod(descriptor, 0o600) == 0 else { throw StateError.system("change the mode of", path, errno) }
    }

    /// Reads into the buffer from where the file stands; 0 at its end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(StateError) -> Int {
        let count = Self.retrying { Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
        guard count >= 0 else { throw StateError.system("read", path, errno) }
        return count
    }

    /// Writes all of it.
    func write(_ bytes: [UInt8]) throws(StateError) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Self.retrying { calls.write(descriptor, buffer.baseAddress! + offset, bytes.count - offset) }
            }
            guard count > 0 else { throw StateError.system("write to", path, count == 0 ? EIO : errno) }
            offset += count
        }
    }

    /// Returns when the contents and the length are on disk.
    func sync() throws(StateError) {
        guard Self.retrying({ calls.fdatasync(descriptor) }) == 0 else {
            throw StateError.system("write to disk", path, errno)
        }
    }

    func truncate(to length: Int) throws(StateError) {
        guard Self.retrying({ calls.ftruncate(descriptor, length) }) == 0 else {
            throw StateError.system("shorten", path, errno)
        }
    }

    func close() { _ = Glibc.close(descriptor) }

    private static func retrying<Count: SignedInteger>(_ call: () -> Count) -> Count {
        while true {
            let result = call()
            if result != -1 || errno != EINTR { return result }
        }
    }
}

extension StateError {
    /// The failure of a system call, with what people can do about the usual causes.
    static func system(_ operation: String, _ path: String, _ code: Int32) -> StateError {
        let help: String? =
            switch code {
            case ENOSPC, EDQUOT: "free space on that file system"
            case EACCES, EPERM: "let this user write there, or choose another directory with --state-dir"
            case EROFS: "choose a directory on a writable file system with --state-dir"
            case ENOTDIR, ENOENT: "choose another directory with --state-dir"
            case EIO: "check the disk"
            default: nil
            }
        return StateError(
            .system, operation, path, cause: String(cString: strerror(code)), help: help,
            isRetryable: [ENOSPC, EDQUOT, EIO, EMFILE, ENFILE, ENOMEM].contains(code))
    }
}

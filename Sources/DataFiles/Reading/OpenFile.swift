import Glibc
import Model

/// One data file, open for reading; closed when this goes away.
struct OpenFile: ~Copyable {
    let file: DataFile
    private let descriptor: Int32

    /// Opens a regular file. Neither a symbolic link nor a FIFO can hold it up or lead it elsewhere.
    init(_ file: DataFile) throws(DataProblems) {
        self.file = file
        descriptor = retryingInterrupted {
            open(file.absolutePath, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
        }
        if descriptor < 0 { throw FileStamp.problem("open", file, errno) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// `fstat`. Errors: no regular file, or the call failed.
    func stamp() throws(DataProblems) -> FileStamp {
        var status = stat()
        if fstat(descriptor, &status) != 0 { throw FileStamp.problem("look at", file, errno) }
        return try FileStamp(status, of: file)
    }

    /// The next read begins at that offset.
    func seek(to offset: Int) throws(DataProblems) {
        if lseek(descriptor, off_t(offset), SEEK_SET) < 0 { throw FileStamp.problem("read", file, errno) }
    }

    /// Reads at most `count` bytes; 0 at the end of the file.
    func read(into buffer: UnsafeMutableRawPointer, count: Int) throws(DataProblems) -> Int {
        let result = retryingInterrupted { Glibc.read(descriptor, buffer, count) }
        if result < 0 { throw FileStamp.problem("read", file, errno) }
        return result
    }
}

extension FileStamp {
    /// `lstat`, so that a link put in the file's place is seen. Errors: no regular file, or the call failed.
    init(ofPathOf file: DataFile) throws(DataProblems) {
        var status = stat()
        if lstat(file.absolutePath, &status) != 0 { throw Self.problem("look at", file, errno) }
        try self.init(status, of: file)
    }

    fileprivate init(_ status: stat, of file: DataFile) throws(DataProblems) {
        guard status.st_mode & S_IFMT == S_IFREG else {
            let kind =
                switch status.st_mode & S_IFMT {
                case S_IFDIR: "a directory"
                case S_IFIFO: "a FIFO"
                case S_IFLNK: "a symbolic link"
                case S_IFSOCK: "a socket"
                default: "a device"
                }
            throw DataProblems(diagnostics: [
                Diagnostic(
                    .error, "is \(kind); data files are regular files",
                    at: SourceLocation(path: file.displayPath, line: 1))
            ])
        }
        self.init(status)
    }

    fileprivate static func problem(_ operation: String, _ file: DataFile, _ code: Int32) -> DataProblems {
        let help: String? =
            switch code {
            case ENOENT: "restore the file, or take it out of the manifest's `files`"
            case EACCES, EPERM: "give the user that runs reconcile the right to read it"
            case ELOOP: "the file was replaced by a symbolic link; put a regular file there"
            default: nil
            }
        return DataProblems(
            diagnostics: [
                Diagnostic(
                    .error, "cannot \(operation) the file: \(String(cString: strerror(code)))",
                    at: SourceLocation(path: file.displayPath, line: 1), help: help)
            ], canRetry: ![ELOOP, EACCES, EPERM].contains(code))
    }
}

/// Calls again while a signal interrupted the call.
func retryingInterrupted<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}

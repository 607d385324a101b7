import Glibc
import Planner

/// A file that a user asked a result to be written to.
enum OutputFile {
    struct Failure: Error {
        var message: String
        var help: String
    }

    /// Errors: `UsageError` where writing could only fail.
    static func check(_ path: String) throws(UsageError) {
        var status = stat()
        if stat(path, &status) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR {
                throw UsageError("cannot write \(path): it is a directory", help: "name a file in it")
            }
            // What is no regular file is written to as it is, and needs no place beside it.
            if status.st_mode & S_IFMT != S_IFREG { return }
        }
        let directory = split(resolved(path)).directory
        if access(directory, W_OK | X_OK) != 0 {
            let cause = String(cString: strerror(errno))
            throw UsageError("cannot write \(path): \(directory): \(cause)", help: "name a file in another directory")
        }
    }

    /// Writes aside and renames, so that no reader meets half a file. What is no regular file, such as a pipe or
    /// `/dev/stderr`, is written to in place.
    static func write(_ text: String, to path: String, random: UInt64) throws(Failure) {
        var status = stat()
        let exists = stat(path, &status) == 0
        if exists, status.st_mode & S_IFMT != S_IFREG {
            return try fill(path, O_WRONLY | O_APPEND | O_NOCTTY, text, shownAs: path)
        }
        let target = resolved(path)
        let (directory, name) = split(target)
        let aside = "\(directory)/.\(name.prefix(100)).\(String(random, radix: 36)).tmp"
        do throws(Failure) {
            let mode = exists ? status.st_mode & 0o777 : nil
            try fill(aside, O_WRONLY | O_CREAT | O_EXCL, text, mode: mode, shownAs: path)
            guard rename(aside, target) == 0 else { throw failure("rename to", path) }
        } catch {
            unlink(aside)
            throw error
        }
    }

    /// Adds to the end of a file that others write to as well.
    static func append(_ text: String, to path: String) throws(Failure) {
        try fill(path, O_WRONLY | O_APPEND | O_CREAT, text, shownAs: path)
    }

    /// Bytes; 0 where there is no such file.
    static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    private static func fill(
        _ path: String, _ flags: Int32, _ text: String, mode: mode_t? = nil, shownAs shown: String
    ) throws(Failure) {
        let descriptor = retrying { Int(open(path, flags | O_CLOEXEC, 0o666)) }
        guard descriptor >= 0 else { throw failure("open", shown) }
        var problem: Failure?
        // A file that is replaced stays as readable as it was.
        if let mode, fchmod(Int32(descriptor), mode) != 0 { problem = failure("change the mode of", shown) }
        var bytes = Array(text.utf8)[...]
        while problem == nil, !bytes.isEmpty {
            let count = retrying { bytes.withUnsafeBytes { Glibc.write(Int32(descriptor), $0.baseAddress, $0.count) } }
            if count < 0 { problem = failure("write", shown) }
            bytes = bytes.dropFirst(max(0, count))
        }
        if close(Int32(descriptor)) != 0, problem == nil, errno != EINTR { problem = failure("write", shown) }
        if let problem { throw problem }
    }

    private static func failure(_ operation: String, _ path: String) -> Failure {
        let code = errno
        let help =
            switch code {
            case ENOSPC, EDQUOT: "free space on that file system"
            case EACCES, EPERM, EROFS: "name a file in a directory that this user may write to"
            case ENOENT, ENOTDIR: "create the directory first"
            default: "name another file"
            }
        return Failure(message: "cannot \(operation) \(path): \(String(cString: strerror(code)))", help: help)
    }

    private static func retrying(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result != -1 || errno != EINTR { return result }
        }
    }

    /// The file itself where the path is a link: renaming would replace the link.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        let directory = String(path[..<slash])
        return (directory.isEmpty ? "/" : directory, String(path[path.index(after: slash)...]))
    }
}

import Glibc

/// A file that is written once and whole, for this user alone.
package enum PrivateFile {
    /// Writes it aside and puts it in place of what was there: on disk, its name too, when it returns.
    ///
    /// - Parameter makingDirectory: Whether the directories above that are missing are made, for this user alone.
    /// Errors: `.unsafe` where something stands there that is no regular file, `.system`.
    package static func write(
        _ bytes: [UInt8], to path: String, makingDirectory: Bool
    ) throws(StateError) {
        try write(bytes, to: path, makingDirectory: makingDirectory, calls: SystemCalls())
    }

    static func write(
        _ bytes: [UInt8], to path: String, makingDirectory: Bool, calls: SystemCalls
    ) throws(StateError) {
        let directory = directory(of: path)
        if makingDirectory { try StateDirectory.create(directory) }
        try checkReplaceable(path)
        let aside = path + ".new"
        // One that a killed process left behind; a link that somebody put there goes as well.
        unlink(aside)
        guard let file = try OpenFile.open(aside, O_WRONLY | O_CREAT | O_EXCL, calls: calls) else {
            throw StateError.system("create", aside, ENOENT)
        }
        do throws(StateError) {
            defer { file.close() }
            try file.write(bytes)
            try file.sync()
            guard calls.rename(aside, path) == 0 else { throw StateError.system("replace", path, errno) }
        } catch {
            unlink(aside)
            throw error
        }
        try StateDirectory.sync(directory)
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A rename would replace a device or a link as readily as a file.
    private static func checkReplaceable(_ path: String) throws(StateError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw StateError.system("examine", path, errno)
        }
        if status.st_mode & S_IFMT == S_IFREG { return }
        throw StateError(
            .unsafe, "replace", path, cause: "it is not a regular file", help: "choose another path")
    }
}

import Platform

/// A file that is written once and whole, for this user alone.
package enum PrivateFile {
    /// Writes it aside and puts it in place of what was there: on disk, its name too, when it returns.
    ///
    /// - Parameter makingDirectory: Whether the directories above that are missing are made, for this user alone.
    /// Errors: `.unsafe` where something stands there that is not a regular file, `.system`.
    package static func write(
        _ bytes: [UInt8], to path: String, makingDirectory: Bool, calls: SystemCalls = .system
    ) throws(StateError) {
        if makingDirectory { try StateDirectory.create(Path.parent(of: path), calls: calls) }
        try failing(as: StateError.init) { () throws(SystemError) in
            // A rename would replace a device or a link as readily as a file.
            if FileStatus.exists(path), try FileStatus(of: path, followingLinks: false).kind != .regular {
                throw .notRegular("replace", path)
            }
            try AtomicFile.write(bytes, to: path, durability: .power, calls: calls)
        }
    }

    /// Removes one that is no longer wanted; nothing where there is none.
    package static func remove(_ path: String, calls: SystemCalls = .system) {
        Directory.remove(path, calls: calls)
    }
}

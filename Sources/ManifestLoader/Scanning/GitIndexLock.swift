import Model

/// Whether Git is busy with the tree that holds a directory.
///
/// While a checkout runs, half of its files are old and half are new; Git holds `index.lock` all that time.
package enum GitIndexLock {
    /// The lock file of the nearest repository at or above the directory, where it exists now; nil otherwise.
    ///
    /// A `.git` file (worktree, submodule) is followed to the directory that it names.
    package static func path(above directory: String) -> String? {
        guard var place = try? FileSystem.resolve(directory.isEmpty ? "." : directory) else { return nil }
        while true {
            if let gitDirectory = gitDirectory(in: place) {
                let lock = gitDirectory + "/index.lock"
                return (try? FileSystem.status(of: lock, followingLinks: false)) == nil ? nil : lock
            }
            guard place != "/", let slash = place.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
            place = slash == place.startIndex ? "/" : String(place[..<slash])
        }
    }

    private static func gitDirectory(in directory: String) -> String? {
        let path = directory == "/" ? "/.git" : directory + "/.git"
        guard let status = try? FileSystem.status(of: path) else { return nil }
        switch status.kind {
        case .directory: return path
        case .regular: return target(ofFile: path, in: directory)
        case .link, .other: return nil
        }
    }

    /// `gitdir: PATH`, relative to the file's directory.
    private static func target(ofFile path: String, in directory: String) -> String? {
        let bytes = try? FileSystem.withDescriptor(of: path, followingLinks: true) { descriptor throws(SystemError) in
            try FileSystem.read(descriptor: descriptor, path: path, sizeHint: 4096, limit: 4096)
        }
        guard let bytes, let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first,
            line.hasPrefix("gitdir:")
        else { return nil }
        let target = line.dropFirst("gitdir:".count).drop { $0 == " " }
        let text = String(target).trimmingBlanksAtEnd
        if text.isEmpty { return nil }
        return text.hasPrefix("/") ? text : "\(directory)/\(text)"
    }
}

import Glibc

/// What can be said of a path.
package enum Path {
    /// Absolute, with all links resolved. Errors: the system's, "resolve".
    package static func resolve(_ path: String) throws(SystemError) -> String {
        guard let resolved = realpath(path.isEmpty ? "." : path, nil) else { throw .last("resolve", path) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Whether two paths lead to one place, be it one that is not there yet.
    package static func isSamePlace(_ left: String, _ right: String) -> Bool {
        if let left = try? resolve(left), let right = try? resolve(right) { return left == right }
        return absolute(left) == absolute(right)
    }

    /// The directory above: `.` for a bare name, `/` for what lies in it.
    package static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// What stands behind the last slash.
    package static func name(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }

    package static func join(_ directory: String, _ name: String) -> String {
        if name.hasPrefix("/") { return name }
        return directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
    }

    /// Without `.` and, where a name stands before it, `..`: `/m/crm/../data/a.csv` is `/m/data/a.csv`. Says nothing of
    /// links: for people, not for opening.
    package static func shortened(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
        }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    /// Begins at the root; links, `.` and `..` stay as they are.
    package static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let here = getcwd(nil, 0) else { return path }
        defer { free(here) }
        let base = String(cString: here)
        return path.isEmpty || path == "." ? base : join(base, path)
    }

    /// The path as people may see it: on one line, and without what moves a cursor or turns text around.
    package static func shown(_ path: String) -> String { OneLine.text(path) }

    /// What a link says, relative to nothing; nil where it is none.
    package static func target(ofLink path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { bytes in
            readlink(path, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    /// Whether this user may write to it; as a directory, make files in it. Errors: why not.
    package static func checkWritable(directory path: String) throws(SystemError) {
        if access(path, W_OK | X_OK) != 0 { throw .last("write to", path) }
    }
}

extension String {
    /// Whether the absolute path lies below the directory; both without links, `.` and `..`.
    package func isBelow(_ directory: String) -> Bool {
        let prefix = directory == "/" ? "/" : directory + "/"
        return utf8.count > prefix.utf8.count && utf8.starts(with: prefix.utf8)
    }
}

import Glibc
import Model

/// Which directories have to be watched, and for what: found by walking, never by remembering.
struct WatchList: Sendable, Hashable {
    /// What counts in a directory.
    struct Interest: Sendable, Hashable {
        /// Everything but hidden files.
        var isWhole = false
        /// These, hidden or not.
        var names: Set<String> = []
    }

    private(set) var directories: [String: Interest] = [:]

    private static let maxDepth = 64

    /// - Parameters:
    ///   - directory: DIR, however it was given. All below it counts, links to directories included.
    ///   - roots: Directories elsewhere that data may stand in: they themselves, not what is below them.
    ///   - files: Data files, wherever they are: their directories count, and those of the links that lead to them.
    ///   - left: A directory that does not count though it is below DIR: what a pass writes must not cause another.
    init(directory: String, roots: Set<String> = [], files: Set<DataFile> = [], except left: String? = nil) {
        addWay(to: Self.absolute(directory))
        if let root = Self.resolve(directory) {
            var seen = Set([left.flatMap(Self.resolve)].compactMap { $0 }.filter { $0 != root })
            addTree(root, depth: 0, seen: &seen)
        }
        for path in roots.union(Set(files.map { Self.parent(of: Self.absolute($0.displayPath)) })) {
            addWay(to: Self.absolute(path))
            if let resolved = Self.resolve(path) { directories[resolved, default: Interest()].isWhole = true }
        }
        for file in files {
            let parent = Self.parent(of: file.absolutePath)
            directories[parent, default: Interest()].isWhole = true
            if let name = file.absolutePath.split(separator: "/").last, name.hasPrefix(".") {
                add(String(name), in: parent)
            }
        }
    }

    /// Whether an event about that name in that directory can change what a pass reads.
    func concerns(_ name: String, in directory: String) -> Bool {
        guard let interest = directories[directory] else { return false }
        if interest.names.contains(name) { return true }
        // Kubernetes switches a link called `..data`; editors' swap files begin with one dot.
        return interest.isWhole && (name.isEmpty || !name.hasPrefix(".") || name.hasPrefix(".."))
    }

    /// The links on the way, and the directory itself, may be replaced: then it is the directory above that tells.
    private mutating func addWay(to path: String) {
        var place = ""
        let parts = path.split(separator: "/").map(String.init)
        for (index, part) in parts.enumerated() {
            let parent = place.isEmpty ? "/" : place
            place += "/" + part
            var status = stat()
            let exists = lstat(place, &status) == 0
            let isLink = exists && status.st_mode & S_IFMT == S_IFLNK
            guard isLink || !exists || index == parts.count - 1 else { continue }
            if let resolved = Self.resolve(parent) { add(part, in: resolved) }
            if isLink, let target = Self.target(of: place, in: parent), index < 40 { addWay(to: target, links: 1) }
            if !exists { return }
        }
    }

    /// A link's own target may be a link again.
    private mutating func addWay(to path: String, links: Int) {
        var status = stat()
        guard links < 40, lstat(path, &status) == 0 else { return }
        let parts = path.split(separator: "/")
        guard let last = parts.last else { return }
        let parent = "/" + parts.dropLast().joined(separator: "/")
        if let resolved = Self.resolve(parent) { add(String(last), in: resolved) }
        if status.st_mode & S_IFMT == S_IFLNK, let target = Self.target(of: path, in: parent) {
            addWay(to: target, links: links + 1)
        }
    }

    private mutating func add(_ name: String, in directory: String) {
        directories[directory, default: Interest()].names.insert(name)
    }

    private mutating func addTree(_ path: String, depth: Int, seen: inout Set<String>) {
        guard depth <= Self.maxDepth, seen.insert(path).inserted else { return }
        directories[path, default: Interest()].isWhole = true
        for (name, kind) in Self.list(path) where !name.hasPrefix(".") {
            let child = path == "/" ? "/" + name : path + "/" + name
            switch kind {
            case .directory: addTree(child, depth: depth + 1, seen: &seen)
            case .link:
                guard let target = Self.resolve(child) else {
                    // A dangling link: whatever appears at its end is news.
                    if let text = Self.target(of: child, in: path) { addWay(to: text) }
                    continue
                }
                if Self.isDirectory(target) {
                    addTree(target, depth: depth + 1, seen: &seen)
                } else if let name = target.split(separator: "/").last {
                    add(String(name), in: Self.parent(of: target))
                }
            case .other: break
            }
        }
    }

    // MARK: - The file system

    private enum Kind { case directory, link, other }

    private static func list(_ path: String) -> [(String, Kind)] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var found: [(String, Kind)] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var kind = Kind.other
            switch Int(entry.pointee.d_type) {
            case Int(DT_DIR): kind = .directory
            case Int(DT_LNK): kind = .link
            case Int(DT_UNKNOWN):
                var status = stat()
                if lstat(path + "/" + name, &status) == 0 {
                    if status.st_mode & S_IFMT == S_IFDIR { kind = .directory }
                    if status.st_mode & S_IFMT == S_IFLNK { kind = .link }
                }
            default: break
            }
            if name != ".", name != ".." { found.append((name, kind)) }
        }
        return found
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path.isEmpty ? "." : path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    private static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let here = getcwd(nil, 0) else { return path }
        defer { free(here) }
        let base = String(cString: here)
        return path.isEmpty || path == "." ? base : base + "/" + path
    }

    private static func target(of link: String, in directory: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4097)
        let count = readlink(link, &buffer, 4096)
        guard count > 0 else { return nil }
        let text = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.hasPrefix("/") ? text : (directory == "/" ? "/" : directory + "/") + text
    }
}

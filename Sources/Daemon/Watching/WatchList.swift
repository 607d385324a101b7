import Model
import Platform

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
    ///   - trees: Other directories of which the same is true.
    ///   - roots: Directories elsewhere that data may stand in: they themselves, not what is below them.
    ///   - files: Data files, wherever they are: their directories count, and those of the links that lead to them.
    ///   - left: A directory that does not count though it is below DIR: what a pass writes must not cause another.
    init(
        directory: String, trees: Set<String> = [], roots: Set<String> = [], files: Set<DataFile> = [],
        except left: String? = nil
    ) {
        for directory in [directory] + trees.sorted() {
            addWay(to: Self.absolute(directory))
            guard let root = Self.resolve(directory) else { continue }
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
            let kind = Self.kind(of: place)
            let (exists, isLink) = (kind != nil, kind == .link)
            guard isLink || !exists || index == parts.count - 1 else { continue }
            if let resolved = Self.resolve(parent) { add(part, in: resolved) }
            if isLink, let target = Self.target(of: place, in: parent), index < 40 { addWay(to: target, links: 1) }
            if !exists { return }
        }
    }

    /// A link's own target may be a link again.
    private mutating func addWay(to path: String, links: Int) {
        guard links < 40, let kind = Self.kind(of: path) else { return }
        let parts = path.split(separator: "/")
        guard let last = parts.last else { return }
        let parent = "/" + parts.dropLast().joined(separator: "/")
        if let resolved = Self.resolve(parent) { add(String(last), in: resolved) }
        if kind == .link, let target = Self.target(of: path, in: parent) {
            addWay(to: target, links: links + 1)
        }
    }

    private mutating func add(_ name: String, in directory: String) {
        directories[directory, default: Interest()].names.insert(name)
    }

    private mutating func addTree(_ path: String, depth: Int, seen: inout Set<String>) {
        guard depth <= Self.maxDepth, seen.insert(path).inserted else { return }
        directories[path, default: Interest()].isWhole = true
        for (name, kind) in (try? Directory.listKinds(path)) ?? [] where !name.hasPrefix(".") {
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
            case .regular, .fifo, .socket, .device: break
            }
        }
    }

    // MARK: - The file system

    private static func kind(of path: String) -> FileStatus.Kind? {
        (try? FileStatus(of: path, followingLinks: false))?.kind
    }

    private static func isDirectory(_ path: String) -> Bool { (try? FileStatus(of: path))?.kind == .directory }

    private static func resolve(_ path: String) -> String? { try? Path.resolve(path) }

    private static func parent(of path: String) -> String { Path.parent(of: path) }

    private static func absolute(_ path: String) -> String { Path.absolute(path) }

    private static func target(of link: String, in directory: String) -> String? {
        Path.target(ofLink: link).map { Path.join(directory, $0) }
    }
}

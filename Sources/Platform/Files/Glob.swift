import Glibc

/// Patterns of paths: `*`, `?` and `[…]` within a name, `**` for any number of directories.
///
/// Wildcards never match a leading dot, so hidden files must be named. One value remembers what it listed: however many
/// patterns are asked for, and however many `**` they hold, each directory is listed once.
package final class Glob: Sendable {
    package static let maxDepth = 32

    private let listings = Locked<[String: [(name: String, kind: FileStatus.Kind)]]>([:])

    package init() {}

    package static func isPattern(_ text: String) -> Bool { text.utf8.contains { "*?[\\".utf8.contains($0) } }

    /// Whether the ending behind the last dot holds no wildcard, so that the pattern alone tells the format.
    package static func hasFixedExtension(_ text: String) -> Bool {
        let name = text.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard isPattern(String(name)) else { return true }
        guard let ending = name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last else {
            return false
        }
        return !isPattern(String(ending)) && !ending.contains("]")
    }

    /// Every path that matches, sorted by bytes; directories that cannot be listed match nothing.
    ///
    /// - Parameter base: The directory that a relative pattern begins in.
    package func paths(matching pattern: String, in base: String) -> [String] {
        var parts: [String] = []
        // `**/**` is `**`.
        for part in pattern.split(separator: "/") where part != "**" || parts.last != "**" {
            parts.append(String(part))
        }
        var search = Search(parts: parts)
        expand(&search, part: 0, from: pattern.hasPrefix("/") ? "" : base, depth: 0)
        return search.found.sorted { $0.precedesByBytes($1) }
    }

    private struct Step: Hashable {
        var part: Int
        var path: String
    }

    private struct Search {
        let parts: [String]
        var found: Set<String> = []
        /// Ways that were gone already: `**/a/**` comes to the same place by many.
        var seen: Set<Step> = []
    }

    private func expand(_ search: inout Search, part index: Int, from path: String, depth: Int) {
        guard index < search.parts.count else {
            search.found.insert(path)
            return
        }
        let part = search.parts[index]
        let isLast = index == search.parts.count - 1
        if part == "**" {
            guard search.seen.insert(Step(part: index, path: path)).inserted else { return }
            expand(&search, part: index + 1, from: path, depth: depth)
            guard depth < Self.maxDepth else { return }
            for entry in entries(of: path) where entry.kind == .directory && !entry.name.hasPrefix(".") {
                expand(&search, part: index, from: "\(path)/\(entry.name)", depth: depth + 1)
            }
        } else if Self.isPattern(part) {
            guard isLast || search.seen.insert(Step(part: index, path: path)).inserted else { return }
            for entry in entries(of: path) where fnmatch(part, entry.name, FNM_PERIOD) == 0 {
                let below = "\(path)/\(entry.name)"
                if isLast || isDirectory(entry.kind, below) {
                    expand(&search, part: index + 1, from: below, depth: depth)
                }
            }
        } else {
            let below = "\(path)/\(part)"
            if (try? FileStatus(of: below)) != nil {
                expand(&search, part: index + 1, from: below, depth: depth)
            }
        }
    }

    private func isDirectory(_ kind: FileStatus.Kind, _ path: String) -> Bool {
        kind == .directory || kind == .link && (try? FileStatus(of: path))?.kind == .directory
    }

    private func entries(of path: String) -> [(name: String, kind: FileStatus.Kind)] {
        if let known = listings.withLock({ $0[path] }) { return known }
        let found = (try? Directory.listKinds(path.isEmpty ? "/" : path)) ?? []
        listings.withLock { $0[path] = found }
        return found
    }
}

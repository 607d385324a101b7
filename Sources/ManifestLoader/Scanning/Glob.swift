import Glibc

/// Patterns of paths: `*`, `?` and `[…]` within a name, `**` for any number of directories.
///
/// Wildcards never match a leading dot, so hidden files must be named.
enum Glob {
    static let maxDepth = 32

    static func isPattern(_ text: String) -> Bool { text.utf8.contains { "*?[\\".utf8.contains($0) } }

    /// Whether the ending behind the last dot holds no wildcard, so that the pattern alone tells the format.
    static func hasFixedExtension(_ text: String) -> Bool {
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
    static func paths(matching pattern: String, in base: String) -> [String] {
        let parts = pattern.split(separator: "/").map(String.init)
        var found: Set<String> = []
        expand(parts[...], from: pattern.hasPrefix("/") ? "" : base, depth: 0, into: &found)
        return found.sorted { $0.precedesByBytes($1) }
    }

    private static func expand(
        _ parts: ArraySlice<String>, from path: String, depth: Int, into found: inout Set<String>
    ) {
        guard let part = parts.first else {
            found.insert(path)
            return
        }
        let rest = parts.dropFirst()
        if part == "**" {
            expand(rest, from: path, depth: depth, into: &found)
            guard depth < maxDepth else { return }
            for entry in entries(of: path) where !entry.name.hasPrefix(".") && entry.kind == .directory {
                expand(parts, from: "\(path)/\(entry.name)", depth: depth + 1, into: &found)
            }
        } else if isPattern(part) {
            for entry in entries(of: path) where fnmatch(part, entry.name, FNM_PERIOD) == 0 {
                let below = "\(path)/\(entry.name)"
                if rest.isEmpty || (try? FileSystem.status(of: below))?.kind == .directory {
                    expand(rest, from: below, depth: depth, into: &found)
                }
            }
        } else {
            let below = "\(path)/\(part)"
            if (try? FileSystem.status(of: below)) != nil { expand(rest, from: below, depth: depth, into: &found) }
        }
    }

    private static func entries(of path: String) -> [FileSystem.Entry] {
        guard var entries = try? FileSystem.list(path.isEmpty ? "/" : path) else { return [] }
        for index in entries.indices where entries[index].kind == nil {
            let below = "\(path)/\(entries[index].name)"
            entries[index].kind = (try? FileSystem.status(of: below, followingLinks: false))?.kind
        }
        return entries
    }
}

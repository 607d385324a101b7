import Planner

/// Makes paths relative to the root of a repository, as annotations want them.
package struct RepositoryPaths: Sendable {
    /// Absolute, without `.` and `..`; nil where it is not known.
    private let root: [Substring]?
    private let currentDirectory: String

    /// - Parameters:
    ///   - root: `$GITHUB_WORKSPACE`; nil to leave paths as they are.
    ///   - currentDirectory: What relative paths begin at.
    package init(root: String?, currentDirectory: String) {
        self.root = root.flatMap { $0.hasPrefix("/") ? Self.parts($0) : nil }
        self.currentDirectory = currentDirectory
    }

    /// The path below the root; the path as it is where it lies elsewhere.
    package func relative(_ path: String) -> String {
        guard let root else { return path }
        let parts = Self.parts(path.hasPrefix("/") ? path : currentDirectory + "/" + path)
        guard parts.count > root.count, zip(parts, root).allSatisfy({ $0.utf8.elementsEqual($1.utf8) }) else {
            return path
        }
        return parts.dropFirst(root.count).joined(separator: "/")
    }

    private static func parts(_ path: String) -> [Substring] {
        var parts: [Substring] = []
        for bytes in path.utf8.split(separator: UInt8(ascii: "/")) {
            let part = Substring(bytes)
            if part == "." { continue }
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts
    }
}

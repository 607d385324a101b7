/// The checkout that a directory lies in, read from `.git` without running git.
///
/// The files are those that gitrepository-layout(5) describes: `HEAD`, loose refs, `packed-refs`, and for worktrees and
/// submodules a `.git` file and `commondir`.
package struct GitCheckout: Sendable {
    /// Where `HEAD` and `index` are.
    package let gitDirectory: String
    /// The directory that is checked out: absolute, links resolved.
    package let topLevel: String

    /// The nearest checkout at or above the directory; nil where there is none.
    package init?(above directory: String) {
        guard var place = try? Path.resolve(directory) else { return nil }
        while true {
            if let found = Self.gitDirectory(in: place) {
                gitDirectory = found
                topLevel = place
                return
            }
            guard place != "/" else { return nil }
            place = Path.parent(of: place)
        }
    }

    /// The lock file of the index, where it exists now. Git holds it while a checkout runs, in which half of the files
    /// are old and half are new.
    package var indexLock: String? {
        let lock = gitDirectory + "/index.lock"
        return FileStatus.exists(lock) ? lock : nil
    }

    /// The commit's name in hexadecimal; nil where there is no commit yet.
    package var commit: String? {
        guard let head = Self.text(of: gitDirectory + "/HEAD") else { return nil }
        guard head.hasPrefix("ref: ") else { return Self.commitName(head) }
        let ref = String(head.dropFirst("ref: ".count))
        guard ref.hasPrefix("refs/"), !ref.contains("..") else { return nil }
        // A worktree has a HEAD of its own and shares the branches.
        let common = Self.text(of: gitDirectory + "/commondir").map { Path.join(gitDirectory, $0) } ?? gitDirectory
        for place in [gitDirectory, common] {
            if let name = Self.text(of: "\(place)/\(ref)").flatMap(Self.commitName) { return name }
        }
        guard let packed = Self.text(of: common + "/packed-refs", limit: 8 << 20) else { return nil }
        for line in packed.utf8.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
            if parts.count == 2, parts[1].elementsEqual(ref.utf8) {
                return Self.commitName(String(Substring(parts[0])))
            }
        }
        return nil
    }

    private static func gitDirectory(in directory: String) -> String? {
        let path = Path.join(directory, ".git")
        switch try? FileStatus(of: path).kind {
        case .directory: return path
        case .regular:
            guard let line = text(of: path)?.split(separator: "\n").first, line.hasPrefix("gitdir:") else { return nil }
            let target = line.dropFirst("gitdir:".count).drop { $0 == " " }
            return target.isEmpty ? nil : Path.join(directory, String(target))
        default: return nil
        }
    }

    /// The text of a small regular file without blanks and newlines at its end.
    private static func text(of path: String, limit: Int = 64 * 1024) -> String? {
        guard let file = try? Descriptor(path, .readingThroughLinks), let status = try? file.status(),
            status.kind == .regular, var bytes = try? file.readAll(limit: limit, sizeHint: status.size),
            bytes.count <= limit
        else { return nil }
        while let last = bytes.last, [0x0A, 0x0D, 0x20].contains(last) { bytes.removeLast() }
        return String(validating: bytes, as: UTF8.self)
    }

    /// SHA-1 or SHA-256 in hexadecimal.
    private static func commitName(_ text: String) -> String? {
        let isHex = text.utf8.allSatisfy { $0 < 0x80 && Character(UnicodeScalar($0)).isHexDigit }
        return [40, 64].contains(text.utf8.count) && isHex ? text : nil
    }
}

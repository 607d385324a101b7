import Model
import Platform

/// Which files of a directory are manifests: names only, nothing is opened.
///
/// Hidden files and directories are left out. A link to a file or a directory is followed where it ends inside the
/// directory and at something that was not found before, so Kubernetes' `..data` links work and loops end.
struct ManifestScan {
    struct Manifest: Sendable {
        /// What to open. A link has been resolved.
        var path: String
        /// The path below the directory.
        var relativePath: String
    }

    /// Sorted by the path below the directory, byte by byte.
    private(set) var manifests: [Manifest] = []
    /// Files that could be data as they are shown, sorted likewise.
    private(set) var dataNames: [String] = []
    /// Files whose names only look like those of manifests, such as `stock.YAML`, as they are shown.
    private(set) var lookalikes: [String] = []
    private(set) var problems: [Diagnostic] = []
    /// The directory, absolute, links resolved; nil where there is none.
    private(set) var root: String?

    static let maxDepth = 64

    /// As it was given.
    let given: String
    /// The directory as people may see it.
    let shown: String
    /// What stands before a path below the directory where it is shown.
    let prefix: String
    private var links: [(relative: String, target: String)] = []
    private var seen: Set<FileIdentity> = []

    /// - Parameter shown: What the directory is called where another name than its path is the user's.
    init(directory: String, shownAs shown: String? = nil) {
        given = directory.isEmpty ? "." : directory
        self.shown = Path.shown(shown ?? given)
        prefix = Self.prefix(of: shown ?? given)
        do throws(SystemError) {
            root = try Path.resolve(given)
            guard try FileStatus(of: given).kind == .directory else {
                problems = [
                    Diagnostic(
                        .error, "\(self.shown) is not a directory",
                        help: "give the directory that holds the manifests")
                ]
                return
            }
        } catch {
            problems = [
                Diagnostic(
                    .error, "cannot read the directory of manifests \(self.shown): \(error.cause)",
                    help: error.isMissing
                        ? "give the directory that holds the manifests; without an argument it is ./Manifests"
                        : "let the user that runs reconcile read it")
            ]
            return
        }
        // Through the resolved path, so that all files are of one tree while a link to it is being switched.
        walk(relative: "", path: root ?? given, depth: 0)
        followLinks()
        // Nearly always sorted already, directory by directory; links come last.
        manifests.sort { $0.relativePath.precedesByBytes($1.relativePath) }
        dataNames.sort { $0.precedesByBytes($1) }
    }

    /// What to put before a path below the directory to show it. `./` says nothing, so it is left out.
    private static func prefix(of directory: String) -> String {
        var base = directory[...]
        while base.count > 1, base.last == "/" { base.removeLast() }
        if base == "." { return "" }
        return base == "/" ? "/" : "\(Path.shown(String(base)))/"
    }

    /// A path below the directory as people may see it.
    func display(_ relative: String) -> String { prefix + Path.shown(relative) }

    private mutating func walk(relative: String, path: String, depth: Int) {
        let display = relative.isEmpty ? shown : display(relative)
        if depth > Self.maxDepth {
            report("directories are nested deeper than \(Self.maxDepth) levels", at: display, help: "flatten them")
            return
        }
        var entries: [Directory.Entry]
        do throws(SystemError) {
            guard seen.insert(try FileStatus(of: path).identity).inserted else { return }
            entries = try Directory.list(path)
        } catch {
            report(
                "cannot read the directory: \(error.cause)", at: display,
                help: "let the user that runs reconcile read it, or take it out of the directory of manifests")
            return
        }
        let relativePrefix = relative.isEmpty ? "" : relative + "/"
        let pathPrefix = path + "/"
        entries.sort { $0.name.precedesByBytes($1.name) }
        for entry in entries
        where entry.name.utf8.first != UInt8(ascii: ".") {
            visit(entry, relative: relativePrefix + entry.name, path: pathPrefix + entry.name, depth: depth)
        }
    }

    private mutating func visit(_ entry: Directory.Entry, relative: String, path: String, depth: Int) {
        let kind = entry.kind ?? (try? FileStatus(of: path, followingLinks: false))?.kind ?? .device
        switch kind {
        case .directory: walk(relative: relative, path: path, depth: depth + 1)
        case .link: links.append((relative, path))
        case .regular, .fifo, .socket, .device: visit(file: entry.name, kind: kind, relative: relative, path: path)
        }
    }

    private mutating func visit(file name: String, kind: FileStatus.Kind, relative: String, path: String) {
        guard Self.isManifest(name) else {
            if DataFileName(name) != nil {
                dataNames.append(display(relative))
            } else if Self.looksLikeManifest(name) {
                lookalikes.append(display(relative))
            }
            return
        }
        if name.unicodeScalars.contains(where: { $0 == "\u{FFFD}" || $0.isControl }) {
            report(
                "the name of the file holds control characters or bytes that are not UTF-8", at: display(relative),
                help: "rename the file")
        } else if kind == .regular {
            manifests.append(Manifest(path: path, relativePath: relative))
        } else {
            report(
                "this is not a regular file", at: display(relative),
                help: "a manifest is a regular file; move this one out of the directory")
        }
    }

    /// Links are looked at after all real directories, so that what they lead to is known by its own name first.
    private mutating func followLinks() {
        guard let root else { return }
        var next = 0
        var files: Set<String> = []
        while next < links.count {
            let (relative, path) = links[next]
            next += 1
            let name = relative.split(separator: "/").last.map(String.init) ?? relative
            let display = display(relative)
            do throws(SystemError) {
                let target = try Path.resolve(path)
                let status = try FileStatus(of: target)
                let isInside = target.isBelow(root)
                let isHidden = isInside && DirectoryTree.isHidden(target, below: root)
                switch status.kind {
                case .directory where isInside && !isHidden:
                    walk(relative: relative, path: target, depth: relative.split(separator: "/").count)
                case .directory where isHidden: reportHidden(display)
                case .directory where target != root:
                    report(
                        "this link leads out of the directory of manifests", at: display,
                        help: "put the directory itself here; --data-root allows other places for data files")
                case .directory: break
                default:
                    guard Self.isManifest(name) else {
                        if DataFileName(name) != nil { dataNames.append(display) }
                        continue
                    }
                    if !isInside {
                        report(
                            "this link leads out of the directory of manifests", at: display,
                            help: "put the file itself here")
                    } else if isHidden {
                        reportHidden(display)
                    } else if files.insert(target).inserted, !isListed(target, root: root) {
                        visit(file: name, kind: status.kind, relative: relative, path: target)
                    }
                }
            } catch {
                guard Self.isManifest(name) else { continue }
                report("cannot follow the link: \(error.cause)", at: display, help: "repair or remove the link")
            }
        }
    }

    /// Whether a link's target is a manifest that was found under its own name.
    private func isListed(_ target: String, root: String) -> Bool {
        let below = target.utf8.dropFirst(root == "/" ? 1 : root.utf8.count + 1)
        let parts = below.split(separator: UInt8(ascii: "/"))
        let isHidden = parts.contains { $0.first == UInt8(ascii: ".") }
        return !isHidden && parts.last.map { Self.isManifest(String($0) ?? "") } == true
    }

    private static func isManifest(_ name: String) -> Bool {
        name.utf8.suffix(5).elementsEqual(".yaml".utf8) || name.utf8.suffix(4).elementsEqual(".yml".utf8)
    }

    /// Whether the name of a file that is no manifest may be meant as one: in capitals, mistyped, or with the `.txt` that
    /// an editor puts behind. Copies that tools leave (`x.yaml.orig`, `x.yaml~`) are not.
    private static func looksLikeManifest(_ name: String) -> Bool {
        var parts = name.lowercased().split(separator: ".").dropFirst()
        if parts.last == "txt" { parts = parts.dropLast() }
        return parts.last.map { ["yaml", "yml", "yamel", "ymal", "yalm", "yam"].contains($0) } ?? false
    }

    private mutating func reportHidden(_ display: String) {
        report("this link leads to something hidden", at: display, help: "put the file itself here")
    }

    private mutating func report(_ message: String, at path: String, help: String) {
        problems.append(Diagnostic(.error, message, at: SourceLocation(path: path, line: 1), help: help))
    }
}

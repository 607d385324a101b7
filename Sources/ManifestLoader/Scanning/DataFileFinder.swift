import Model
import Platform

/// Finds the data files behind the patterns of a manifest, and keeps manifests from reading anything else.
///
/// One object for all files: the threads that read them would otherwise count references to each of its strings.
final class DataFileFinder: Sendable {
    struct Problem {
        var message: String
        var help: String
    }

    /// The directory of manifests as the user gave it.
    let directory: String
    /// What stands before a path below it where it is shown.
    let prefix: String
    /// The directory of manifests, absolute, links resolved.
    let root: String
    /// Other places of data, absolute, links resolved.
    let dataRoots: [String]
    /// Whose keys must not be uploaded as data; nil where nothing is uploaded.
    let secrets: (any SecretSource)?
    /// Remembers what it listed, for all patterns of all manifests.
    private let glob = Glob()

    init(directory: String, prefix: String, root: String, dataRoots: [String], secrets: (any SecretSource)?) {
        self.directory = directory
        self.prefix = prefix
        self.root = root
        self.dataRoots = dataRoots
        self.secrets = secrets
    }

    /// - Parameters:
    ///   - pattern: Absolute, or relative to the manifest's directory.
    ///   - manifest: The manifest's path below the directory.
    /// - Returns: The files sorted by path, and why others, or all, cannot be used.
    func find(_ pattern: String, from manifest: String) -> (files: [DataFile], problems: [Problem]) {
        let folder = manifest.utf8.lastIndex(of: UInt8(ascii: "/")).map { manifest[..<$0] } ?? ""
        let place = folder.isEmpty ? root : "\(root)/\(folder)"
        guard Glob.isPattern(pattern) else {
            let path = pattern.hasPrefix("/") ? pattern : "\(place)/\(pattern)"
            switch file(path, matchedBy: nil) {
            case .success(let file?): return ([file], [])
            case .success(nil): return ([], [])
            case .failure(let problem): return ([], [problem.problem])
            }
        }
        var files: [DataFile] = []
        var problems: [Problem] = []
        for path in glob.paths(matching: pattern, in: place) {
            switch file(path, matchedBy: pattern) {
            case .success(let file?): files.append(file)
            case .success(nil): break
            case .failure(let problem): problems.append(problem.problem)
            }
        }
        if files.isEmpty, problems.isEmpty {
            problems.append(
                Problem(
                    message: "no file matches \(pattern.quoted)",
                    help: "patterns are relative to the directory of the manifest, \(shown(place))"))
        }
        return (files, problems)
    }

    private struct Refusal: Error { var problem: Problem }

    private func refuse(_ message: String, _ help: String) -> Result<DataFile?, Refusal> {
        .failure(Refusal(problem: Problem(message: message, help: help)))
    }

    /// One file; nil for a directory that a wildcard matched.
    private func file(_ path: String, matchedBy pattern: String?) -> Result<DataFile?, Refusal> {
        let shown = shown(path)
        do throws(SystemError) {
            let resolved = try Path.resolve(path)
            guard let place = ([root] + dataRoots).first(where: resolved.isBelow) else {
                return refuse(
                    "the data file \(shown) lies outside of \(Path.shown(directory))",
                    "put it below \(Path.shown(directory)), or allow its directory with --data-root")
            }
            if DirectoryTree.isHidden(resolved, below: place), !DirectoryTree.isHidden(path, below: root) {
                return refuse(
                    "the data file \(shown) is a link to a hidden file", "put the file itself there")
            }
            let status = try FileStatus(of: resolved)
            if status.kind == .directory {
                if pattern != nil { return .success(nil) }
                return refuse("\(shown) is a directory, not a data file", "name its files, as in \(shown)/*.csv")
            }
            if status.kind != .regular {
                return refuse("the data file \(shown) is not a regular file", "write the rows into a regular file")
            }
            if secrets?.isOutOfReach(status.identity) == true {
                return refuse("the data file \(shown) holds a key of the API", "name another file")
            }
            guard let name = DataFileName(path) else {
                if pattern != nil, Self.isMark(path) { return .success(nil) }
                return refuse(
                    "\(shown) is not a data file by its name",
                    "narrow the pattern to files that end in \(DataFileName.endings)")
            }
            return .success(
                DataFile(
                    absolutePath: resolved, root: place, displayPath: shown, format: name.format,
                    isCompressed: name.isCompressed, hasTabs: name.hasTabs))
        } catch {
            if error.isMissing {
                return refuse(
                    "the data file \(shown) does not exist",
                    Self.neighbour(of: path).map { "did you mean \($0.quoted)?" }
                        ?? "create it or correct the path, which is relative to the directory of the manifest")
            }
            return refuse(
                "cannot look at the data file \(shown): \(error.cause)", "let the user that runs reconcile read it")
        }
    }

    /// A file of nearly that name, or of the same in another case, in the same directory.
    private static func neighbour(of path: String) -> String? {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        guard let names = (try? Directory.listKinds(Path.parent(of: path)))?.map(\.name) else { return nil }
        let files = names.filter { DataFileName($0) != nil }
        return files.first { $0.lowercased() == name.lowercased() } ?? NearestName.find(name, in: files)
    }

    /// Whether it is a mark that a program leaves beside the parts that it wrote, such as `_SUCCESS`.
    private static func isMark(_ path: String) -> Bool {
        path.utf8[(path.utf8.lastIndex(of: UInt8(ascii: "/")).map(path.utf8.index(after:)) ?? path.startIndex)...].first
            == UInt8(ascii: "_")
    }

    /// What lies in the directory as the user would write it, all else absolute; fit to be printed.
    private func shown(_ path: String) -> String {
        let short = Self.shortened(path)
        if short == root { return Path.shown(directory) }
        guard short.isBelow(root) else { return Path.shown(short) }
        return prefix + Path.shown(String(Substring(short.utf8.dropFirst(root == "/" ? 1 : root.utf8.count + 1))))
    }

    /// Without `.` and, where a name stands before it, `..`: `/m/crm/../data/a.csv` is `/m/data/a.csv`.
    private static func shortened(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
        }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
}

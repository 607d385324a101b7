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

    /// A directory of manifests.
    struct Place: Sendable {
        /// As people may see it.
        var shown: String
        /// What stands before a path below it where it is shown.
        var prefix: String
        /// Absolute, links resolved.
        var root: String
    }

    /// The directories of manifests, the one that was given first.
    let places: [Place]
    /// Other places of data, absolute, links resolved.
    let dataRoots: [String]
    /// All of them, made once: each data file asks.
    private let roots: [String]
    /// Whose keys must not be uploaded as data; nil where nothing is uploaded.
    let secrets: (any SecretSource)?
    /// Remembers what it listed, for all patterns of all manifests.
    private let glob = Glob()

    init(places: [Place], dataRoots: [String], secrets: (any SecretSource)?) {
        self.places = places
        self.dataRoots = dataRoots
        roots = places.map(\.root) + dataRoots
        self.secrets = secrets
    }

    /// - Parameters:
    ///   - pattern: Absolute, or relative to the manifest's directory.
    ///   - folder: That directory, absolute; empty where there is none.
    /// - Returns: The files sorted by path, and why others, or all, cannot be used.
    func find(_ pattern: String, in folder: String) -> (files: [DataFile], problems: [Problem]) {
        if folder.isEmpty, !pattern.hasPrefix("/") {
            return (
                [],
                [
                    Problem(
                        message: "the data file \(pattern.quoted) is relative, and the manifest lies in no directory",
                        help: "give the directory of data files with --data-root")
                ]
            )
        }
        guard Glob.isPattern(pattern) else {
            let path = pattern.hasPrefix("/") ? pattern : "\(folder)/\(pattern)"
            switch file(path, matchedBy: nil) {
            case .success(let file?): return ([file], [])
            case .success(nil): return ([], [])
            case .failure(let problem): return ([], [problem.problem])
            }
        }
        var files: [DataFile] = []
        var problems: [Problem] = []
        for path in glob.paths(matching: pattern, in: folder) {
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
                    help: "patterns are relative to the directory of the manifest, \(shown(folder))"))
        }
        return (files, problems)
    }

    private struct Refusal: Error { var problem: Problem }

    private func refuse(_ message: String, _ help: String) -> Result<DataFile?, Refusal> {
        .failure(Refusal(problem: Problem(message: message, help: help)))
    }

    /// What data files lie below, in words.
    private var home: String { places.first?.shown ?? dataRoots.first.map(Path.shown) ?? "the directory of manifests" }

    /// One file; nil for a directory that a wildcard matched.
    private func file(_ path: String, matchedBy pattern: String?) -> Result<DataFile?, Refusal> {
        let shown = shown(path)
        do throws(SystemError) {
            let resolved = try Path.resolve(path)
            guard let place = roots.first(where: resolved.isBelow) else {
                return refuse(
                    "the data file \(shown) lies outside of \(home)",
                    "put it below \(home), or allow its directory with --data-root")
            }
            if DirectoryTree.isHidden(resolved, below: place),
                !DirectoryTree.isHidden(path, below: roots.first(where: path.isBelow) ?? roots[0])
            {
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

    /// What lies in a directory of manifests as the user would write it, all else absolute; fit to be printed.
    private func shown(_ path: String) -> String {
        let short = Path.shortened(path)
        for place in places {
            if short == place.root { return place.shown }
            guard short.isBelow(place.root) else { continue }
            let below = short.utf8.dropFirst(place.root == "/" ? 1 : place.root.utf8.count + 1)
            return place.prefix + Path.shown(String(Substring(below)))
        }
        return Path.shown(short)
    }
}

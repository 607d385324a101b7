import Dispatch
import Model
import Platform

/// The directories of a run, and what their files come to: DIR, and those that Policies include.
///
/// All is read once to see what hangs together. Where a Policy includes directories all is read again, with everything
/// that is known then; and once more the few files with manifests that patches change.
struct ManifestTrees {
    private struct Tree {
        var scan: ManifestScan
        var directory: DirectoryTree?
        var files: [ManifestFile] = []
        /// Those that it includes, and that they include.
        var included: Set<Int> = []
    }

    /// Something that is wrong with an include or a patch.
    private struct Problem {
        var tree: Int
        var path: String
        var mark: YAMLMark
        var message: String
        var help: String
    }

    /// Bytes of manifests that are given as a text.
    static let maxText = 16 << 20
    private static let maxTrees = 100
    /// What a text is called where a file would have a path.
    private static let textName = "<stdin>"

    private let dataRoots: [String]
    private let secrets: (any SecretSource)?
    private let variables: ManifestVariables
    private var trees: [Tree] = []
    private var text: [ManifestFile] = []
    /// Numbers of trees, each behind those that it includes.
    private var order: [Int] = []
    private var problems: [Problem] = []
    /// What is included must be in it: the Git work tree of DIR. Nil without one.
    private var checkout: String?

    init(dataRoots: [String], secrets: (any SecretSource)?, variables: ManifestVariables) {
        self.dataRoots = dataRoots
        self.secrets = secrets
        self.variables = variables
    }

    var scans: [ManifestScan] { trees.map(\.scan) }

    var directories: [ManifestDirectory] {
        trees.enumerated().map { number, tree in
            ManifestDirectory(
                path: number == 0 ? tree.scan.given : tree.scan.root ?? tree.scan.given, shown: tree.scan.shown)
        }
    }

    /// The files of all directories, in order.
    mutating func takeFiles() -> [ManifestFile] {
        defer {
            text = []
            for tree in trees.indices { trees[tree].files = [] }
        }
        if trees.count == 1 { return trees[0].files }
        return text + trees.flatMap(\.files)
    }

    // MARK: - Reading

    mutating func read(text bytes: [UInt8]) {
        let finder = DataFileFinder(places: [], dataRoots: dataRoots, secrets: secrets)
        let root = dataRoots.first ?? ""
        func read(_ variables: ManifestVariables) -> ManifestFile {
            let reader = ManifestReader(
                tree: nil, secrets: secrets, dataFiles: finder, root: root, variables: variables)
            let source = SourceFile(path: Self.textName, folder: root, bytes: bytes)
            var file = ManifestFile(findings: Findings(source: source))
            let manifest = ManifestScan.Manifest(path: Self.textName, relativePath: Self.textName)
            reader.decode(manifest, into: &file, limit: Self.maxText)
            return file
        }
        var file = read(variables)
        if file.usesVariables, let declared = file.policies.first?.variables, !declared.isEmpty {
            file = read(weighed([declared]))
        }
        for include in file.policies.flatMap(\.includes) {
            file.findings.error(
                "manifests on stdin cannot include a directory", at: include.mark,
                help: "let the program that renders them put it in")
        }
        for patch in file.patches {
            file.findings.error(
                "manifests on stdin include nothing that could be patched", at: patch.key.mark,
                help: "let the program that renders them change it")
        }
        text = [file]
    }

    mutating func read(directory: String) {
        add(ManifestScan(directory: directory))
        checkout = trees[0].scan.root.flatMap { GitCheckout(above: $0)?.topLevel }
        follow(0, way: [0])
        // By index: to copy thousands of these values takes longer than all else that is done to them.
        let hasPatches = trees.indices.contains { tree in
            trees[tree].files.indices.contains { !trees[tree].files[$0].patches.isEmpty }
        }
        if trees.count > 1 {
            readAgain()
        } else {
            readAgainWithVariables()
        }
        // Whom they are about nobody can say while something to include is missing.
        if hasPatches, problems.isEmpty { patch() }
        for problem in problems {
            let file = trees[problem.tree].files.first { $0.findings.source.path == problem.path }
            file?.findings.error(problem.message, at: problem.mark, help: problem.help)
        }
    }

    private mutating func add(_ scan: ManifestScan) {
        trees.append(Tree(scan: scan, directory: scan.root.flatMap { try? DirectoryTree($0) }))
        let number = trees.count - 1
        trees[number].files = Self.read(scan.manifests, with: reader(number, variables))
    }

    private func reader(_ number: Int, _ variables: ManifestVariables) -> ManifestReader {
        let places = trees.map { tree in
            DataFileFinder.Place(
                shown: tree.scan.shown, prefix: tree.scan.prefix, root: tree.scan.root ?? tree.scan.given)
        }
        let tree = trees[number]
        return ManifestReader(
            tree: tree.directory, secrets: secrets,
            dataFiles: DataFileFinder(places: places, dataRoots: dataRoots, secrets: secrets),
            root: places[number].root, prefix: places[number].prefix, treeNumber: number, variables: variables)
    }

    /// Those of Policies, the later weighing more, and then those of the command line.
    private func weighed(_ declared: [[String: String]]) -> ManifestVariables {
        var all = ManifestVariables()
        for values in declared { all.merge(values) }
        return all.merging(variables)
    }

    /// Nearly no directory has variables; then the files that use them are read once more, with those of the Policy.
    private mutating func readAgainWithVariables() {
        let using = trees[0].files.indices.filter { trees[0].files[$0].usesVariables }
        guard !using.isEmpty, let declared = trees[0].files.lazy.flatMap(\.policies).first?.variables, !declared.isEmpty
        else { return }
        let reader = reader(0, weighed([declared]))
        for file in using { trees[0].files[file] = reader.read(trees[0].scan.manifests[file]) }
    }

    private var allVariables: ManifestVariables {
        weighed(order.flatMap { trees[$0].files.flatMap(\.policies).map(\.variables) })
    }

    private mutating func readAgain() {
        let variables = allVariables
        for number in trees.indices {
            trees[number].files = Self.read(trees[number].scan.manifests, with: reader(number, variables))
        }
    }

    /// Reads the files on all cores; the results stand in the order of the files.
    private static func read(_ manifests: [ManifestScan.Manifest], with reader: ManifestReader) -> [ManifestFile] {
        let chunk = 64
        return [ManifestFile](unsafeUninitializedCapacity: manifests.count) { buffer, count in
            // Each index is written by exactly one iteration, and all have ended before the buffer is read.
            nonisolated(unsafe) let slots = buffer.baseAddress
            DispatchQueue.concurrentPerform(iterations: (manifests.count + chunk - 1) / chunk) { iteration in
                guard let slots else { return }
                for index in (iteration * chunk)..<min((iteration + 1) * chunk, manifests.count) {
                    (slots + index).initialize(to: reader.read(manifests[index]))
                }
            }
            count = manifests.count
        }
    }

    // MARK: - Including

    /// Reads what a tree includes, and what that includes.
    private mutating func follow(_ number: Int, way: [Int]) {
        for file in trees[number].files.indices where !trees[number].files[file].policies.isEmpty {
            let findings = trees[number].files[file].findings
            for include in trees[number].files[file].policies.flatMap(\.includes) {
                switch target(of: include.text, from: findings.source, way: way) {
                case .success(let (path, shown)):
                    let known = trees.firstIndex { $0.scan.root == path }
                    let next = known ?? trees.count
                    if known == nil {
                        add(ManifestScan(directory: path, shownAs: shown))
                        follow(next, way: way + [next])
                    }
                    trees[number].included.formUnion(trees[next].included.union([next]))
                case .failure(let refusal):
                    problems.append(
                        Problem(
                            tree: number, path: findings.source.path, mark: include.mark, message: refusal.message,
                            help: refusal.help))
                }
            }
        }
        order.append(number)
    }

    private struct Refusal: Error {
        var message: String
        var help: String
    }

    /// The directory, absolute and without links, and as people may see it.
    private func target(of text: String, from source: SourceFile, way: [Int]) -> Result<(String, String), Refusal> {
        func refuse(_ message: String, _ help: String) -> Result<(String, String), Refusal> {
            .failure(Refusal(message: message, help: help))
        }
        if text.containsBytes(of: "${") {
            return refuse(
                "a Policy's variables say nothing to what it includes",
                "write the directory out, or give the variable with --var or --var-file")
        }
        let folder = source.path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(source.path[...$0]) } ?? ""
        let short = text.hasPrefix("/") ? text : Path.shortened(folder + text)
        let shown = short.isEmpty ? "." : short
        let path: String
        do throws(SystemError) {
            path = try Path.resolve(Path.join(source.folder, text))
            guard try FileStatus(of: path).kind == .directory else {
                return refuse("\(Path.shown(shown)) is not a directory", "name a directory of manifests")
            }
        } catch {
            return refuse(
                "cannot include \(text.quoted): \(error.cause)",
                error.isMissing
                    ? "the path is relative to the directory of the Policy, \(folder.isEmpty ? "." : folder)"
                    : "let the user that runs reconcile read it")
        }
        if trees.contains(where: { $0.scan.root == path }) {
            if way.contains(where: { trees[$0].scan.root == path }) {
                return refuse(
                    "\(Path.shown(shown)) includes itself: "
                        + (way.map { trees[$0].scan.shown } + [Path.shown(shown)]).joined(separator: " → "),
                    "take one of them out")
            }
            return .success((path, shown))
        }
        if let other = trees.first(where: { $0.scan.root.map { path.isBelow($0) || $0.isBelow(path) } ?? false }) {
            return refuse(
                "\(Path.shown(shown)) and \(other.scan.shown) lie in one another, so their manifests would be read twice",
                "include a directory beside it")
        }
        let mayBeIn = (checkout.map { [$0] } ?? []) + dataRoots
        guard let home = mayBeIn.first(where: { path == $0 || path.isBelow($0) }) else {
            return refuse(
                "\(Path.shown(shown)) is not in the same Git work tree",
                "put it into the repository, or allow its directory with --data-root")
        }
        if DirectoryTree.isHidden(path, below: home) {
            return refuse("\(Path.shown(shown)) is hidden", "include a directory whose name has no dot before it")
        }
        if trees.count >= Self.maxTrees {
            return refuse("more than \(Self.maxTrees) directories are included", "include fewer")
        }
        return .success((path, shown))
    }

    // MARK: - Patching

    private typealias Place = (tree: Int, file: Int)

    /// Reads the files again that have manifests which patches change.
    private mutating func patch() {
        var places: [String: [Place]] = [:]
        for tree in trees.indices {
            for file in trees[tree].files.indices {
                for manifest in trees[tree].files[file].connections {
                    if let key = manifest.key { places[key.text, default: []].append((tree, file)) }
                }
            }
        }
        var patches: [String: [PatchManifest]] = [:]
        var changed: Set<Int> = []
        // Files are few, and a number for a pair is enough to tell them apart.
        let stride = trees.map(\.files.count).reduce(0, max) + 1
        for tree in order {
            for patch in trees[tree].files.flatMap(\.patches) {
                guard let place = target(of: patch, in: tree, places) else { continue }
                patches[patch.key.text, default: []].append(patch)
                changed.insert(place.tree * stride + place.file)
            }
        }
        let variables = trees.count > 1 ? allVariables : self.variables
        // One after the other: what files of patches are like is asked by all that they change.
        for number in changed.sorted() {
            let (tree, file) = (number / stride, number % stride)
            let reader = reader(tree, variables)
            // What is put in by others counts as this file's where it is compared with what was read.
            let status = trees[tree].files[file].status
            trees[tree].files[file] = reader.read(trees[tree].scan.manifests[file], patches: patches)
            trees[tree].files[file].status = status
        }
    }

    private mutating func target(of patch: PatchManifest, in tree: Int, _ places: [String: [Place]]) -> Place? {
        let included = places.filter { $0.value.contains { trees[tree].included.contains($0.tree) } }
        if let place = included[patch.key.text]?.first(where: { trees[tree].included.contains($0.tree) }) {
            return place
        }
        let isOwn = places[patch.key.text]?.contains { $0.tree == tree } ?? false
        // Kept for later: the file may be read again.
        problems.append(
            Problem(
                tree: tree, path: patch.findings.source.path, mark: patch.key.mark,
                message: isOwn
                    ? "the manifest \(patch.key.text.quoted) is in this directory itself"
                    : "no included directory has a manifest \(patch.key.text.quoted)",
                help: isOwn
                    ? "change it there; a patch changes manifests of included directories"
                    : NearestName.find(patch.key.text, in: included.keys.sorted()).map { "did you mean \($0.quoted)?" }
                        ?? (trees[tree].included.isEmpty
                            ? "name the directory that has it in the Policy's include"
                            : "patches change what the Policy includes; a new connection is kind: DataConnection")))
        return nil
    }
}

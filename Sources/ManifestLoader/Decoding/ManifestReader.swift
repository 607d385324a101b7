import Model
import Platform

/// Reads one manifest file: bytes, documents, fields.
struct ManifestReader: Sendable {
    /// Bytes; a manifest is written by hand.
    static let maxSize = 4 * 1024 * 1024
    static let apiVersion = "reconcile/v1"
    static let kinds = ["DataConnection", "DataConnectionPatch", "Policy"]

    /// The directory that manifests are opened in.
    let tree: DirectoryTree?
    let secrets: (any SecretSource)?
    /// Places that data files may lie in.
    let dataFiles: DataFileFinder
    /// Where manifests stand: absolute, empty for nowhere, and what their paths are shown behind.
    var root = ""
    var prefix = ""
    var treeNumber = 0
    /// For `${var:…}`.
    var variables = ManifestVariables()

    /// - Parameter patches: By the `metadata.name` that they change, in the order in which they do.
    func read(_ manifest: ManifestScan.Manifest, patches: [String: [PatchManifest]] = [:]) -> ManifestFile {
        do throws(SystemError) {
            let input = try open(manifest)
            let status = try input.status()
            guard status.kind == .regular else {
                return unreadable(manifest, "this is not a regular file", help: "a manifest is a regular file")
            }
            let bytes = try input.readAll(limit: Self.maxSize, sizeHint: status.size)
            var file = ManifestFile(
                findings: Findings(source: source(manifest, bytes)), tree: treeNumber, status: status)
            decode(manifest, into: &file, patches: patches)
            return file
        } catch {
            return unreadable(
                manifest, "cannot \(error.operation) the file: \(error.cause)",
                help: "let the user that runs reconcile read it, or take it out of the directory of manifests")
        }
    }

    /// Where there is no tree the directory went away between looking and reading, and the path says so.
    private func open(_ manifest: ManifestScan.Manifest) throws(SystemError) -> Descriptor {
        guard let tree else { return try Descriptor(manifest.path, .reading) }
        return try tree.open(manifest.path)
    }

    private func unreadable(_ manifest: ManifestScan.Manifest, _ message: String, help: String) -> ManifestFile {
        let findings = Findings(source: source(manifest, []))
        findings.error(message, at: YAMLMark(line: 1, column: 1), help: help)
        return ManifestFile(
            findings: findings, tree: treeNumber, status: try? FileStatus(of: manifest.path), documentCount: 1)
    }

    private func source(_ manifest: ManifestScan.Manifest, _ bytes: [UInt8]) -> SourceFile {
        let path = manifest.relativePath
        let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { "\(root)/\(path[..<$0])" } ?? root
        return SourceFile(path: prefix + Path.shown(path), folder: folder, bytes: bytes)
    }

    /// - Parameter limit: Bytes.
    func decode(
        _ manifest: ManifestScan.Manifest, into file: inout ManifestFile, limit: Int = maxSize,
        patches: [String: [PatchManifest]] = [:]
    ) {
        let findings = file.findings
        let bytes = findings.source.bytes
        let top = YAMLMark(line: 1, column: 1)
        if bytes.count > limit {
            file.documentCount = 1
            findings.error(
                "the file is larger than \(limit >> 20) MiB", at: top,
                help: "split it; rows belong into data files")
            return
        }
        if LFSPointer.isOne(bytes) {
            file.documentCount = 1
            findings.error(
                "this is a pointer of Git LFS, not the manifest", at: top,
                help: "run git lfs pull, or check out with LFS")
            return
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || bytes.prefix(4).contains(0) {
            file.documentCount = 1
            findings.error("the file is not UTF-8 but looks like UTF-16", at: top, help: "save it as UTF-8")
            return
        }
        var documents = Documents()
        let usesVariables = bytes.containsBytes(of: VariableSubstitution.opening)
        file.usesVariables = usesVariables
        YAMLComposer.documents(of: findings) { root in
            if root.isNull { return }
            var root = root
            if usesVariables { root = VariableSubstitution(variables: variables, findings: findings).apply(to: root) }
            file.documentCount += 1
            document(root, manifest, findings, patches, into: &documents)
        }
        file.connections = documents.connections
        file.policies = documents.policies
        file.patches = documents.patches
        if file.documentCount == 0, !findings.diagnostics.hasErrors {
            findings.warning(
                "the file holds no manifest", at: top,
                help: "remove it, or write a manifest into it; until then nothing is deleted")
        }
    }

    private struct Documents {
        var connections: [ConnectionManifest] = []
        var policies: [PolicyManifest] = []
        var patches: [PatchManifest] = []
    }

    private func document(
        _ root: YAMLNode, _ manifest: ManifestScan.Manifest, _ findings: Findings,
        _ patches: [String: [PatchManifest]], into documents: inout Documents
    ) {
        guard case .mapping(let pairs) = root.content else {
            findings.error(
                "a manifest must be a mapping, not \(root.described)", at: root.mark,
                help: "begin it with \"apiVersion: \(Self.apiVersion)\"")
            return
        }
        let version = pairs.index(of: "apiVersion").map { pairs[$0].value }
        if let version, !version.isNull, version.scalar?.text != Self.apiVersion {
            findings.error(
                "unknown apiVersion \(version.described)", at: version.mark,
                help: "this version of reconcile knows \(Self.apiVersion)")
            return
        }
        let kind = pairs.index(of: "kind").map { pairs[$0].value }
        switch kind?.scalar?.text {
        case "DataConnection":
            let decoder = ConnectionDecoder(findings: findings, secrets: secrets, dataFiles: dataFiles)
            let patches = patches.isEmpty ? [] : root.metadataName.flatMap { patches[$0] } ?? []
            if patches.isEmpty {
                documents.connections.append(decoder.decode(root))
            } else {
                let merged = MergePatch(findings: findings).merge(patches, into: root)
                documents.connections.append(decoder.decode(merged))
                findings.layered = nil
            }
        case "DataConnectionPatch":
            if let patch = PatchDecoder(findings: findings).decode(root) { documents.patches.append(patch) }
        case "Policy":
            documents.policies.append(PolicyDecoder(findings: findings, isIncluded: treeNumber > 0).decode(root))
        default:
            if kind == nil, version == nil, PastedBody.isOne(pairs) {
                findings.error(
                    "this is a connection as the API has it, not a manifest", at: root.mark,
                    help: PastedBody.help(pairs, path: manifest.relativePath))
                return
            }
            guard let kind, !kind.isNull else {
                findings.error(
                    kind == nil ? "kind is missing" : "kind must not be empty", at: kind?.mark ?? root.mark,
                    help: "add \"kind: DataConnection\" or \"kind: Policy\"")
                if version?.isNull != false {
                    findings.error(
                        version == nil ? "apiVersion is missing" : "apiVersion must not be empty",
                        at: version?.mark ?? root.mark, help: "add \"apiVersion: \(Self.apiVersion)\"")
                }
                return
            }
            let near = kind.scalar.flatMap { NearestName.find($0.text, in: Self.kinds) }
            findings.error(
                "unknown kind \(kind.described)", at: kind.mark,
                help: near.map { "did you mean \"\($0)\"?" } ?? "known kinds: \(Self.kinds.joined(separator: ", "))")
        }
    }
}

extension [UInt8] {
    /// Whether those bytes stand anywhere in it.
    fileprivate func containsBytes(of text: StaticString) -> Bool {
        withUnsafeBufferPointer { bytes in
            guard var start = bytes.baseAddress else { return false }
            var left = bytes.count
            let length = text.utf8CodeUnitCount
            while left >= length, let found = Bytes.firstIndex(of: text.utf8Start.pointee, in: start, count: left) {
                if left - found >= length, Bytes.compare(start + found, text.utf8Start, count: length) == 0 {
                    return true
                }
                start += found + 1
                left -= found + 1
            }
            return false
        }
    }
}

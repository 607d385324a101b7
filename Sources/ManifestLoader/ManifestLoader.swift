import Model
import Platform

/// Reads a directory of manifests into a desired state, or into everything that is wrong with it.
///
/// Directory → names (`ManifestScan`) → bytes, YAML, fields of each file (`ManifestReader`, files side by side), and again
/// where directories are included (`ManifestTrees`) → what collides between files (`ManifestComparison`) →
/// `LoadedManifests`.
package struct ManifestLoader: Sendable {
    /// Where manifests come from.
    private enum Source: Sendable {
        case directory(String)
        /// Manifests that another program rendered.
        case text([UInt8])
    }

    private let source: Source
    private let dataRoots: [String]
    private let secrets: (any SecretSource)?
    private let variables: ManifestVariables

    /// - Parameters:
    ///   - directory: DIR as the user gave it; the paths in diagnostics begin with it.
    ///   - text: Manifests that stand in the place of the directory's, one document after the other; paths of data files
    ///     are relative to the first of `dataRoots`.
    ///   - dataRoots: Other directories that data files may lie in, `--data-root`.
    ///   - secrets: Nil to check the form of `${env:…}` and `${credential:…}` only; strings then keep the references.
    ///   - variables: Values of `${var:…}` that weigh more than those of the Policy.
    package init(
        directory: String, text: [UInt8]? = nil, dataRoots: [String] = [], secrets: (any SecretSource)?,
        variables: ManifestVariables = ManifestVariables()
    ) {
        source = text.map(Source.text) ?? .directory(directory.isEmpty ? "." : directory)
        self.dataRoots = dataRoots
        self.secrets = secrets
        self.variables = variables
    }

    /// Reads everything once. Never throws: whatever goes wrong is a diagnostic, and all of them are reported.
    package func load() -> LoadedManifests {
        var diagnostics: [Diagnostic] = []
        var trees = ManifestTrees(
            dataRoots: resolveRoots(&diagnostics), secrets: secrets, variables: variables)
        switch source {
        case .directory(let path): trees.read(directory: path)
        case .text(let bytes): trees.read(text: bytes)
        }
        diagnostics += trees.scans.flatMap(\.problems)
        var files = trees.takeFiles()
        ManifestComparison.check(files)
        // By index, here and below: to copy thousands of these values takes longer than all else that is done to them.
        for file in files.indices where !files[file].findings.diagnostics.isEmpty {
            diagnostics += files[file].findings.finish()
        }
        let isEmpty = files.indices.allSatisfy { files[$0].documentCount == 0 }
        if isEmpty, trees.scans.first?.root != nil, !diagnostics.hasErrors {
            diagnostics.append(
                Diagnostic(
                    .warning, "there is no manifest in \(trees.scans[0].shown)",
                    help: "a manifest is a file that ends in .yaml or .yml"))
        }
        let lookalikes = trees.scans.flatMap(\.lookalikes)
        diagnostics += lookalikes.map(Self.warning)
        var desired = diagnostics.hasErrors ? nil : moveDesiredState(from: &files)
        let empty = files.indices.filter { files[$0].documentCount == 0 }
        desired?.doubtfulFiles = empty.map { files[$0].findings.source.path } + lookalikes
        diagnostics += desired.map(ManifestComparison.twins) ?? []
        var statuses = trees.scans.map { _ in [FileStatus?]() }
        for file in files.indices where files[file].tree < statuses.count {
            statuses[files[file].tree].append(files[file].status)
        }
        return LoadedManifests(
            desired: desired, diagnostics: diagnostics.sortedByPlace, fileCount: files.count,
            directories: trees.directories,
            snapshot: DirectorySnapshot(
                scans: Array(zip(trees.scans, statuses)), dataFiles: desired.map(dataFiles) ?? []))
    }

    private static func warning(ofLookalike path: String) -> Diagnostic {
        Diagnostic(
            .warning, "the file is not read: the name of a manifest ends in .yaml or .yml",
            at: SourceLocation(path: path, line: 1),
            help: "rename the file, or move it out of the directory; until then nothing is deleted")
    }

    private func resolveRoots(_ diagnostics: inout [Diagnostic]) -> [String] {
        var roots: [String] = []
        for root in dataRoots {
            do throws(SystemError) {
                let resolved = try Path.resolve(root)
                if try FileStatus(of: resolved).kind == .directory {
                    roots.append(resolved)
                } else {
                    diagnostics.append(
                        Diagnostic(.error, "--data-root \(root) is not a directory", help: "give a directory"))
                }
            } catch {
                diagnostics.append(
                    Diagnostic(
                        .error, "cannot use --data-root \(root): \(error.cause)",
                        help: "give a directory that reconcile may read"))
            }
        }
        return roots
    }

    /// Moves the connections out of the files.
    private func moveDesiredState(from files: inout [ManifestFile]) -> DesiredState {
        var connections: [DesiredConnection] = []
        connections.reserveCapacity(files.count)
        var policy: Policy?
        for file in files.indices {
            for manifest in files[file].connections.indices {
                if let connection = files[file].connections[manifest].connection.take() {
                    connections.append(connection)
                }
            }
            // Another directory's says nothing for all.
            if files[file].tree == 0 { policy = policy ?? files[file].policies.first?.policy }
        }
        // Nearly always so already, where files are called like what they declare.
        let isSorted = connections.indices.dropFirst().allSatisfy { connections[$0 - 1].key < connections[$0].key }
        if !isSorted {
            let order = connections.enumerated().map { (key: $0.element.key, index: $0.offset) }
            connections = order.sorted { $0.key < $1.key }.map { connections[$0.index] }
        }
        return DesiredState(connections: connections, policy: policy ?? Policy())
    }

    private func dataFiles(of desired: DesiredState) -> [DataFile] {
        var files: [DataFile] = []
        for index in desired.connections.indices {
            if let data = desired.connections[index].data { files += data.files }
        }
        return files
    }
}

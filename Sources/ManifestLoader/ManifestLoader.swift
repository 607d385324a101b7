import Dispatch
import Model
import Platform

/// Reads a directory of manifests into a desired state, or into everything that is wrong with it.
///
/// Directory → names (`ManifestScan`) → bytes, YAML, fields of each file (`ManifestReader`, files side by side) → what
/// collides between files (`ManifestComparison`) → `LoadedManifests`.
package struct ManifestLoader: Sendable {
    private let directory: String
    private let dataRoots: [String]
    private let secrets: (any SecretSource)?
    private let variables: ManifestVariables

    /// - Parameters:
    ///   - directory: DIR as the user gave it; the paths in diagnostics begin with it.
    ///   - dataRoots: Other directories that data files may lie in, `--data-root`.
    ///   - secrets: Nil to check the form of `${env:…}` and `${credential:…}` only; strings then keep the references.
    ///   - variables: Values of `${var:…}` that weigh more than those of the Policy.
    package init(
        directory: String, dataRoots: [String] = [], secrets: (any SecretSource)?,
        variables: ManifestVariables = ManifestVariables()
    ) {
        self.variables = variables
        self.directory = directory.isEmpty ? "." : directory
        self.dataRoots = dataRoots
        self.secrets = secrets
    }

    /// Reads everything once. Never throws: whatever goes wrong is a diagnostic, and all of them are reported.
    package func load() -> LoadedManifests {
        let scan = ManifestScan(directory: directory)
        var diagnostics = scan.problems
        let finder = DataFileFinder(
            directory: directory, prefix: scan.prefix, root: scan.root ?? directory,
            dataRoots: resolveRoots(&diagnostics), secrets: secrets)
        var reader = ManifestReader(
            tree: scan.root.flatMap { try? DirectoryTree($0) }, secrets: secrets, dataFiles: finder,
            variables: variables)
        var files = read(scan.manifests, with: reader)
        // Nearly no directory has variables; then the files that use them are read once more, with those of the Policy.
        let using = files.indices.filter { files[$0].usesVariables }
        if !using.isEmpty, let declared = files.lazy.flatMap(\.policies).first?.variables, !declared.isEmpty {
            var all = ManifestVariables()
            all.merge(declared)
            reader.variables = all.merging(variables)
            for file in using { files[file] = reader.read(scan.manifests[file]) }
        }
        ManifestComparison.check(files)
        // By index, here and below: to copy thousands of these values takes longer than all else that is done to them.
        for file in files.indices where !files[file].findings.diagnostics.isEmpty {
            diagnostics += files[file].findings.finish()
        }
        let isEmpty = files.indices.allSatisfy { files[$0].documentCount == 0 }
        if isEmpty, scan.root != nil, !diagnostics.hasErrors {
            diagnostics.append(
                Diagnostic(
                    .warning, "there is no manifest in \(directory)",
                    help: "a manifest is a file that ends in .yaml or .yml"))
        }
        diagnostics += scan.lookalikes.map(Self.warning)
        var desired = diagnostics.hasErrors ? nil : moveDesiredState(from: &files)
        let empty = files.indices.filter { files[$0].documentCount == 0 }
        desired?.doubtfulFiles = empty.map { files[$0].findings.source.path } + scan.lookalikes
        diagnostics += desired.map(ManifestComparison.twins) ?? []
        return LoadedManifests(
            desired: desired, diagnostics: diagnostics.sortedByPlace, fileCount: files.count,
            snapshot: DirectorySnapshot(
                scan: scan, statuses: files.indices.map { files[$0].status },
                dataFiles: desired.map(dataFiles) ?? []))
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

    /// Reads the files on all cores; the results stand in the order of the files.
    private func read(_ manifests: [ManifestScan.Manifest], with reader: ManifestReader) -> [ManifestFile] {
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
            policy = policy ?? files[file].policies.first?.policy
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

import Model

extension ManifestLoader {
    /// Reads the text of one manifest file as `load()` would read the file, references to secrets unresolved.
    ///
    /// Whatever it says of data files is not looked up.
    package static func read(
        text: String, path: String
    ) -> (connections: [DesiredConnection], diagnostics: [Diagnostic]) {
        let finder = DataFileFinder(directory: ".", prefix: "", root: "/", dataRoots: [], secrets: nil)
        var file = ManifestFile(findings: Findings(source: SourceFile(path: path, bytes: Array(text.utf8))))
        ManifestReader(tree: nil, secrets: nil, dataFiles: finder)
            .decode(ManifestScan.Manifest(path: path, relativePath: path), into: &file)
        ManifestComparison.check([file])
        return (file.connections.compactMap(\.connection), file.findings.finish())
    }
}

import Model

extension ManifestLoader {
    /// Reads the text of one manifest file as `load()` would read the file, references to secrets unresolved.
    ///
    /// Whatever it says of data files is not looked up.
    package static func read(
        text: String, path: String
    ) -> (connections: [DesiredConnection], diagnostics: [Diagnostic]) {
        let finder = DataFileFinder(
            places: [DataFileFinder.Place(shown: ".", prefix: "", root: "/")], dataRoots: [], secrets: nil)
        let source = SourceFile(path: path, folder: "/", bytes: Array(text.utf8))
        var file = ManifestFile(findings: Findings(source: source))
        ManifestReader(tree: nil, secrets: nil, dataFiles: finder, root: "/")
            .decode(ManifestScan.Manifest(path: path, relativePath: path), into: &file)
        ManifestComparison.check([file])
        return (file.connections.compactMap(\.connection), file.findings.finish())
    }
}

import ManifestLoader
import Model
import Testing

/// What names of files and links may not do.
@Suite struct HostileNameTests {
    private func connection(_ files: String) -> String { manifest("a", spec: "data: {files: [\"\(files)\"]}\n") }

    @Test(arguments: [
        ("x\u{1B}]0;t\u{07}.csv", "x\\u{1b}]0;t\\u{7}.csv"), ("a\nValid: all good.csv", "a\\nValid: all good.csv"),
        ("a\u{202E}vsc.csv", "a\\u{202e}vsc.csv"), ("a\u{2028}b.csv", "a\\u{2028}b.csv"),
    ])
    func aDataFileIsShownEscaped(name: String, shown: String) throws {
        let workspace = Workspace([name: "id\n1\n", "a.yaml": connection("*.csv")])
        let loaded = workspace.load()
        #expect(loaded.desired?.connections.first?.data?.files.map(\.displayPath) == ["\(workspace.path)/\(shown)"])
        // It is opened by its own name all the same.
        #expect(loaded.desired?.connections.first?.data?.files.map(\.absolutePath) == ["\(workspace.path)/\(name)"])
    }

    @Test func aManifestOfSuchANameIsRefusedAndShownEscaped() {
        let workspace = Workspace(["a\u{1B}[2J.yaml": manifest("a", spec: ""), "b\n.yaml": manifest("b", spec: "")])
        #expect(
            workspace.problems() == [
                "a\\u{1b}[2J.yaml:1:1: error: the name of the file holds control characters or bytes that are not UTF-8",
                "b\\n.yaml:1:1: error: the name of the file holds control characters or bytes that are not UTF-8",
            ])
    }

    @Test func linksLeadToNothingHidden() {
        let workspace = Workspace([
            ".git/config.yaml": manifest("a", spec: ""), ".env.csv": "id\n1\n", "m.yaml": connection("d.csv"),
        ])
        workspace.link("x.yaml", to: ".git/config.yaml")
        workspace.link("sub", to: ".git")
        workspace.link("d.csv", to: ".env.csv")
        #expect(
            workspace.problems() == [
                "sub:1:1: error: this link leads to something hidden",
                "x.yaml:1:1: error: this link leads to something hidden",
            ])
    }

    @Test func dataIsNoLinkToSomethingHidden() {
        let workspace = Workspace([".env.csv": "id\n1\n", "m.yaml": connection("d.csv")])
        workspace.link("d.csv", to: ".env.csv")
        let problems = workspace.load().desired?.connections.first?.data?.problems ?? []
        #expect(problems.map { workspace.short($0) }.first?.hasSuffix("is a link to a hidden file") == true)
    }

    @Test func kubernetesLinksAreNotHidden() {
        let workspace = Workspace([
            "..2024_01/a.yaml": manifest("a", spec: "data: {files: [d.csv]}\n"), "..2024_01/d.csv": "id\n1\n",
        ])
        workspace.link("..data", to: "..2024_01")
        workspace.link("a.yaml", to: "..data/a.yaml")
        workspace.link("d.csv", to: "..data/d.csv")
        let loaded = workspace.load()
        #expect(loaded.diagnostics.isEmpty)
        #expect(loaded.desired?.connections.first?.data?.problems.isEmpty == true)
    }

    @Test func aPointerOfGitLFSIsCalledOne() {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"
        #expect(
            Workspace(["a.yaml": pointer]).problems()
                == ["a.yaml:1:1: error: this is a pointer of Git LFS, not the manifest"])
    }
}

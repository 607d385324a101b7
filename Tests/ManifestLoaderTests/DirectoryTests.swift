import Glibc
import ManifestLoader
import Model
import Testing

@Suite struct DirectoryTests {
    @Test func everyManifestBelowTheDirectoryIsReadInOrder() {
        let workspace = Workspace([
            "b.yaml": manifest("b", spec: ""), "a/z.yml": manifest("z", spec: "") + "---\n" + manifest("y", spec: ""),
            "a/b/c/deep.yaml": manifest("deep", spec: ""), ".hidden.yaml": "broken: [", ".git/x.yaml": "broken: [",
            "readme.md": "broken: [", "x.yaml.orig": "broken: [", "a-b.yaml": manifest("a-b", spec: ""),
        ])
        let loaded = workspace.load()
        #expect(loaded.diagnostics.allSatisfy { $0.message.contains("the same spec.name") })
        #expect(loaded.desired?.doubtfulFiles == [])
        #expect(loaded.fileCount == 4)
        #expect(loaded.desired?.connections.map(\.key) == ["a-b", "b", "deep", "y", "z"])
    }

    @Test func placesBeginWithTheDirectoryAsGiven() throws {
        let workspace = Workspace(["M/crm/a.yaml": manifest("a", spec: "")])
        let connection = try #require(workspace.load("M//").desired?.connections.first)
        #expect(connection.places.manifest.description == "\(workspace.path)/M/crm/a.yaml:3:18")
        #expect(connection.places.primaryKey.line == 6)
    }

    @Test func aMissingDirectoryIsAnErrorWithHelp() throws {
        let workspace = Workspace(["file": ""])
        let missing = try #require(workspace.load("nowhere").diagnostics.first)
        #expect(
            workspace.short(missing)
                == "error: cannot read the directory of manifests DIR/nowhere: No such file or directory")
        #expect(missing.help == "give the directory that holds the manifests; without an argument it is ./Manifests")
        #expect(workspace.load("nowhere").desired == nil)
        #expect(workspace.problems("file") == ["error: DIR/file is not a directory"])
    }

    @Test func aDirectoryWithoutManifestsIsAWarning() {
        let workspace = Workspace()
        let loaded = workspace.load()
        #expect(loaded.diagnostics.map(workspace.short) == ["warning: there is no manifest in DIR"])
        #expect(loaded.desired == DesiredState(connections: []))
        workspace.write("a.yaml", "# nothing\n---\n")
        #expect(
            workspace.problems() == [
                "warning: there is no manifest in DIR", "a.yaml:1:1: warning: the file holds no manifest",
            ])
    }

    /// What may be a manifest that was cut, or got another name, is told: its connection must not be deleted for it.
    @Test(arguments: [
        ("otter.yaml", ""), ("otter.yaml", "# kept for later\n"), ("otter.YAML", "x"), ("otter.Yml", "x"),
        ("otter.ymal", "x"), ("otter.yaml.txt", "x"),
    ])
    func filesThatMayBeManifestsAreTold(name: String, text: String) {
        let workspace = Workspace(["a.yaml": manifest("a", spec: ""), name: text])
        let loaded = workspace.load()
        #expect(loaded.desired?.doubtfulFiles == ["\(workspace.path)/\(name)"])
        #expect(loaded.diagnostics.count == 1 && loaded.diagnostics[0].help?.contains("nothing is deleted") == true)
    }

    @Test func twoOfOneNameAndKeyAreTold() {
        let workspace = Workspace(["a.yaml": manifest("heron", spec: ""), "b.yaml": manifest("otter", spec: "")])
        #expect(
            workspace.problems() == [
                "b.yaml:3:18: warning: the manifests heron and otter have the same spec.name, \"One\", and primary_key: "
                    + "in the account nobody can tell the two apart"
            ])
    }

    @Test func linksAreFollowedWhileTheyStayInside() {
        let workspace = Workspace([
            "M/..2024/a.yaml": manifest("a", spec: ""), "M/..2024/sub/b.yaml": manifest("b", spec: ""),
            "M/real/c.yaml": manifest("c", spec: ""), "outside.yaml": manifest("d", spec: ""),
        ])
        workspace.link("M/..data", to: "..2024")
        workspace.link("M/a.yaml", to: "..data/a.yaml")
        workspace.link("M/sub", to: "..data/sub")
        workspace.link("M/again", to: "real")
        workspace.link("M/twice.yaml", to: "real/c.yaml")
        workspace.link("M/real/loop", to: "..")
        let loaded = workspace.load("M")
        #expect(!loaded.diagnostics.hasErrors)
        #expect(loaded.desired?.connections.map(\.key) == ["a", "b", "c"])
        workspace.link("link", to: "M")
        #expect(workspace.load("link").desired?.connections.count == 3)

        workspace.link("M/out.yaml", to: "../outside.yaml")
        workspace.link("M/outdir", to: "/tmp")
        workspace.link("M/gone.yaml", to: "nothing")
        #expect(
            workspace.problems("M") == [
                "M/gone.yaml:1:1: error: cannot follow the link: No such file or directory",
                "M/out.yaml:1:1: error: this link leads out of the directory of manifests",
                "M/outdir:1:1: error: this link leads out of the directory of manifests",
            ])
    }

    @Test func onlyRegularFilesAreRead() {
        let workspace = Workspace(["dir.yaml/a.yaml": manifest("a", spec: "")])
        mkfifo("\(workspace.path)/fifo.yaml", 0o644)
        // What is listed under its own name is not reported again.
        workspace.link("link.yaml", to: "fifo.yaml")
        #expect(workspace.problems() == ["fifo.yaml:1:1: error: this is not a regular file"])
    }

    @Test(.enabled(if: geteuid() != 0, "root reads everything"))
    func whatCannotBeReadIsAnError() {
        let workspace = Workspace(["a.yaml": "", "b/c.yaml": ""])
        chmod("\(workspace.path)/a.yaml", 0)
        chmod("\(workspace.path)/b", 0)
        #expect(
            workspace.problems() == [
                "a.yaml:1:1: error: cannot open the file: Permission denied",
                "b:1:1: error: cannot read the directory: Permission denied",
            ])
    }

    @Test func namesThatCannotBeShownAreErrors() {
        let workspace = Workspace()
        workspace.write("a\nb.yaml", "")
        #expect(
            workspace.load().diagnostics.first?.message
                == "the name of the file holds control characters or bytes that are not UTF-8")
    }

    @Test func everyProblemOfEveryFileIsReportedAtOnce() {
        let workspace = Workspace([
            "a.yaml": manifest("same", spec: "ttl: 5"),
            "b/b.yaml": manifest("same", spec: "lifecycle: {protect: \"yes\"}"),
            "c.yaml": "a: 1\n\tb: 2\n",
            "policy.yaml":
                "apiVersion: reconcile/v1\nkind: Policy\nspec: {prune: true}\n---\napiVersion: reconcile/v1\nkind: Policy\n",
        ])
        let loaded = workspace.load()
        #expect(loaded.desired == nil)
        let text = loaded.diagnostics.map(\.rendered).joined(separator: "\n").replacing("\(workspace.path)/", with: "")
        #expect(
            text == """
                a.yaml:7:3: error: unknown field "ttl" in spec
                      ttl: 5
                      ^~~
                    help: put it under spec.external_api_details
                b/b.yaml:3:18: error: metadata.name "same" is taken by another manifest
                    metadata: {name: same}
                                     ^~~~
                    help: names are unique in a directory of manifests; rename one
                a.yaml:3:18: note: the first is here
                b/b.yaml:7:24: error: spec.lifecycle.protect must be true or false, not the string "yes"
                      lifecycle: {protect: "yes"}
                                           ^~~~~
                    help: write true or false without quotes
                c.yaml:2:1: error: a tab cannot be used for indentation in YAML
                     b: 2
                    ^
                    help: indent with blanks
                policy.yaml:3:15: error: spec.prune needs an explicit owner
                    spec: {prune: true}
                                  ^~~~
                    help: add "owner" to spec, so that no other directory's connections can be deleted
                policy.yaml:5:1: error: a directory of manifests has at most one Policy
                    apiVersion: reconcile/v1
                    ^~~~~~~~~~
                    help: merge the two
                policy.yaml:1:1: note: the first is here
                """)
    }

    @Test func claimsOfTwoManifestsCollide() {
        let uuid = "123E4567-e89b-12d3-a456-426614174000"
        func renamed(_ name: String, _ old: String, spec: String = "") -> String {
            manifest(name, spec: spec).replacing("{name: \(name)}", with: "{name: \(name), renamed_from: \(old)}")
        }
        let workspace = Workspace([
            "a.yaml": manifest("a", spec: "data_connection_uuid: \(uuid)"),
            "b.yaml": manifest("b", spec: "data_connection_uuid: \(uuid.lowercased())"),
            "c.yaml": renamed("c", "a"), "d.yaml": renamed("d", "old"), "e.yaml": renamed("e", "old"),
        ])
        #expect(
            workspace.problems() == [
                "b.yaml:7:25: error: spec.data_connection_uuid \(uuid.lowercased()) is pinned by another manifest, too",
                "c.yaml:3:35: error: metadata.renamed_from \"a\" is the name of another manifest",
                "e.yaml:3:35: error: metadata.renamed_from \"old\" is given by another manifest, too",
            ])
    }

    @Test func thePolicyIsTaken() throws {
        let source = """
            apiVersion: reconcile/v1
            kind: Policy
            spec: {owner: crm, ownership: state, adopt: true, prune: true, max_delete_percent: 0, max_removed_percent: 100, max_row_errors: 0}
            """
        let policy = try #require(Workspace(["a.yaml": source]).load().desired?.policy)
        var expected = Policy()
        expected.owner = "crm"
        expected.ownership = .state
        expected.adopt = true
        expected.prune = true
        expected.maxDeletePercent = 0
        expected.maxRemovedPercent = 100
        expected.maxRowErrors = 0
        #expect(policy == expected)
        #expect(Workspace(["a.yaml": "apiVersion: reconcile/v1\nkind: Policy\n"]).load().desired?.policy == Policy())
    }

    @Test func manyFilesKeepTheirOrder() {
        let workspace = Workspace()
        for index in 0..<300 { workspace.write("m\(1000 + index).yaml", "kind: K\(index)\n") }
        #expect(workspace.problems() == (0..<300).map { "m\(1000 + $0).yaml:1:7: error: unknown kind \"K\($0)\"" })
    }
}

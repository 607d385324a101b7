import Model
import TestSupport
import Testing

@testable import ManifestLoader

/// `include` and `kind: DataConnectionPatch`: manifests of several directories as one desired state.
@Suite struct IncludeTests {
    private static let base = """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: stock, labels: {team: crm}}
        spec:
          name: Stock
          primary_key: sku
          description: All of it
          external_api_details:
            url: https://${var:host}/{sku}
            http_method: GET
            headers: {Authorization: "Bearer ${credential:token}", X-Region: in the clear}
            ttl: 60
            retries: 3
            sample_placeholder_values: {sku: A}

        """
    private static let rows = """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: rows}
        spec: {name: Rows, primary_key: id, data: {files: [data/*.csv]}}

        """

    private func policy(_ spec: String) -> String { "apiVersion: reconcile/v1\nkind: Policy\nspec: {\(spec)}\n" }

    private func patch(_ name: String, _ spec: String) -> String {
        "apiVersion: reconcile/v1\nkind: DataConnectionPatch\nmetadata: {name: \(name)}\nspec:\n"
            + spec.split(separator: "\n").map { "  \($0)\n" }.joined()
    }

    /// A Git work tree with a base, and a stage that includes it.
    private func repository(_ files: [String: String] = [:]) -> Workspace {
        let workspace = Workspace([
            ".git/HEAD": "ref: refs/heads/main\n",
            "base/stock.yaml": Self.base, "base/crm/rows.yaml": Self.rows, "base/crm/data/a.csv": "id\n1\n",
            "stage/policy.yaml": policy("owner: stage, include: [../base], variables: {host: stage.example.com}"),
        ])
        for (name, text) in files { workspace.write(name, text) }
        return workspace
    }

    private func connection(_ key: String, _ workspace: Workspace) throws -> DesiredConnection {
        let loaded = workspace.load("stage")
        #expect(!loaded.diagnostics.hasErrors, "\(loaded.diagnostics)")
        return try #require(loaded.desired?.connections.first { $0.key == key })
    }

    private func details(_ connection: DesiredConnection) -> [String: ConfigValue] {
        if case .object(let members) = connection.details { members } else { [:] }
    }

    @Test func manifestsOfAnIncludedDirectoryCount() throws {
        let workspace = repository()
        let loaded = workspace.load("stage")
        #expect(loaded.diagnostics.isEmpty, "\(loaded.diagnostics)")
        #expect(loaded.desired?.connections.map(\.key) == ["rows", "stock"])
        #expect(loaded.desired?.policy.owner == "stage")
        #expect(loaded.fileCount == 3)
        let data = try connection("rows", workspace).data
        // Patterns stay relative to the manifest, and paths are shown as a user would write them.
        #expect(data?.files.map(\.displayPath) == ["\(workspace.path)/base/crm/data/a.csv"])
        let stock = try connection("stock", workspace)
        #expect(stock.places.manifest.path == "\(workspace.path)/base/stock.yaml")
        #expect("\(details(stock)["url"]!)".contains("stage.example.com"))
    }

    @Test func aPatchReplacesAddsAndTakesAway() throws {
        let workspace = repository([
            "stage/stock.yaml": patch(
                "stock",
                """
                description: null
                name: Stock of stage
                external_api_details:
                  ttl: 5
                  retries: null
                  headers: {Accept: text/plain, X-Region: null}
                """),
            "stage/labels.yaml":
                "apiVersion: reconcile/v1\nkind: DataConnectionPatch\nmetadata: {name: stock, labels: {env: stage}}\n",
            "stage/rows.yaml": patch("rows", "data: {files: [own.csv]}"), "stage/own.csv": "id\n2\n",
        ])
        let stock = try connection("stock", workspace)
        #expect(stock.name == "Stock of stage" && stock.description == nil)
        #expect(stock.labels == ["team": "crm", "env": "stage"])
        let members = details(stock)
        #expect(members["ttl"] == .number("5") && members["retries"] == nil)
        guard case .object(let headers) = members["headers"] else { throw Unexpected() }
        #expect(headers.keys.sorted() == ["Accept", "Authorization"])
        // A path in a patch is relative to the patch.
        let rows = try connection("rows", workspace)
        #expect(rows.data?.files.map(\.displayPath) == ["\(workspace.path)/stage/own.csv"])
    }

    private struct Unexpected: Error {}

    @Test func theLaterPatchWinsAndIncludesMayNest() throws {
        let workspace = repository([
            "shop/policy.yaml": policy("include: [../base], variables: {host: shop.example.com}"),
            "shop/patch.yaml": patch("stock", "name: Of the shop\nexternal_api_details: {ttl: 7}"),
            "stage/policy.yaml": policy("owner: stage, include: [../shop]"),
            "stage/patch.yaml": patch("stock", "name: Of the stage"),
        ])
        let stock = try connection("stock", workspace)
        #expect(stock.name == "Of the stage")
        #expect(details(stock)["ttl"] == .number("7"))
        #expect("\(details(stock)["url"]!)".contains("shop.example.com"))
        // What is included twice is read once.
        workspace.write("stage/policy.yaml", policy("owner: stage, include: [../shop, ../base]"))
        #expect(try connection("stock", workspace).name == "Of the stage")
    }

    @Test func variablesOfTheIncludingWeighMore() throws {
        let workspace = repository([
            "base/policy.yaml": policy("variables: {host: base.example.com}"),
            "stage/patch.yaml": patch("stock", "description: \"${var:host}\""),
        ])
        #expect(try connection("stock", workspace).description == "stage.example.com")
        workspace.write("stage/policy.yaml", policy("owner: stage, include: [../base]"))
        #expect(try connection("stock", workspace).description == "base.example.com")
    }

    /// A problem of a document of several files, with the place of the other one.
    @Test func problemsNameBothFiles() throws {
        let workspace = repository([
            "stage/patch.yaml": patch(
                "stock", "external_api_details: {ttl: soon, retrys: 3, headers: {X-Other: value of a header}}")
        ])
        let diagnostics = workspace.load("stage").diagnostics
        #expect(
            diagnostics.map { workspace.short($0) } == [
                "stage/patch.yaml:5:31: error: spec.external_api_details.ttl must be a whole number, not \"soon\"",
                "stage/patch.yaml:5:37: error: unknown field \"retrys\" in spec.external_api_details",
            ])
        for diagnostic in diagnostics {
            #expect(diagnostic.notes.map(\.location.path) == ["\(workspace.path)/base/stock.yaml"])
            #expect(diagnostic.sourceLine?.contains("ttl: soon") == true)
            #expect(diagnostic.sourceLine?.contains("value of a header") == false)
        }
        // What is wrong with the included one itself names the patch.
        workspace.write("stage/patch.yaml", patch("stock", "external_api_details: {url: null}"))
        let missing = try #require(workspace.load("stage").diagnostics.first)
        #expect(workspace.short(missing).hasPrefix("base/stock.yaml:"))
        #expect(missing.notes.map(\.location.path) == ["\(workspace.path)/stage/patch.yaml"])
    }

    @Test(arguments: [
        ("base", "stage/patch.yaml", "nobody", "no included directory has a manifest \"nobody\""),
        ("base", "stage/patch.yaml", "own", "the manifest \"own\" is in this directory itself"),
    ])
    func aPatchOfNothingIsAnError(include: String, file: String, name: String, message: String) {
        let workspace = repository([
            file: patch(name, "name: Other"), "stage/own.yaml": manifest("own", spec: "data: {files: [o.csv]}"),
            "stage/o.csv": "id\n1\n",
        ])
        #expect(workspace.problems("stage") == ["\(file):3:18: error: \(message)"])
    }

    @Test func nullForWhatIsNotThereIsAnError() {
        let workspace = repository(["stage/patch.yaml": patch("stock", "external_api_details: {headrs: null}")])
        #expect(
            workspace.problems("stage") == [
                "stage/patch.yaml:5:26: error: there is no spec.external_api_details.headrs to be taken away"
            ])
    }

    @Test(arguments: [
        ("../nowhere", "cannot include \"../nowhere\": No such file or directory"),
        ("..", "DIR and DIR/stage lie in one another, so their manifests would be read twice"),
        (".", "DIR/stage includes itself: DIR/stage → DIR/stage"),
        ("../base/stock.yaml", "DIR/base/stock.yaml is not a directory"),
        ("/usr", "/usr is not in the same Git work tree"),
        ("../.hidden", "DIR/.hidden is hidden"),
        ("../link", "DIR/link is not in the same Git work tree"),
        ("../${credential:x}", "a reference to a secret is not allowed here"),
    ])
    func whatCannotBeIncluded(path: String, message: String) {
        let workspace = repository(["stage/policy.yaml": policy("owner: stage, include: [\"\(path)\"]")])
        workspace.makeDirectory(".hidden")
        workspace.link("link", to: "/usr")
        #expect(
            workspace.load("stage").diagnostics.map { $0.message.replacing(workspace.path, with: "DIR") }
                .contains(message))
    }

    @Test func aCircleIsAnError() {
        let workspace = repository(["base/policy.yaml": policy("include: [../stage]")])
        #expect(
            workspace.problems("stage") == [
                "base/policy.yaml:3:18: error: DIR/stage includes itself: DIR/stage → DIR/base → DIR/stage"
            ])
    }

    @Test func outsideOfGitOnlyADataRootMayBeIncluded() {
        let workspace = Workspace([
            "base/rows.yaml": Self.rows, "base/data/a.csv": "id\n1\n",
            "stage/policy.yaml": policy("owner: stage, include: [../base]"),
        ])
        #expect(workspace.problems("stage").first?.hasSuffix("is not in the same Git work tree") == true)
        let loaded = workspace.load("stage", dataRoots: ["\(workspace.path)/base"])
        #expect(loaded.desired?.connections.map(\.key) == ["rows"], "\(loaded.diagnostics)")
    }

    @Test func anIncludedPolicyGivesVariablesAlone() {
        let workspace = repository(["base/policy.yaml": policy("owner: base, prune: true, variables: {a: b}")])
        #expect(
            workspace.problems("stage") == [
                "base/policy.yaml:3:8: error: spec.owner has no place in the Policy of an included directory",
                "base/policy.yaml:3:21: error: spec.prune has no place in the Policy of an included directory",
            ])
    }

    @Test func aNameIsThereOnce() {
        let workspace = repository([
            "stage/rows.yaml": Self.rows.replacing("data/*.csv", with: "../base/crm/data/a.csv")
        ])
        let diagnostics = workspace.load("stage").diagnostics
        #expect(diagnostics.map(\.message) == ["metadata.name \"rows\" is taken by another manifest"])
        #expect(diagnostics.first?.help?.contains("DataConnectionPatch") == true)
    }

    @Test func aChangeOfAnIncludedFileShows() throws {
        let workspace = repository()
        let loaded = workspace.load("stage")
        let files = loaded.desired?.connections.flatMap { $0.data?.files ?? [] } ?? []
        func now() -> DirectorySnapshot {
            DirectorySnapshot.capture(directories: loaded.directories, dataFiles: files)
        }
        #expect(now() == loaded.snapshot)
        workspace.write("base/new.yaml", "")
        #expect(now() != loaded.snapshot)
    }

    // MARK: - A text

    @Test func manifestsMayBeAText() {
        let workspace = Workspace(["data/a.csv": "id\n1\n"])
        func load(_ text: String, roots: [String] = []) -> LoadedManifests {
            ManifestLoader(directory: "-", text: Array(text.utf8), dataRoots: roots, secrets: nil).load()
        }
        let text = policy("owner: x, variables: {host: h.example.com}") + "---\n" + Self.base + "---\n" + Self.rows
        let loaded = load(text, roots: [workspace.path])
        #expect(loaded.desired?.connections.map(\.key) == ["rows", "stock"], "\(loaded.diagnostics)")
        #expect(loaded.desired?.policy.owner == "x")
        #expect(loaded.desired?.connections.first?.data?.files.first?.absolutePath == "\(workspace.path)/data/a.csv")
        #expect(load(Self.rows).desired?.connections.first?.data?.problems.count == 1)
        for wrong in [policy("include: [a]"), patch("rows", "name: X")] {
            #expect(load(wrong).diagnostics.first?.message.contains("on stdin") == true)
        }
    }
}

import Glibc
import ManifestLoader
import Model
import Testing

@Suite struct DataFileTests {
    private func data(
        _ workspace: Workspace, _ fields: String, roots: [String] = [], secrets: (any SecretSource)? = nil
    ) throws -> DesiredData {
        workspace.write("M/crm/a.yaml", manifest("a", spec: "data: {\(fields)}"))
        let loaded = workspace.load("M", dataRoots: roots, secrets: secrets)
        let connection = try #require(loaded.desired?.connections.first, "\(loaded.diagnostics.map(\.rendered))")
        return try #require(connection.data)
    }

    private func names(_ workspace: Workspace, _ data: DesiredData) -> [String] {
        data.files.map { $0.displayPath.replacing("\(workspace.path)/", with: "") }
    }

    @Test func fieldsAreTakenAndHaveDefaults() throws {
        let workspace = Workspace(["M/crm/x.csv": ""])
        let all = try data(
            workspace,
            "files: [x.csv], columns: {n: number, b: boolean, s: string}, ttl_seconds: 60, removed_rows: delete, on_row_error: skip"
        )
        #expect(all.columns == ["n": .number, "b": .boolean, "s": .string])
        #expect(all.ttlSeconds == 60)
        #expect(all.removedRows == .delete)
        #expect(all.onRowError == .skip)
        let few = try data(workspace, "files: [x.csv]")
        #expect(few.columns == [:])
        #expect(few.ttlSeconds == nil)
        #expect(few.removedRows == .keep)
        #expect(few.onRowError == .fail)
    }

    @Test func patternsAreSortedAndGiveNoFileTwice() throws {
        let workspace = Workspace([
            "M/crm/d/b.csv": "", "M/crm/d/a.csv": "", "M/crm/d/.h.csv": "", "M/crm/d/c.jsonl": "",
            "M/crm/d/sub/e.csv": "",
            "M/crm/d/.s/f.csv": "", "M/top.JSON": "",
        ])
        workspace.link("M/crm/d/z.csv", to: "a.csv")
        let found = try data(
            workspace,
            "files: [\"d/[bc].*\", \"d/*.csv\", \"./d/a.csv\", \"../top.JSON\", \"d/**/*.csv\", \"d/?.jsonl\"]")
        #expect(found.problems.isEmpty)
        #expect(
            names(workspace, found) == [
                "M/crm/d/b.csv", "M/crm/d/c.jsonl", "M/crm/d/a.csv", "M/top.JSON", "M/crm/d/sub/e.csv",
            ])
        #expect(found.files.map(\.format) == [.csv, .ndjson, .csv, .json, .csv])
        #expect(found.files[0].absolutePath == "\(workspace.path)/M/crm/d/b.csv")
    }

    @Test func filesThatCannotBeUsedStopTheirConnectionOnly() throws {
        let workspace = Workspace(["M/crm/d/a.csv": "", "M/crm/any/x.txt": "", "out.csv": ""])
        mkfifo("\(workspace.path)/M/crm/p.csv", 0o644)
        workspace.makeDirectory("M/crm/dir.csv")
        workspace.link("M/crm/l.csv", to: "../../out.csv")
        let found = try data(
            workspace,
            "files: [no.csv, \"no/*.csv\", p.csv, dir.csv, l.csv, ../../out.csv, /etc/passwd.csv, \"any/*\", \"*.csv\", d/a.csv]"
        )
        #expect(names(workspace, found) == ["M/crm/d/a.csv"])
        #expect(
            found.problems.map { workspace.short($0) } == [
                "M/crm/a.yaml:7:18: error: the data file DIR/M/crm/no.csv does not exist",
                "M/crm/a.yaml:7:26: error: no file matches \"no/*.csv\"",
                "M/crm/a.yaml:7:38: error: the data file DIR/M/crm/p.csv is not a regular file",
                "M/crm/a.yaml:7:45: error: DIR/M/crm/dir.csv is a directory, not a data file",
                "M/crm/a.yaml:7:54: error: the data file DIR/M/crm/l.csv lies outside of DIR/M",
                "M/crm/a.yaml:7:61: error: the data file DIR/out.csv lies outside of DIR/M",
                "M/crm/a.yaml:7:76: error: the data file /etc/passwd.csv does not exist",
                "M/crm/a.yaml:7:93: error: DIR/M/crm/any/x.txt is not a data file by its name",
                "M/crm/a.yaml:7:102: error: the data file DIR/M/crm/l.csv lies outside of DIR/M",
                "M/crm/a.yaml:7:102: error: the data file DIR/M/crm/p.csv is not a regular file",
            ])
        #expect(found.problems[0].sourceLine?.hasPrefix("  data: {files: [no.csv") == true)
        #expect(found.problems[0].help?.isEmpty == false)
    }

    @Test func pathsAreShownBelowTheDirectoryAsGivenAndOpenedResolved() throws {
        let workspace = Workspace([
            "real/crm/a.yaml": manifest("a", spec: "data: {files: [x.csv, no.csv]}"), "real/crm/x.csv": "",
        ])
        workspace.link("M", to: "real")
        let data = try #require(workspace.load("M").desired?.connections.first?.data)
        #expect(data.files.map(\.displayPath) == ["\(workspace.path)/M/crm/x.csv"])
        #expect(data.files.map(\.absolutePath) == ["\(workspace.path)/real/crm/x.csv"])
        #expect(data.problems.map(\.message) == ["the data file \(workspace.path)/M/crm/no.csv does not exist"])
    }

    @Test func dataRootsAreFurtherPlacesForDataOnly() throws {
        let workspace = Workspace(["data/x.csv": "", "data/m.yaml": manifest("m", spec: "")])
        let root = "\(workspace.path)/data"
        let found = try data(workspace, "files: [../../data/x.csv, \"\(root)/*.csv\"]", roots: [root])
        #expect(found.problems.isEmpty)
        #expect(names(workspace, found) == ["data/x.csv"])
        let loaded = workspace.load("M", dataRoots: ["\(root)/none", "\(root)/x.csv"])
        #expect(
            loaded.diagnostics.map(workspace.short) == [
                "error: cannot use --data-root DIR/data/none: No such file or directory",
                "error: --data-root DIR/data/x.csv is not a directory",
            ])
        #expect(loaded.desired == nil)
    }

    @Test func aKeyFileIsNoDataFile() throws {
        let workspace = Workspace(["M/crm/key.csv": "secret"])
        let secrets = SystemSecrets(
            environment: [:], credentialsDirectory: nil, forbiddenFiles: ["\(workspace.path)/M/crm/key.csv"])
        workspace.link("M/crm/l.csv", to: "key.csv")
        let found = try data(workspace, "files: [l.csv]", secrets: secrets)
        #expect(
            found.problems.map { workspace.short($0) } == [
                "M/crm/a.yaml:7:18: error: the data file DIR/M/crm/l.csv holds a key of the API"
            ])
    }
}

import Foundation
import JSON
import Testing

/// The forms in which a run is told, and where they go.
@Suite struct OutputTests {
    private static let stock = """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: stock, labels: {team: shop}}
        spec: {name: Stock, primary_key: sku}

        """

    private func scratch() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write("stock.yaml", Self.stock)
        try scratch.write(
            "profiles.yaml", Self.stock.replacing("stock", with: "profiles").replacing("Stock", with: "Profiles"))
        return scratch
    }

    private func file(_ scratch: Scratch, _ name: String) throws -> String {
        try String(contentsOf: scratch.root.appending(path: name), encoding: .utf8)
    }

    @Test func severalFormsAtOnce() async throws {
        let scratch = try scratch()
        let outputs = ["--output", "text", "--output=json=plan.json", "--output", "markdown=comment.md"]
        let dry = try await scratch.reconcile(["--emulator", "--dry-run"] + outputs, environment: [:])
        #expect(dry.status == 0, "\(dry.all)")
        #expect(dry.out.hasSuffix("Plan: 2 to create.\n"))
        var document = try JSONValue.parse(Data(try file(scratch, "plan.json").utf8))
        #expect(document["mode"] == "dry_run")
        #expect(document["connections"]?.arrayValue?.count == 2)
        #expect(try file(scratch, "comment.md").hasPrefix("<!-- reconcile owner=default -->\n### reconcile: dry run\n"))

        let pass = try await scratch.reconcile(["--emulator"] + outputs, environment: [:])
        #expect(pass.out.hasSuffix("Plan: 2 to create.\nApplied: 2 created.\n"))
        document = try JSONValue.parse(Data(try file(scratch, "plan.json").utf8))
        #expect(document["mode"] == "apply")
        #expect(document["results"]?.arrayValue?.count == 2)
        #expect(try file(scratch, "comment.md").contains("<code>Applied: 2 created.</code>"))
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.root.path).sorted()
        #expect(names == ["Manifests", "comment.md", "plan.json", "state"], "nothing is left aside")

        let quiet = try await scratch.reconcile(
            ["--emulator", "--dry-run", "--output", "text=plan.txt"], environment: [:])
        #expect(quiet.out == "")
        #expect(try file(scratch, "plan.txt") == "Plan: no changes, 2 unchanged.\n")
    }

    @Test(arguments: [
        (["text", "json"], "two outputs would go to stdout, text and json"),
        (["markdwn"], "unknown output \"markdwn\""), (["json="], "--output json= names no file"),
        (["json=a", "markdown=a"], "two outputs would go to a"),
        (["json=none/a.json"], "cannot write none/a.json: none: No such file or directory"),
        (["json=Manifests"], "cannot write Manifests: it is a directory"),
    ])
    func whatCannotBeIsSaidBeforeAnythingIsDone(_ outputs: [String], _ message: String) async throws {
        let scratch = try scratch()
        let run = try await scratch.reconcile(
            ["--emulator"] + outputs.flatMap { ["--output", $0] }, environment: [:])
        #expect(run.status == 3)
        #expect(run.err.hasPrefix("error: \(message)\n    help: "), "\(run.err)")
        #expect(try scratch.stateContents() == nil)
    }

    @Test func aFileThatCannotBeWrittenIsAClearError() async throws {
        let scratch = try scratch()
        let name = String(repeating: "x", count: 300)
        let run = try await scratch.reconcile(
            ["--emulator", "--dry-run", "--output", "text", "--output", "json=\(name)"], environment: [:])
        #expect(run.status == 1)
        #expect(run.out.hasSuffix("Plan: 2 to create.\n"), "the other output is there all the same")
        #expect(run.err.contains("error: cannot write \(name): File name too long\n    help: "), "\(run.err)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.root.path) == ["Manifests"])
    }

    @Test func aFileIsReplacedAndKeepsItsModeAndItsLink() async throws {
        let scratch = try scratch()
        let (real, link) = (scratch.root.appending(path: "real.json"), scratch.root.appending(path: "link.json"))
        try Data("old".utf8).write(to: real)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: real.path)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: real)
        let run = try await scratch.reconcile(
            ["--emulator", "--dry-run", "--output", "json=link.json", "--output", "text=/dev/null"], environment: [:])
        #expect(run.status == 0, "\(run.all)")
        #expect(try JSONValue.parse(Data(contentsOf: real))["mode"] == "dry_run")
        let mode = try FileManager.default.attributesOfItem(atPath: real.path)[.posixPermissions] as? Int
        #expect(mode == 0o640)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == real.path)
    }

    @Test func coloursAreShownWhereTheyAreWanted() async throws {
        let scratch = try scratch()
        func run(_ arguments: [String], _ environment: [String: String] = [:]) async throws -> String {
            try await scratch.reconcile(["--emulator", "--dry-run"] + arguments, environment: environment).out
        }
        #expect(try await !run([]).contains("\u{1B}"), "no terminal")
        #expect(try await !run(["--color", "never"]).contains("\u{1B}"))
        #expect(try await run(["--color", "always"], ["NO_COLOR": "1"]).contains("\u{1B}[32m+"))
        _ = try await run(["--output", "text=a.txt", "--color", "always"])
        #expect(try file(scratch, "a.txt").contains("\u{1B}[32m+"))
        let wrong = try await scratch.reconcile(["--emulator", "--color", "sometimes"], environment: [:])
        #expect(wrong.status == 3)
    }

    // MARK: - GitHub

    private func actions(_ scratch: Scratch) throws -> [String: String] {
        let summary = scratch.root.appending(path: "summary.md")
        try Data("before\n".utf8).write(to: summary)
        return [
            "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": summary.path,
            "GITHUB_WORKSPACE": scratch.root.deletingLastPathComponent().path,
        ]
    }

    @Test func aDryRunIsAnnotatedAndSummedUp() async throws {
        let scratch = try scratch()
        let run = try await scratch.reconcile(
            ["--emulator", "--dry-run", "--output", "github", "--output", "markdown=comment.md"],
            environment: try actions(scratch))
        let below = scratch.root.lastPathComponent
        #expect(
            run.out == """
                ::notice file=\(below)/Manifests/profiles.yaml,line=3,col=18,title=profiles::create (new connection)
                ::notice file=\(below)/Manifests/stock.yaml,line=3,col=18,title=stock::create (new connection)
                Plan: 2 to create.

                """)
        #expect(try file(scratch, "summary.md") == "before\n" + file(scratch, "comment.md"))
    }

    @Test func refusalsAndInvalidManifestsAreAnnotated() async throws {
        let scratch = try scratch()
        let environment = try actions(scratch)
        #expect(try await scratch.reconcile(["--emulator"], environment: [:]).status == 0)
        try scratch.write("stock.yaml", Self.stock.replacing("primary_key: sku", with: "primary_key: id"))
        let refused = try await scratch.reconcile(
            ["--emulator", "--dry-run", "--output", "github"], environment: environment)
        #expect(refused.status == 6)
        #expect(refused.out.contains("::error file="))
        #expect(
            refused.out.contains("Manifests/stock.yaml,line=4,col=34,title=stock refused::the primary key of stock"))

        try scratch.write("stock.yaml", Self.stock.replacing("primary_key", with: "::error::primry_key"))
        for arguments in [["--emulator", "--dry-run"], ["validate"]] {
            let run = try await scratch.reconcile(arguments + ["--output", "github"], environment: environment)
            #expect(run.status == 3)
            let first = try #require(run.out.split(separator: "\n").first)
            #expect(
                first.hasPrefix("::error file=") && first.contains("Manifests/stock.yaml,line=4,col="), "\(run.out)")
            for line in run.err.split(separator: "\n") {
                #expect(!line.drop { $0 == " " }.hasPrefix("::"), "the runner would obey \(line)")
            }
        }
        #expect(try file(scratch, "summary.md").contains("#### Invalid"))
    }

    @Test func aManifestCannotCommandTheRunner() async throws {
        let scratch = try Scratch()
        let environment = try actions(scratch)
        try scratch.write(
            "a.yaml", "apiVersion: reconcile/v1\nkind: DataConnection\n::add-mask::x: y\n  ::stop-commands::z\n")
        try scratch.write("b.yaml", Self.stock.replacing("name: Stock,", with: "name: \"##[error]x\","))
        let run = try await scratch.reconcile(["validate"], environment: environment)
        #expect(run.status == 3)
        for line in run.all.split(separator: "\n") { #expect(!line.drop { $0 == " " }.hasPrefix("::"), "\(line)") }
        try scratch.write("a.yaml", "")
        let plan = try await scratch.reconcile(
            ["--emulator", "--dry-run", "--output", "json"], environment: environment)
        #expect(!plan.out.contains("##["))
        #expect(try JSONValue.parse(Data(plan.out.utf8))["connections"]?.arrayValue?.first?["name"] == "##[error]x")
    }

    @Test func validateTellsEveryForm() async throws {
        let scratch = try scratch()
        let run = try await scratch.reconcile(
            ["validate", "--output", "markdown", "--output", "json=v.json", "--output", "text=v.txt"], environment: [:])
        #expect(run.status == 0, "\(run.all)")
        #expect(run.out.hasPrefix("<!-- reconcile owner=default -->\n### reconcile: validate\n"))
        #expect(try JSONValue.parse(Data(try file(scratch, "v.json").utf8))["valid"] == true)
        #expect(try file(scratch, "v.txt") == "Valid: 2 files, 2 connections, 0 rows.\n")
    }

    // MARK: - A part of the manifests

    @Test func namesSelectorsAndDriftRestrictARun() async throws {
        let scratch = try scratch()
        let named = try await scratch.reconcile(["--emulator", "--name", "stock"], environment: [:])
        #expect(
            named.out.hasSuffix("Plan: 1 to create, 1 left out by --name stock.\nApplied: 1 created.\n"), "\(named.all)"
        )
        let selected = try await scratch.reconcile(
            ["--emulator", "--dry-run", "--selector", "team=shop,!tier", "--detailed-exitcode"], environment: [:])
        #expect(selected.status == 2)
        let drift = try await scratch.reconcile(
            ["--emulator", "--dry-run", "--drift-only", "--detailed-exitcode"], environment: [:])
        #expect(drift.status == 0, "\(drift.all)")
        #expect(drift.out.hasSuffix("Plan of drift only: no changes, 1 unchanged, 1 with other changes left out.\n"))
    }

    @Test(arguments: [
        (["--name", "stok"], "there is no manifest \"stok\"", "did you mean \"stock\"?"),
        (["--selector", "team="], "--selector \"team=\": ", "such as team=crm"),
        (["--selector", "team", "--name", "stock"], "--name and --selector exclude each other", "give one"),
        (["--drift-only", "--full"], "--full does not go with --drift-only", "--drift-only undoes"),
    ])
    func wrongRestrictionsAreErrors(_ arguments: [String], _ message: String, _ help: String) async throws {
        let run = try await scratch().reconcile(["--emulator", "--dry-run"] + arguments, environment: [:])
        #expect(run.status == 3)
        #expect(run.err.contains("error: \(message)"), "\(run.err)")
        #expect(run.err.contains("help: \(help)"), "\(run.err)")
    }

    @Test(arguments: ["--name=x", "--selector=x", "--drift-only", "--output=json"])
    func theDaemonTakesNone(_ option: String) async throws {
        let run = try await scratch().reconcile(["daemon", "--emulator", option], environment: [:])
        #expect(run.status == 3)
        #expect(run.err.contains("unknown option"), "\(run.err)")
    }

    /// What cannot be undone comes first, with a link to each line, as one page too.
    @Test func lossesComeFirst() async throws {
        let scratch = try scratch()
        try scratch.write("policy.yaml", "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: crm, prune: true}\n")
        #expect(try await scratch.reconcile(["--emulator"], environment: [:]).status == 0)
        try FileManager.default.removeItem(at: scratch.manifests.appending(path: "profiles.yaml"))
        try scratch.write("stock.yaml", Self.stock.replacing("Stock", with: "Stock <b>&"))
        let run = try await scratch.reconcile(
            ["plan", "--emulator", "--title", "staging --> x", "--output", "markdown=p.md", "--output", "html=p.html"],
            environment: [
                "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "o/r", "GITHUB_SHA": "0123456789abcdef",
                "GITHUB_WORKSPACE": scratch.root.path,
            ])
        #expect(run.status == 0, "\(run.all)")
        let markdown = try file(scratch, "p.md")
        #expect(markdown.hasPrefix("<!-- reconcile owner=crm title=staging-x -->\n### reconcile: dry run "))
        let caution = try #require(
            markdown.range(
                of: "> [!CAUTION]\n> **This cannot be undone:**\n> * <code>delete profiles and all of its rows</code>"))
        #expect(
            try caution.lowerBound < #require(
                markdown.range(of: "Plan&#58;")?.lowerBound ?? markdown.range(of: "Plan:")?.lowerBound))
        #expect(
            markdown.contains("](https://github.com/o/r/blob/0123456789abcdef/Manifests/stock.yaml#L3)"), "\(markdown)")
        let html = try file(scratch, "p.html")
        #expect(html.hasPrefix("<!DOCTYPE html>") && html.contains("<li>delete profiles and all of its rows</li>"))
        #expect(html.contains("Stock &lt;b&gt;&amp;") && !html.contains("<b>&"))
        #expect(!html.contains("src=") && !html.contains("<script") && !html.contains("<link"), "it needs nothing else")
    }
}

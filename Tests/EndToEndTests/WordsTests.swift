import Foundation
import JSON
import TestSupport
import Testing

/// Words that people type by habit, and what is said to those that are none.
@Suite struct WordsTests {
    private func start() async throws -> Scratch {
        let scratch = try Scratch()
        try FileManager.default.removeItem(at: scratch.manifests)
        let run = try await Program.run(["init"], directory: scratch.root)
        #expect(run.status == 0, "\(run.all)")
        return scratch
    }

    @Test func whatInitWritesIsValidAndBecomesAnAccount() async throws {
        let scratch = try await start()
        let valid = try await scratch.reconcile(["validate"])
        #expect(valid.status == 0 && valid.out == "Valid: 2 files, 1 connection, 2 rows.\n", "\(valid.all)")
        let again = try await Program.run(["init"], directory: scratch.root)
        #expect(again.status == 3 && again.err.contains("init writes over nothing"))
        let plan = try await scratch.reconcile(["plan", "--emulator"], environment: [:])
        #expect(plan.status == 0 && plan.out.hasSuffix("Plan: 1 to create, 1 to upload (2 rows).\n"), "\(plan.all)")
        let diff = try await scratch.reconcile(["diff", "--emulator"], environment: [:])
        #expect(diff.status == 2 && diff.out == plan.out)
        let apply = try await scratch.reconcile(["apply", "--emulator"], environment: [:])
        #expect(apply.out.hasSuffix("Applied: 1 created, 1 uploaded.\n"), "\(apply.all)")
        #expect(try await scratch.reconcile(["diff", "Manifests", "--emulator"], environment: [:]).status == 0)
        let schema = try String(contentsOf: scratch.manifests.appending(path: "manifest.schema.json"), encoding: .utf8)
        #expect(schema == (try await Program.run(["manifest-schema"]).out))
    }

    /// The manual has every command and every option, and roff finds nothing wrong with it.
    @Test func theManualPage() async throws {
        let page = try await Program.run(["help", "manual"])
        #expect(page.status == 0 && page.out.contains("\n.SH EXIT STATUS\n"))
        let plain = page.out.replacing("\\-", with: "-")
        for topic in ["validate", "daemon", "export", "manifest-schema"] {
            let help = try await Program.run([topic, "--help"])
            for option in help.out.matches(of: /\n {2}(--[a-z-]+)/) where option.1 != "--help" {
                #expect(plain.contains("\\fB\(option.1)\\fR"))
            }
            #expect(plain.contains("\n.SS \(topic)\n"))
        }
        let roff = try await Program.run(
            ["groff", "-man", "-Kutf8", "-Tutf8", "-ww", "-z"], through: "/usr/bin/env",
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""], input: page.out)
        #expect(roff.status == 127 || roff.status == 0 && roff.err.isEmpty, "\(roff.err)")
    }

    /// Where there are no secrets, as for the pull request of a stranger, a plan tells all but what they would say.
    @Test func aDryRunGoesOnWithoutACredential() async throws {
        let scratch = try Scratch()
        try scratch.write(
            "a.yaml",
            """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: stock}
            spec:
              name: Stock
              primary_key: sku
              external_api_details: {url: https://example.com/stock, http_method: GET, headers: {Authorization: "${credential:token}"}}

            """)
        let plan = try await scratch.reconcile(["plan", "--emulator"], environment: [:])
        #expect(plan.status == 0 && plan.out.contains("headers.Authorization  (unknown)"), "\(plan.all)")
        #expect(plan.err.contains("a.yaml:7:102: warning: there is no credentials directory"), "\(plan.err)")
        for refused in [["apply", "--emulator"], ["plan", "--emulator", "--out", "plan.json"]] {
            let run = try await scratch.reconcile(refused, environment: [:])
            #expect(run.status == 3 && run.err.contains("error: there is no credentials directory"), "\(run.all)")
        }
    }

    @Test(arguments: [("github", ".github/workflows/reconcile.yml"), ("gitlab", ".gitlab-ci.yml")])
    func initWritesAWorkflow(service: String, path: String) async throws {
        let scratch = try Scratch()
        let run = try await Program.run(["init", "config", "--ci", service], directory: scratch.root)
        #expect(run.status == 0, "\(run.all)")
        let text = try String(contentsOf: scratch.root.appending(path: path), encoding: .utf8)
        #expect(text.contains("reconcile validate config") && text.contains("reconcile apply config"))
        let check = try await Program.run(
            ["-c", "import yaml,sys; yaml.safe_load(open(sys.argv[1]))", scratch.root.appending(path: path).path],
            through: "/usr/bin/env", "python3", environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""]
        )
        // Without PyYAML there is nobody to ask.
        #expect(check.status == 0 || check.err.contains("No module named"), "\(check.err)")
    }

    @Test(arguments: [
        (["validte"], "error: \"validte\" is neither a command nor a directory\n    help: did you mean validate?\n"),
        (["plam"], "error: \"plam\" is neither a command nor a directory\n    help: did you mean plan?\n"),
        (["help", "aply"], "error: there is no command \"aply\"\n    help: did you mean apply?\n"),
        (["wherever/x"], "error: cannot read the directory of manifests wherever/x: No such file or directory\n"),
    ])
    func wordsThatAreNone(arguments: [String], message: String) async throws {
        let scratch = try Scratch()
        let run = try await scratch.reconcile(arguments)
        #expect(run.status == 3)
        #expect(run.err.hasPrefix(message), "\(run.err)")
    }

    @Test func helpAndVersion() async throws {
        let version = try await Program.run(["version"])
        #expect(version.out == (try await Program.run(["--version"]).out))
        for word in ["validate", "query", "init", "profile", "apply"] {
            #expect(try await Program.run(["help", word]).out == (try await Program.run([word, "--help"]).out))
        }
        #expect(try await Program.run(["help"]).out == (try await Program.run(["--help"]).out))
    }

    @Test func helpFitsEightyColumns() async throws {
        let words = try await Program.run(["help"]).out.matches(of: /reconcile ([a-z-]+)/).map { String($0.1) }
        #expect(words.count > 12)
        for word in [""] + words {
            let text = try await Program.run((word.isEmpty ? [] : [word]) + ["--help"]).out
            for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(word): \(line)") }
        }
    }

    /// bash itself says what it would offer.
    @Test(arguments: [
        ("reconcile va", ["validate"]), ("reconcile plan --compare", ["--compare-rows"]),
        ("reconcile daemon --log-format j", ["journal", "json"]), ("reconcile validate --data-r", ["--data-root"]),
    ])
    func completions(line: String, offered: [String]) async throws {
        let script = try await Program.run(["completions", "bash"]).out
        let words = line.split(separator: " ").map(String.init)
        let ask =
            "\nCOMP_WORDS=(\(words.joined(separator: " "))); COMP_CWORD=\(words.count - 1); _reconcile; printf '%s\\n' \"${COMPREPLY[@]}\""
        let run = try await Program.run(["-c", script + ask], through: "/usr/bin/env", "bash")
        #expect(run.out.split(separator: "\n").map(String.init) == offered, "\(run.all)")
        for shell in ["zsh", "fish"] {
            #expect(try await Program.run(["completions", shell]).out.contains("--compare-rows") || shell == "fish")
        }
        #expect(try await Program.run(["completions", "csh"]).status == 3)
    }

    /// On a terminal, by script(1), the answer decides; elsewhere nobody is asked.
    @Test func deletesAreAskedForOnATerminal() async throws {
        let scratch = try await start()
        func apply(_ answer: String, _ more: String = "") async throws -> Program.Run {
            let command =
                "printf '\(answer)\\n' | script -qec \"'\(Program.path)' apply --emulator --state-dir '\(scratch.state.path)' \(more)\" /dev/null"
            return try await Program.run(
                ["-c", command], through: "/bin/sh",
                environment: ["PATH": "/usr/bin:/bin", "TMPDIR": scratch.root.path],
                directory: scratch.root)
        }
        let policy = scratch.manifests.appending(path: "policy.yaml")
        let text = try String(contentsOf: policy, encoding: .utf8).replacing("prune: false", with: "prune: true")
        try Data(text.utf8).write(to: policy)
        try scratch.write(
            "other.yaml",
            "apiVersion: reconcile/v1\nkind: DataConnection\nmetadata: {name: other}\nspec: {name: Other, primary_key: id}\n"
        )
        #expect(try await scratch.reconcile(["apply", "--emulator"], environment: [:]).status == 0)
        try FileManager.default.removeItem(at: scratch.manifests.appending(path: "other.yaml"))
        let no = try await apply("no")
        #expect(no.out.contains("Delete 1 connection with all rows (other): this cannot be undone."), "\(no.all)")
        #expect(no.out.contains("not confirmed: nothing was done") && no.status == 6)
        let yes = try await apply("yes")
        #expect(yes.out.contains("1 deleted") && yes.status == 0, "\(yes.all)")
    }
}

import Foundation
import JSON
import Testing

/// Saved plans and deletes, as their user sees them.
@Suite struct SavedPlanTests {
    private func plan(_ scratch: Scratch) -> URL { scratch.root.appending(path: "plan.json") }

    private func plain(_ name: String, _ more: String = "") -> String {
        "apiVersion: reconcile/v1\nkind: DataConnection\nmetadata: {name: \(name)}\n"
            + "spec: {name: \(name.capitalized), primary_key: id\(more)}\n"
    }

    private func policy(_ more: String = "") -> String {
        "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: tests, prune: true\(more)}\n"
    }

    @Test func aReviewedPlanIsCarriedOutOnce() async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let dry = try await scratch.reconcile(["--dry-run", "--out", "plan.json"], against: emulator)
        #expect(dry.status == 0, "\(dry.all)")
        #expect(dry.err.contains("reconcile apply plan.json"), "\(dry.err)")
        #expect(try scratch.stateContents() == nil, "the plan is all that was written")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.root.path).count == 2)
        let mode = try FileManager.default.attributesOfItem(atPath: plan(scratch).path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let document = try JSONValue.parse(Data(contentsOf: plan(scratch)))
        #expect(document["kind"] == "reconcile/saved-plan")
        #expect(document["plan"]?["summary"]?["create"] == 3)

        let applied = try await scratch.reconcile(["apply", "plan.json"], against: emulator)
        #expect(applied.status == 0, "\(applied.all)")
        #expect(applied.out.contains("Applied: 3 created, 2 uploaded, 1 linked."), "\(applied.out)")
        #expect(
            try await emulator.rowCounts() == ["Customer profiles": 4000, "Product catalog": 240, "Product stock": 0])

        let start = try await emulator.requests().count
        let again = try await scratch.reconcile(["apply", "plan.json", "--output", "json"], against: emulator)
        #expect(again.status == 7, "\(again.all)")
        #expect(again.err.contains("carried out already"), "\(again.err)")
        let report = try JSONValue.parse(Data(again.out.utf8))
        #expect(report["exit_code"] == 7 && report["failure"]?["exit_code"] == 7)
        #expect(try await emulator.writes(from: start) == [])

        let idle = try await scratch.reconcile(["--dry-run", "--detailed-exitcode"], against: emulator)
        #expect(idle.status == 0, "\(idle.all)")
    }

    @Test func theEmbeddedEmulatorTakesSavedPlansToo() async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        let dry = try await scratch.reconcile(["--emulator", "--dry-run", "--out=plan.json"], environment: [:])
        #expect(dry.status == 0, "\(dry.all)")
        let applied = try await scratch.reconcile(["apply", "plan.json", "Manifests", "--emulator"], environment: [:])
        #expect(applied.status == 0, "\(applied.all)")
        let again = try await scratch.reconcile(["apply", "plan.json", "--emulator"], environment: [:])
        #expect(again.status == 7, "\(again.all)")
    }

    @Test func whatMovedIsNamed() async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        #expect(try await scratch.reconcile(["--dry-run", "--out", "plan.json"], against: emulator).status == 0)
        try scratch.write("new.yaml", plain("new"))
        let run = try await scratch.reconcile(["apply", "plan.json"], against: emulator)
        #expect(run.status == 7, "\(run.all)")
        #expect(run.err.contains("the manifests changed (new)"), "\(run.err)")
        #expect(run.err.contains("reconcile --dry-run --out"), "\(run.err)")
        try scratch.write("new.yaml", "apiVersion: reconcile/v1\nkind: Nothing\n")
        let invalid = try await scratch.reconcile(["apply", "plan.json"], against: emulator)
        #expect(invalid.status == 3, "\(invalid.all)")
        #expect(try await emulator.writes() == [])
    }

    @Test func ageDamageAndWrongArguments() async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        #expect(try await scratch.reconcile(["--dry-run", "--out", "plan.json"], against: emulator).status == 0)
        let old = try await scratch.reconcile(["apply", "plan.json", "--max-plan-age", "0s"], against: emulator)
        #expect(old.status == 7, "\(old.all)")
        let text = try Data(contentsOf: plan(scratch))
        try text.prefix(text.count / 2).write(to: plan(scratch))
        #expect(try await scratch.reconcile(["apply", "plan.json"], against: emulator).status == 3)
        #expect(try await scratch.reconcile(["apply", "absent.json"], against: emulator).status == 3)
        #expect(try await scratch.reconcile(["apply", "plan.json", "--full"], against: emulator).status == 3)
        #expect(try await scratch.reconcile(["--out", "plan.json"], against: emulator).status == 3)
        let nowhere = try await scratch.reconcile(["--dry-run", "--out", "no/where/plan.json"], against: emulator)
        #expect(nowhere.status == 1, "\(nowhere.all)")
        #expect(nowhere.err.contains("--out"), "\(nowhere.err)")
        #expect(try await emulator.writes() == [])
    }

    @Test func noPlanIsSavedOfInvalidManifests() async throws {
        let scratch = try Scratch()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        try scratch.write("bad.yaml", "apiVersion: reconcile/v1\nkind: Nothing\n")
        #expect(try await scratch.reconcile(["--dry-run", "--out", "plan.json"], against: emulator).status == 3)
        #expect(!FileManager.default.fileExists(atPath: plan(scratch).path))
    }

    @Test func noSecretStandsInASavedPlan() async throws {
        let scratch = try Scratch()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        try scratch.write("stock.yaml", SecretTests.manifest)
        let environment = Scratch.keys.merging([
            "RECONCILE_STOCK_KEY": "variable-s3cret", "CREDENTIALS_DIRECTORY": scratch.root.path,
        ]) { $1 }
        try Data("hush-t0ken".utf8).write(to: scratch.root.appending(path: "stock-token"))
        let dry = try await scratch.reconcile(
            ["--dry-run", "--out", "plan.json"], against: emulator, environment: environment)
        #expect(dry.status == 0, "\(dry.all)")
        let text = try String(contentsOf: plan(scratch), encoding: .utf8)
        for secret in ["hush-t0ken", "variable-s3cret"] + Scratch.keys.values { #expect(!text.contains(secret)) }
        let applied = try await scratch.reconcile(["apply", "plan.json"], against: emulator, environment: environment)
        #expect(applied.status == 0, "\(applied.all)")
    }

    @Test func aRefusedDeleteNamesWhatAllowsItAndTheCopyIsNamed() async throws {
        let scratch = try Scratch()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        try scratch.write("policy.yaml", policy())
        for name in ["one", "two"] { try scratch.write("\(name).yaml", plain(name)) }
        #expect(try await scratch.reconcile([], against: emulator).status == 0)
        for name in ["one", "two"] {
            try FileManager.default.removeItem(at: scratch.manifests.appending(path: "\(name).yaml"))
        }
        let refused = try await scratch.reconcile([], against: emulator)
        #expect(refused.status == 6, "\(refused.all)")
        #expect(refused.out.contains("--allow-delete one"), "\(refused.out)")
        let dry = try await scratch.reconcile(
            ["--dry-run", "--allow-delete", "one", "--out", "plan.json"], against: emulator)
        #expect(dry.status == 6, "two is refused: \(dry.all)")
        #expect(dry.out.contains("- one \"One\""), "\(dry.out)")
        let applied = try await scratch.reconcile(["apply", "plan.json"], against: emulator)
        #expect(applied.status == 6, "\(applied.all)")
        #expect(Set(try await emulator.rowCounts().keys) == ["Two"])
        let line = try #require(applied.err.split(separator: "\n").first { $0.contains("kept a copy") })
        let path = try #require(line.split(separator: " ").last.map(String.init))
        #expect(path.hasPrefix(scratch.state.path + "/deleted/one-"))
        #expect(FileManager.default.fileExists(atPath: path))
    }
}

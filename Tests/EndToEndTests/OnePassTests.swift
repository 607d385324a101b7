import Foundation
import JSON
import Testing

/// The main job, as its user sees it.
@Suite struct OnePassTests {
    private static let plain = """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: plain}
        spec:
          name: Plain
          primary_key: id
          data: {files: [rows.csv]}

        """

    @Test func theSamplesConvergeAndStayIdle() async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let first = try await scratch.reconcile([], against: emulator)
        #expect(first.status == 0, "\(first.all)")
        #expect(
            try await emulator.rowCounts() == ["Customer profiles": 4000, "Product catalog": 240, "Product stock": 0])

        let afterFirst = try await emulator.requests().count
        let second = try await scratch.reconcile([], against: emulator)
        #expect(second.status == 0, "\(second.all)")
        #expect(second.out == "Plan: no changes, 3 unchanged.\nApplied: nothing changed.\n")
        #expect(try await emulator.writes(from: afterFirst) == [])

        scratch.forgetState()
        let third = try await scratch.reconcile([], against: emulator)
        #expect(third.status == 0, "\(third.all)")
        #expect(try await emulator.writes(from: afterFirst) == [])

        let fourth = try await scratch.reconcile(["--dry-run", "--detailed-exitcode"], against: emulator)
        #expect(fourth.status == 0, "\(fourth.all)")
    }

    @Test func theEmbeddedEmulatorKeepsItsAccountInTheStateDirectory() async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        let first = try await scratch.reconcile(["--emulator"], environment: [:])
        #expect(first.status == 0, "\(first.all)")
        let before = try scratch.stateContents()
        let dry = try await scratch.reconcile(["--emulator", "--dry-run", "--detailed-exitcode"], environment: [:])
        #expect(dry.status == 0, "\(dry.all)")
        let row = try await scratch.reconcile(
            ["query", "customer-profiles", "u00001", "--emulator"], environment: [:])
        #expect(row.status == 0, "\(row.all)")
        #expect(
            row.out == #"{"user_id":"u00001","first_name":"Liam","last_name":"García","city":"Lisbon","#
                + #""lifetime_value":63.06,"vip":false,"favourite_category":"sports"}"# + "\n")
        #expect(try scratch.stateContents() == before, "reading changes nothing")
    }

    @Test func aDryRunSendsGETAloneAndLeavesNoTrace() async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let dry = try await scratch.reconcile(["--dry-run"], against: emulator)
        #expect(dry.status == 0, "\(dry.all)")
        #expect(dry.out.contains("Plan: 3 to create, 2 to upload (4,240 rows), 1 reference to add."))
        #expect(try scratch.stateContents() == nil, "the state directory was absent")
        let detailed = try await scratch.reconcile(["--dry-run", "--detailed-exitcode"], against: emulator)
        #expect(detailed.status == 2)

        _ = try await scratch.reconcile([], against: emulator)
        let (state, count) = (try scratch.stateContents(), try await emulator.requests().count)
        try scratch.write(
            "products.yaml",
            "apiVersion: reconcile/v1\nkind: DataConnection\nmetadata: {name: x}\nspec: {name: X, primary_key: id}\n")
        let changed = try await scratch.reconcile(["--dry-run", "--detailed-exitcode"], against: emulator)
        #expect(changed.status == 2, "\(changed.all)")
        #expect(try scratch.stateContents() == state)
        #expect(try await emulator.writes(from: count) == [])
        #expect(try await emulator.requests(from: count).allSatisfy { $0.hasPrefix("GET ") })
    }

    @Test func aChangedPrimaryKeyIsRefusedWhileTheOthersGoOn() async throws {
        for keepsState in [true, false] {
            let scratch = try Scratch()
            try scratch.copySamples()
            let emulator = try await EmulatorProcess(directory: scratch.root)
            #expect(try await scratch.reconcile([], against: emulator).status == 0)
            let file = scratch.manifests.appending(path: "customers.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            try Data(text.replacing("primary_key: user_id", with: "primary_key: email").utf8).write(to: file)
            let products = scratch.manifests.appending(path: "products.yaml")
            try Data(
                String(contentsOf: products, encoding: .utf8).replacing("name: Product catalog", with: "name: Catalog")
                    .utf8
            ).write(to: products)
            if !keepsState { scratch.forgetState() }
            let run = try await scratch.reconcile([], against: emulator)
            #expect(run.status == 6, "\(run.all)")
            #expect(run.out.contains("Manifests/customers.yaml:9"), "\(run.out)")
            #expect(run.out.contains("\"user_id\"") && run.out.contains("\"email\""))
            #expect(run.out.contains("under a new metadata.name"))
            #expect(Set(try await emulator.rowCounts().keys) == ["Customer profiles", "Catalog", "Product stock"])
            #expect(try await emulator.rowCounts()["Customer profiles"] == 4000)
        }
    }

    @Test func wrongKeysEndWith4() async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        let emulator = try await EmulatorProcess(["--accept-keys", "right,right"], directory: scratch.root)
        let run = try await scratch.reconcile([], against: emulator)
        #expect(run.status == 4, "\(run.all)")
        #expect(!run.all.contains("key-of-the-tests"), "a key is shown: \(run.all)")
        #expect(try await emulator.connections().isEmpty)
        let none = try await scratch.reconcile([], against: emulator, environment: [:])
        #expect(none.status == 4)
        #expect(none.err.contains("OPTIX_API_KEY"))
    }

    @Test func noAPIEndsWith5() async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        emulator.kill()
        let run = try await scratch.reconcile(["--retry-budget", "0"], against: emulator)
        #expect(run.status == 5, "\(run.all)")
        #expect(run.err.contains("error: cannot list the connections"), "\(run.err)")
    }

    @Test func invalidManifestsEndWith3AndNothingIsWritten() async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        try scratch.write(
            "bad.yaml",
            "apiVersion: reconcile/v1\nkind: DataConnection\nmetadata: {name: bad}\nspec:\n  name: Bad\n  primry_key: id\n"
        )
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let run = try await scratch.reconcile([], against: emulator)
        #expect(run.status == 3)
        #expect(run.err.contains("Manifests/bad.yaml:6:3: error: "), "\(run.err)")
        #expect(run.err.contains("primary_key"), "\(run.err)")
        #expect(run.err.contains("\n      primry_key: id\n      ^~~~~~~~~~\n"), "\(run.err)")
        #expect(try await emulator.writes() == [])
        let validated = try await scratch.reconcile(["validate"], environment: [:])
        #expect(validated.status == 3)
        #expect(validated.err.contains("Manifests/bad.yaml:6:3: error: "))
    }

    @Test func aBadDataFileStopsItsOwnConnectionOnly() async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        try scratch.write("plain.yaml", Self.plain)
        try scratch.write("rows.csv", "id,name\n1,one\n2,two,three\n")
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let run = try await scratch.reconcile([], against: emulator)
        #expect(run.status == 3, "\(run.all)")
        #expect(run.err.contains("Manifests/rows.csv:3"), "\(run.err)")
        #expect(Set(try await emulator.rowCounts().keys) == ["Customer profiles", "Product catalog", "Product stock"])
    }

    @Test(arguments: ["cut_after@POST:1", "error_after=500@POST:1", "truncated@POST:1"])
    func aCreateWhoseAnswerIsLostLeavesOneConnection(_ fault: String) async throws {
        let scratch = try Scratch()
        try scratch.write("plain.yaml", Self.plain)
        try scratch.write("rows.csv", "id,name\n1,one\n2,two\n")
        let emulator = try await EmulatorProcess(["--fault", fault], directory: scratch.root)
        let run = try await scratch.reconcile([], against: emulator)
        #expect(run.status == 0, "\(run.all)")
        #expect(try await emulator.rowCounts() == ["Plain": 2])
        #expect(try await emulator.writes().filter { $0.hasSuffix("/connections") }.count == 1)
    }

    @Test func aSecondProcessIsToldThatAnotherOneWrites() async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        let emulator = try await EmulatorProcess(["--fault", "held@*"], directory: scratch.root)
        async let first = scratch.reconcile([], against: emulator)
        while try await emulator.requests().isEmpty { await Task.yield() }
        let second = try await scratch.reconcile([], against: emulator)
        #expect(second.status == 1)
        #expect(second.err.contains("is using it"), "\(second.err)")
        try await emulator.admin("POST", "release")
        #expect(try await first.status == 0)
        #expect(try await emulator.rowCounts().count == 3)
    }

    @Test func stateIsOfOneBrand() async throws {
        let scratch = try Scratch()
        try scratch.write("plain.yaml", Self.plain)
        try scratch.write("rows.csv", "id,name\n1,one\n")
        let emulator = try await EmulatorProcess(directory: scratch.root)
        #expect(try await scratch.reconcile([], against: emulator).status == 0)
        let other = Scratch.keys.merging(["OPTIX_BRAND_KEY": "another-brand"]) { $1 }
        for arguments in [[], ["--dry-run"]] {
            let refused = try await scratch.reconcile(arguments, against: emulator, environment: other)
            #expect(refused.status == 3, "\(refused.all)")
            #expect(refused.err.contains("the state of another brand"), "\(refused.err)")
            #expect(!refused.all.contains("another-brand"))
        }
        let renewed = try await scratch.reconcile(["--allow-new-brand-key"], against: emulator, environment: other)
        #expect(renewed.status == 0, "\(renewed.all)")
        #expect(try await scratch.reconcile([], against: emulator).status == 3, "it belongs to the new key by now")
    }

    @Test func rowsThatTheServiceRejectsAreNamed() async throws {
        let scratch = try Scratch()
        try scratch.write("plain.yaml", Self.plain)
        try scratch.write("rows.csv", "id,name\n1,one\n2,\"two\nlines\"\n3,bad\n4,four\n")
        let emulator = try await EmulatorProcess(["--reject-value", "bad"], directory: scratch.root)
        let run = try await scratch.reconcile([], against: emulator)
        #expect(run.status == 1, "\(run.all)")
        #expect(run.err.contains("Manifests/rows.csv:5: error: the service rejected the row \"3\""), "\(run.err)")
        #expect(try await emulator.rowCounts() == ["Plain": 0])

        try scratch.write("plain.yaml", Self.plain.replacing("[rows.csv]", with: "[rows.csv], on_row_error: skip"))
        let skipping = try await scratch.reconcile([], against: emulator)
        #expect(skipping.status == 0, "\(skipping.all)")
        #expect(skipping.out.contains("1 rejected row left out"), "\(skipping.out)")
        #expect(try await emulator.rowCounts() == ["Plain": 3])
        let next = try await scratch.reconcile([], against: emulator)
        #expect(next.status == 0, "\(next.all)")
        #expect(next.out.contains("1 rejected row"), "\(next.out)")
    }
}

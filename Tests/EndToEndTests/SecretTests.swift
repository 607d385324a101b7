import Foundation
import JSON
import TestSupport
import Testing

/// Secrets never reach stdout, stderr, state or files, whatever happens.
@Suite struct SecretTests {
    private static let secret = "s3cr3t-t0ken-of-the-stock-api"
    private static let variable = "another-h1dden-value"

    static let manifest = """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: stock}
        spec:
          name: Stock
          primary_key: sku
          external_api_details:
            url: https://api.example.com/stock?sku={sku}&key=${env:RECONCILE_STOCK_KEY}
            http_method: GET
            headers: {Authorization: "Bearer ${credential:stock-token}"}
            timeout: 1
            retries: 0
            sample_placeholder_values: {sku: A-1}

        """

    private func scratch() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write("stock.yaml", Self.manifest)
        let credentials = scratch.root.appending(path: "credentials")
        try FileManager.default.createDirectory(at: credentials, withIntermediateDirectories: true)
        try Data((Self.secret + "\n").utf8).write(to: credentials.appending(path: "stock-token"))
        return scratch
    }

    private func environment(_ scratch: Scratch) -> [String: String] {
        Scratch.keys.merging([
            "CREDENTIALS_DIRECTORY": scratch.root.appending(path: "credentials").path,
            "RECONCILE_STOCK_KEY": Self.variable,
        ]) { _, own in own }
    }

    private func expectNoSecret(in run: Program.Run, _ scratch: Scratch) throws {
        let all = [Self.secret, Self.variable] + Scratch.keys.values
        for text in all { #expect(!run.all.contains(text), "a secret is shown: \(run.all)") }
        for (name, contents) in try scratch.stateContents() ?? [:] {
            for text in all { #expect(contents.range(of: Data(text.utf8)) == nil, "a secret stands in \(name)") }
        }
    }

    @Test(arguments: [
        [], ["--dry-run"], ["--output", "json"], ["--dry-run", "--output", "json"],
    ])
    func nothingIsShownWhereAllGoesWell(_ arguments: [String]) async throws {
        let scratch = try scratch()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let run = try await scratch.reconcile(arguments, against: emulator, environment: environment(scratch))
        #expect(run.status == 0, "\(run.all)")
        try expectNoSecret(in: run, scratch)
        if !arguments.contains("--dry-run") {
            let details = try await emulator.connections().first?["external_api_details"]
            #expect(details?["headers"]?["Authorization"]?.stringValue == "Bearer \(Self.secret)", "it was sent")
        }
    }

    @Test(arguments: ["error_before=500@*", "cut_before@POST:1-", "truncated@2", "error_after=503@POST:1"])
    func nothingIsShownWhereThingsFail(_ fault: String) async throws {
        let scratch = try scratch()
        let emulator = try await EmulatorProcess(["--fault", fault], directory: scratch.root)
        let run = try await scratch.reconcile(
            ["--retry-budget", "0"], against: emulator, environment: environment(scratch))
        try expectNoSecret(in: run, scratch)
    }

    @Test func theServicesEchoIsScrubbed() async throws {
        let scratch = try scratch()
        // A placeholder without a sample value cannot get past validation, so the refusal comes from the url's form.
        try scratch.write(
            "stock.yaml", Self.manifest.replacing("https://api.example.com", with: "https://api.example.com:1/x"))
        let emulator = try await EmulatorProcess(["--max-body-bytes", "10"], directory: scratch.root)
        let run = try await scratch.reconcile([], against: emulator, environment: environment(scratch))
        #expect(run.status != 0)
        try expectNoSecret(in: run, scratch)
    }

    @Test func aRotatedSecretIsAnUpdateThatShowsNothing() async throws {
        let scratch = try scratch()
        let emulator = try await EmulatorProcess(["--dialect", "masked-headers"], directory: scratch.root)
        let first = try await scratch.reconcile([], against: emulator, environment: environment(scratch))
        #expect(first.status == 0, "\(first.all)")
        let idle = try await scratch.reconcile(
            ["--dry-run", "--detailed-exitcode"], against: emulator, environment: environment(scratch))
        #expect(idle.status == 0, "\(idle.all)")
        try Data("rotated-t0ken".utf8).write(to: scratch.root.appending(path: "credentials/stock-token"))
        let rotated = try await scratch.reconcile([], against: emulator, environment: environment(scratch))
        #expect(rotated.out.contains("(sensitive) → (sensitive)  (manifest changed)"), "\(rotated.out)")
        #expect(!rotated.all.contains("rotated-t0ken"))
        #expect(
            try await emulator.connections().first?["external_api_details"]?["headers"]?["Authorization"]
                == "Bearer rotated-t0ken")
    }

    @Test func aSecretThatIsNotThereIsAnErrorWithItsPlace() async throws {
        let scratch = try scratch()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let run = try await scratch.reconcile([], against: emulator)
        #expect(run.status == 3, "\(run.all)")
        #expect(run.err.contains("Manifests/stock.yaml:8:"), "\(run.err)")
        #expect(run.err.contains("RECONCILE_STOCK_KEY"), "\(run.err)")
        let validated = try await scratch.reconcile(["validate"], environment: [:])
        #expect(validated.status == 0, "\(validated.all)")
    }
}

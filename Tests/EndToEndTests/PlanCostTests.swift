import Foundation
import Testing

/// What a dry run costs the service.
@Suite struct PlanCostTests {
    @Test func aDryRunWithoutReferencesAndChangesIsOneRequest() async throws {
        let scratch = try Scratch()
        for number in 0..<30 {
            let details =
                number % 3 == 0
                ? "  external_api_details: {url: \"https://example.com\", http_method: GET, headers: {X-A: \"1\"}}\n"
                : ""
            try scratch.write(
                "m\(number).yaml",
                "apiVersion: reconcile/v1\nkind: DataConnection\nmetadata: {name: m\(number)}\n"
                    + "spec:\n  name: M\(number)\n  primary_key: id\n  description: \"Number \(number) \"\n\(details)")
        }
        let emulator = try await EmulatorProcess(["--dialect", "defaults-filled"], directory: scratch.root)
        #expect(try await scratch.reconcile([], against: emulator).status == 0)
        for hasState in [true, false] {
            if !hasState { scratch.forgetState() }
            let before = try await emulator.requests().count
            let dry = try await scratch.reconcile(["--dry-run", "--detailed-exitcode"], against: emulator)
            #expect(dry.status == 0, "\(dry.all)")
            #expect(try await emulator.requests(from: before) == ["GET /api/data-connections/v1/connections"])
        }
    }
}

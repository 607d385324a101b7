import TestSupport
import Testing

@testable import Reconciler

/// A check that does not hold is looked at again though nothing changes: what the daemon's tries go by.
@Suite struct OpenCheckTests {
    private func manifest(_ name: String) -> String {
        """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: profiles}
        spec:
          name: Profiles
          primary_key: id
          data: {files: [rows.csv]}
          checks:
            - query: {primary_key: u1}
              expect: {name: \(name)}
              within: 0
        """
    }

    @Test func itStaysAFailureUntilItHolds() async throws {
        let world = try World()
        let open = OpenChecks()
        try world.write("rows.csv", World.rows(0..<3))
        try world.write("profiles.yaml", manifest("Nobody"))
        for number in 0..<3 {
            let outcome = try await world.pass { $0.openChecks = open }
            let failure = outcome.results["profiles"]?.failure
            #expect(failure?.kind == .failed, "pass \(number)")
            #expect(failure?.message.contains("wanted name: \"Nobody\", and it is \"Name 1\"") == true)
        }
        try world.write("profiles.yaml", manifest("Name 1"))
        #expect(try await world.pass { $0.openChecks = open }.exitStatus(detailed: false) == .done)
        let before = try await world.requestCount
        #expect(try await world.pass { $0.openChecks = open }.exitStatus(detailed: false) == .done)
        #expect(try await world.requestCount == before + 1)
    }

    @Test func aDryRunChecksNothing() async throws {
        let world = try World()
        try world.write("rows.csv", World.rows(0..<3))
        try world.write("profiles.yaml", manifest("Nobody"))
        #expect(try await world.pass(dryRun: true).exitStatus(detailed: false) == .done)
    }
}

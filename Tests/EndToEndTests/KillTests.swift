import Foundation
import JSON
import TestSupport
import Testing

/// Killed at any moment, the next pass converges and nothing is there twice.
@Suite struct KillTests {
    private func write(_ scratch: Scratch, rows: Int) throws {
        try scratch.write(
            "all.yaml",
            """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: profiles}
            spec:
              name: Profiles
              primary_key: id
              data: {files: [rows.csv]}
              references:
                - {reference_type: mail, reference_id: "1742"}
            ---
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: stock}
            spec:
              name: Stock
              primary_key: sku
              external_api_details:
                url: https://api.example.com/stock?sku={sku}
                http_method: GET
                sample_placeholder_values: {sku: A-1}
                timeout: 1
                retries: 0

            """)
        try scratch.write("rows.csv", "id,name\n" + (0..<rows).map { "u\($0),Name \($0)\n" }.joined())
    }

    /// The request at which the process is killed never gets its answer: the emulator holds it back until then.
    @Test(arguments: 1...16, [false, true])
    func aKillAtEachRequest(number: Int, afterTheEffectOfTheOneBefore: Bool) async throws {
        let scratch = try Scratch()
        try write(scratch, rows: 12_000)
        var faults = "held@\(number)"
        // The one before had its effect, but its answer never came: the process knows nothing of it.
        if afterTheEffectOfTheOneBefore, number > 1 { faults += ",cut_after@\(number - 1)" }
        let emulator = try await EmulatorProcess(["--fault", faults], directory: scratch.root)
        let process = try Program.start(
            ["--state-dir", scratch.state.path, "--api-url", emulator.url], environment: Scratch.keys,
            directory: scratch.root, out: Pipe(), err: Pipe())
        while process.isRunning, try await emulator.requests().count < number { await Task.yield() }
        Glibc.kill(process.processIdentifier, SIGKILL)
        try await Program.onThread { [process] in process.waitUntilExit() }
        try await emulator.admin("POST", "faults", "{}")
        try await expectConverged(scratch, emulator, rows: 12_000)
    }

    func expectConverged(_ scratch: Scratch, _ emulator: EmulatorProcess, rows: Int) async throws {
        let second = try await scratch.reconcile([], against: emulator)
        #expect(second.status == 0, "\(second.all)")
        #expect(try await emulator.rowCounts() == ["Profiles": rows, "Stock": 0])
        let profiles = try #require(try await emulator.connections().first { $0["name"] == "Profiles" })
        #expect(profiles["references"]?.arrayValue?.count == 1)
        let before = try await emulator.requests().count
        let third = try await scratch.reconcile([], against: emulator)
        #expect(third.status == 0, "\(third.all)")
        #expect(try await emulator.writes(from: before) == [])
    }
}

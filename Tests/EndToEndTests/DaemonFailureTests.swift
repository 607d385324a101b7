import Foundation
import JSON
import Testing

/// What goes wrong stays small, and ends by itself.
@Suite(.timeLimit(.minutes(2))) struct DaemonFailureTests {
    private static func withRows(_ name: String) -> String {
        """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: \(name)}
        spec: {name: \(name), primary_key: id, data: {files: [\(name).csv]}}

        """
    }

    private func state(_ daemon: DaemonProcess, _ scratch: Scratch, _ key: String) async throws -> String? {
        let status = try await daemon.status(scratch)
        return status["connections"]?.arrayValue?.first { $0["key"]?.stringValue == key }?["state"]?.stringValue
    }

    private func count(_ event: String, in log: String) -> Int {
        log.components(separatedBy: "\"event\":\"\(event)\"").count - 1
    }

    @Test func anAPIThatIsDownIsProbedAndTheRestWaits() async throws {
        let scratch = try Scratch()
        for number in 0..<20 { try scratch.write("\(number).yaml", DaemonTests.manifest("c\(number)")) }
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(
            ["--retry-budget", "0", "--log-format", "json"], scratch: scratch, emulator: emulator)
        try await daemon.untilReady()
        try await emulator.admin("POST", "faults", #"{"faults": "cut_before@*"}"#)
        let before = try await emulator.requests().count
        for number in 0..<20 {
            try scratch.write("\(number).yaml", DaemonTests.manifest("c\(number)", title: "New \(number)"))
        }
        try await daemon.until("three probes") { try await emulator.requests().count >= before + 3 }
        let status = try await daemon.status(scratch)
        #expect(status["api_problem"]?.stringValue?.isEmpty == false)
        #expect(status["converged"]?.boolValue == false)
        #expect(try await daemon.metric("reconcile_api_held") == 1)
        let probes = try await emulator.requests(from: before)
        #expect(probes.allSatisfy { $0.hasPrefix("GET ") && $0.hasSuffix("/connections") }, "\(probes)")

        try await emulator.admin("POST", "faults", "{}")
        try await daemon.until("all of them") { try await emulator.names().allSatisfy { $0.hasPrefix("New ") } }
        try await daemon.until("readiness") { try await daemon.status(scratch)["converged"]?.boolValue == true }
        #expect(count("pass_failed", in: daemon.log) == 1, "told once: \(daemon.log)")
    }

    @Test func whoChangesAConnectionBackAndForthIsRecognised() async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", DaemonTests.manifest("a"))
        try scratch.write("b.yaml", DaemonTests.manifest("b"))
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(
            ["--interval", "1s", "--log-format", "json"], scratch: scratch, emulator: emulator)
        try await daemon.untilReady()
        func fight(over name: String) async throws {
            let all = try await emulator.connections()
            try await emulator.rename(try #require(all.first { $0["name"]?.stringValue == name }), to: "Mine")
        }
        for number in 1...3 {
            try await fight(over: "a")
            try await daemon.until("correction \(number)") { try await emulator.names() == ["a", "b"] }
        }
        try await daemon.until("the state") { try await state(daemon, scratch, "a") == "contested" }
        try await fight(over: "a")
        let passes = try await daemon.metric("reconcile_passes_total{result=\"incomplete\"}")
        try await daemon.until("two more passes") {
            try await daemon.metric("reconcile_passes_total{result=\"incomplete\"}") >= passes + 2
        }
        #expect(try await emulator.names() == ["Mine", "b"], "it waits for five minutes now")
        #expect(try await state(daemon, scratch, "b") == "converged")
        #expect(count("connection_contested", in: daemon.log) == 1, "\(daemon.log)")
        #expect(try await daemon.metric("reconcile_drift_corrected_total") == 3)
    }

    @Test func aSuspendedConnectionIsLeftAloneAndShown() async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", DaemonTests.manifest("a"))
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(["--interval", "1s"], scratch: scratch, emulator: emulator)
        try await daemon.untilReady()
        try scratch.write(
            "a.yaml",
            DaemonTests.manifest("a").replacing("primary_key: id", with: "primary_key: id, lifecycle: {suspend: true}"))
        try await daemon.until("the state") { try await state(daemon, scratch, "a") == "suspended" }
        try await emulator.rename(try #require(try await emulator.connections().first), to: "Mine")
        let passes = try await daemon.metric("reconcile_pass_seconds_count")
        try await daemon.until("two more passes") {
            try await daemon.metric("reconcile_pass_seconds_count") >= passes + 2
        }
        #expect(try await emulator.names() == ["Mine"])
        #expect(try await daemon.status(scratch)["converged"]?.boolValue == true)
        try scratch.write("a.yaml", DaemonTests.manifest("a"))
        try await daemon.until("the correction") { try await emulator.names() == ["a"] }
    }

    @Test func oneThatFailsDelaysNoOtherAndRecoversWhenItsFileDoes() async throws {
        let scratch = try Scratch()
        for name in ["bad", "good", "refused"] { try scratch.write("\(name).yaml", Self.withRows(name)) }
        try scratch.write("bad.csv", "other\n1\n")
        try scratch.write("good.csv", "id\n1\n")
        try scratch.write("refused.csv", "id,v\n1,nonsense\n2,fine\n")
        let emulator = try await EmulatorProcess(["--reject-value", "nonsense"], directory: scratch.root)
        let daemon = try DaemonProcess(["--interval", "1s"], scratch: scratch, emulator: emulator)
        try await daemon.untilReady()
        #expect(try await state(daemon, scratch, "good") == "converged")
        #expect(try await state(daemon, scratch, "bad") == "invalid")
        #expect(try await state(daemon, scratch, "refused") == "blocked")
        #expect(try await emulator.rowCounts()["good"] == 1)

        let writes = try await emulator.writes().count
        let passes = try await daemon.metric("reconcile_pass_seconds_count")
        try await daemon.until("two more passes") {
            try await daemon.metric("reconcile_pass_seconds_count") >= passes + 2
        }
        #expect(try await emulator.writes().count == writes, "a rejected row waits for its file to change")
        try scratch.write("bad.csv", "id\n1\n2\n")
        try scratch.write("refused.csv", "id,v\n1,fine\n2,fine\n")
        try await daemon.until("all rows") {
            try await emulator.rowCounts() == ["bad": 2, "good": 1, "refused": 2]
        }
        try await daemon.until("readiness") { try await daemon.status(scratch)["converged"]?.boolValue == true }
    }

    @Test func aSecondSigtermEndsAtOnceAndLosesNothing() async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", Self.withRows("a"))
        try scratch.write("a.csv", "id\n" + (0..<60_000).map { "\($0)\n" }.joined())
        let emulator = try await EmulatorProcess(directory: scratch.root)
        // The uploads hang; what comes before them does not.
        try await emulator.admin("POST", "faults", #"{"faults": "held@POST:2-"}"#)
        let daemon = try DaemonProcess(scratch: scratch, emulator: emulator)
        try await daemon.until("an upload") {
            try await emulator.writes().contains { $0.hasSuffix("/upload_data") }
        }
        daemon.signal(SIGTERM)
        try await daemon.until("the farewell") { daemon.log.contains("told to stop") }
        let clock = ContinuousClock()
        let began = clock.now
        daemon.signal(SIGTERM)
        #expect(try await daemon.end() == 1)
        #expect(clock.now - began < .seconds(5))

        try await emulator.admin("POST", "release")
        let again = try await scratch.reconcile([], against: emulator)
        #expect(again.status == 0, "\(again.all)")
        #expect(try await emulator.rowCounts() == ["a": 60_000])
    }
}

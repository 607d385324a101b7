import Foundation
import HTTPServer
import JSON
import Synchronization
import TestSupport
import Testing

/// What an operator sees of a daemon, and what it takes from clients.
@Suite(.timeLimit(.minutes(2))) struct DaemonStatusTests {
    /// Clients that say nothing, half a request, or nonsense, and stay.
    private final class Crowd: Sendable {
        private let clients: [Int32]

        init(of count: Int, at path: String) throws {
            // Both ends of a thousand connections are more than many systems allow by default.
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, rlim_t(count + 2048)))
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let words = ["", "GET /sta", "\u{7F}\u{0}garbage\r\n\r\n"]
            clients = try (0..<count).map { number in
                let client = try DaemonProcess.connect(to: path)
                let word = words[number % words.count]
                if !word.isEmpty { _ = Glibc.send(client, word, word.utf8.count, Int32(MSG_NOSIGNAL)) }
                return client
            }
        }

        deinit { for client in clients { close(client) } }
    }

    @Test func aThousandClientsThatStayLeaveTheLoopUntouched() async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", DaemonTests.manifest("a"))
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(scratch: scratch, emulator: emulator)
        try await daemon.untilReady()
        let path = String(daemon.statusAddress.dropFirst("unix:".count))
        let crowd = try await Program.onThread { try Crowd(of: 1000, at: path) }
        try scratch.write("b.yaml", DaemonTests.manifest("b"))
        try await daemon.until("b") { try await emulator.names() == ["a", "b"] }
        let clock = ContinuousClock()
        let began = clock.now
        #expect(try await daemon.page("/healthz") == "ok\n")
        #expect(clock.now - began < .seconds(2))
        try await daemon.until("readiness") { try await daemon.status(scratch)["converged"]?.boolValue == true }
        withExtendedLifetime(crowd) {}
        daemon.signal(SIGTERM)
        #expect(try await daemon.end() == 0)
    }

    /// Without an address `status` asks every unit of the machine.
    @Test func statusFindsTheUnitsOfTheMachine() async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", DaemonTests.manifest("a"))
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(scratch: scratch, emulator: emulator)
        try await daemon.untilReady()
        let run = scratch.root.appending(path: "run")
        let files = FileManager.default
        func status(_ arguments: String...) async throws -> Program.Run {
            try await Program.run(
                ["status"] + arguments, environment: ["RECONCILE_RUN_DIRECTORY": run.path], directory: scratch.root)
        }
        for name in ["reconcile", "reconcile-shop"] {
            let place = run.appending(path: name)
            try files.createDirectory(at: place, withIntermediateDirectories: true)
            try files.createSymbolicLink(
                atPath: place.appending(path: "status.sock").path,
                withDestinationPath: String(daemon.statusAddress.dropFirst("unix:".count)))
            if name == "reconcile" {
                let one = try await status()
                #expect(one.status == 0 && one.out.hasPrefix("directory    Manifests\n"), "\(one.all)")
            }
        }
        let both = try await status()
        #expect(both.status == 0, "\(both.all)")
        #expect(both.out.hasPrefix("unix:\(run.path)/reconcile-shop/status.sock\ndirectory"), "\(both.out)")
        #expect(both.out.contains("\n\nunix:\(run.path)/reconcile/status.sock\n"))
        let document = try JSONValue.parse(try await status("--output", "json").out.utf8)
        #expect(document["daemons"]?.arrayValue?.compactMap { $0["status"]?["converged"]?.boolValue } == [true, true])
        // One that has gone is told, and the others are shown.
        try files.removeItem(at: run.appending(path: "reconcile-shop/status.sock"))
        try files.createSymbolicLink(
            atPath: run.appending(path: "reconcile-shop/status.sock").path, withDestinationPath: "/dev/null")
        let gone = try await status()
        #expect(gone.status == 5 && gone.err.contains("no daemon answers") && gone.out.contains("converged"))
    }

    /// Whoever is told of changes gets them from the daemon as it runs.
    @Test func aWebhookIsTold() async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", DaemonTests.manifest("a"))
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let bodies = Mutex<[String]>([])
        let chat = HTTPServer { request in
            bodies.withLock { $0.append(String(decoding: request.body, as: UTF8.self)) }
            return HTTPResponse(status: 200)
        }
        let port = try chat.start()
        let environment = Scratch.keys.merging(["RECONCILE_NOTIFY": "http://127.0.0.1:\(port)/hook/hidden-part"]) { $1 }
        let daemon = try DaemonProcess(scratch: scratch, emulator: emulator, environment: environment)
        try await daemon.untilReady()
        try scratch.write("a.yaml", "nonsense: true\n")
        try await daemon.until("the invalid manifest") {
            bodies.withLock { $0.contains { $0.contains("invalid_manifests") } }
        }
        try scratch.write("a.yaml", DaemonTests.manifest("a"))
        try await daemon.until("the recovery") { bodies.withLock { $0.contains { $0.contains("recovered") } } }
        let theirs = try #require(try await emulator.connections().first)
        try await emulator.rename(theirs, to: "Theirs")
        daemon.signal(SIGHUP)
        try await daemon.until("the drift") { bodies.withLock { $0.contains { $0.contains("drift_corrected") } } }
        #expect(bodies.withLock { $0.contains { $0.contains(#"corrected drift: name \"Theirs\" → \"a\""#) } })
        #expect(daemon.log.contains("corrected drift: name \"Theirs\" → \"a\""))
        daemon.signal(SIGTERM)
        #expect(try await daemon.end() == 0)
        #expect(!daemon.log.contains("hidden-part"))
        await chat.stop()
    }

    /// A window that opens in three days is closed, whatever the clock says until then.
    @Test func outsideOfItsWindowsTheDaemonWaits() async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", DaemonTests.manifest("a"))
        let today = Calendar(identifier: .gregorian).component(.weekday, from: Date()) - 1
        let day = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"][(today + 3) % 7]
        let policy = "apiVersion: reconcile/v1\nkind: Policy\nspec: "
        try scratch.write("p.yaml", policy + "{windows: [{days: \(day), from: \"06:00\", to: \"07:00\"}]}\n")
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(scratch: scratch, emulator: emulator)
        try await daemon.untilReady()
        let status = try await daemon.status(scratch)
        #expect(status["converged"] == false && status["window_opens_at"]?.stringValue?.contains("T06:00:00") == true)
        let waiting = status["connections"]?.arrayValue?.first
        #expect(waiting?["state"] == "pending" && waiting?["planned"] == ["create"])
        #expect(waiting?["problem"]?.stringValue?.hasPrefix("outside of the sync windows") == true)
        let table = try await Program.run(["status", "--from", daemon.statusAddress], directory: scratch.root)
        #expect(
            table.out.contains("window       closed, opens ") && table.out.contains("(planned: create)"), "\(table.out)"
        )
        #expect(try await emulator.names().isEmpty)
        // Without windows it goes on at once.
        try scratch.write("p.yaml", policy + "{owner: default}\n")
        try await daemon.until("the connection") { try await emulator.names() == ["a"] }
    }

    @Test func metricsCountWhatWasDone() async throws {
        let scratch = try Scratch()
        try scratch.write(
            "a.yaml",
            """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: a}
            spec: {name: a, primary_key: id, data: {files: [r.csv]}}
            """)
        try scratch.write("r.csv", "id\n1\n2\n3\n")
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(scratch: scratch, emulator: emulator)
        try await daemon.untilReady()
        try await daemon.until("the pass") { try await daemon.page("/readyz") == "ok\n" }
        let expected = [
            "reconcile_passes_total{result=\"converged\"}": 1, "reconcile_connections{state=\"converged\"}": 1,
            "reconcile_rows_uploaded_total": 3, "reconcile_manifest_errors": 0,
            "reconcile_requests_total{operation=\"createConnection\",status=\"200\"}": 1,
            "reconcile_requests_total{operation=\"uploadData\",status=\"200\"}": 1,
            "reconcile_request_retries_total": 0,
        ]
        for (series, value) in expected { #expect(try await daemon.metric(series) == value, "\(series)") }
        #expect(try await daemon.metric("reconcile_uploaded_bytes_total") > 0)
        let page = try await daemon.page("/metrics")
        #expect(page.contains("reconcile_connection_last_success_timestamp_seconds{connection=\"a\"} 1"))
        for secret in Scratch.keys.values { #expect(!page.contains(secret)) }
    }

    @Test func theJournalGetsPriorities() async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", "apiVersion: reconcile/v1\nkind: Nonsense\n")
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(scratch: scratch, emulator: emulator, isJournal: true)
        // The log has a thread of its own, which may be behind.
        try await daemon.until("the error") { daemon.log.contains("event=manifest_error") }
        let lines = daemon.log.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("<3>") && $0.contains("event=manifest_error") }, "\(lines)")
        #expect(lines.allSatisfy { $0.wholeMatch(of: /<[3-6]>.* event=.*/) != nil }, "\(lines)")
    }
}

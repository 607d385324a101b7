import Foundation
import JSON
import TestSupport
import Testing

/// The daemon as its operator sees it: the real binary, systemd's socket, inotify, the emulator.
@Suite(.timeLimit(.minutes(2))) struct DaemonTests {
    static func manifest(_ name: String, title: String? = nil) -> String {
        """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: \(name)}
        spec: {name: \(title ?? name), primary_key: id}

        """
    }

    @Test(arguments: [false, true])
    func systemdHearsOfStartReloadAndEnd(isAbstract: Bool) async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", Self.manifest("a"))
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(scratch: scratch, emulator: emulator, isAbstract: isAbstract)
        try await daemon.untilReady()
        #expect(try await emulator.names() == ["a"])
        try await daemon.until("STATUS") { daemon.notices.contains("STATUS=1 converged") }

        daemon.signal(SIGHUP)
        try await daemon.until("RELOADING") {
            daemon.notices.contains { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") }
        }
        try await daemon.until("the second READY") { daemon.notices.filter { $0 == "READY=1" }.count == 2 }

        daemon.signal(SIGTERM)
        #expect(try await daemon.end() == 0)
        #expect(daemon.notices.last == "STOPPING=1")
    }

    @Test func changesOnDiskAreApplied() async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", Self.manifest("a"))
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(scratch: scratch, emulator: emulator)
        try await daemon.untilReady()

        try scratch.write("deep/er/b.yaml", Self.manifest("b"))
        try await daemon.until("b") { try await emulator.names() == ["a", "b"] }
        try scratch.write("deep/er/c.yaml", Self.manifest("c"))
        try await daemon.until("c, in a new directory") { try await emulator.names() == ["a", "b", "c"] }

        // DIR itself is replaced.
        let other = scratch.root.appending(path: "other")
        try FileManager.default.copyItem(at: scratch.manifests, to: other)
        try Data(Self.manifest("d").utf8).write(to: other.appending(path: "d.yaml"))
        try FileManager.default.moveItem(at: scratch.manifests, to: scratch.root.appending(path: "old"))
        try FileManager.default.moveItem(at: other, to: scratch.manifests)
        try await daemon.until("d, in a new DIR") { try await emulator.names() == ["a", "b", "c", "d"] }
        try scratch.write("e.yaml", Self.manifest("e"))
        try await daemon.until("e") { try await emulator.names() == ["a", "b", "c", "d", "e"] }
    }

    @Test func aReplacedLinkIsSeenAsKubernetesAndGitSyncMakeThem() async throws {
        let scratch = try Scratch()
        let files = FileManager.default
        for version in ["1", "2"] {
            let place = scratch.manifests.appending(path: "..v\(version)")
            try files.createDirectory(at: place, withIntermediateDirectories: true)
            try Data(Self.manifest("a", title: "A \(version)").utf8).write(to: place.appending(path: "a.yaml"))
        }
        func link(_ target: String, _ path: URL) throws {
            let aside = path.path + ".aside"
            try files.createSymbolicLink(atPath: aside, withDestinationPath: target)
            try #require(rename(aside, path.path) == 0)
        }
        try link("..v1", scratch.manifests.appending(path: "..data"))
        try link("..data/a.yaml", scratch.manifests.appending(path: "a.yaml"))
        // And DIR is a link to the tree, as with worktrees.
        let way = scratch.root.appending(path: "current")
        try link("Manifests", way)
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(["current"], scratch: scratch, emulator: emulator)
        try await daemon.untilReady()
        #expect(try await emulator.names() == ["A 1"])
        try link("..v2", scratch.manifests.appending(path: "..data"))
        try await daemon.until("..data") { try await emulator.names() == ["A 2"] }

        let next = scratch.root.appending(path: "next")
        try files.createDirectory(at: next, withIntermediateDirectories: true)
        try Data(Self.manifest("a", title: "A 3").utf8).write(to: next.appending(path: "a.yaml"))
        try link("next", way)
        try await daemon.until("the worktree") { try await emulator.names() == ["A 3"] }
    }

    @Test func aDataFileElsewhereIsWatched() async throws {
        let scratch = try Scratch()
        let data = scratch.root.appending(path: "elsewhere/rows")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        try Data("id\n1\n".utf8).write(to: data.appending(path: "r.csv"))
        try scratch.write(
            "a.yaml",
            """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: a}
            spec: {name: a, primary_key: id, data: {files: [../elsewhere/rows/r.csv]}}
            """)
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(
            ["--data-root", scratch.root.appending(path: "elsewhere").path], scratch: scratch, emulator: emulator)
        try await daemon.untilReady()
        #expect(try await emulator.rowCounts() == ["a": 1])
        try Data("id\n1\n2\n".utf8).write(to: data.appending(path: "r.csv"))
        try await daemon.until("the rows") { try await emulator.rowCounts() == ["a": 2] }
    }

    @Test func invalidManifestsAreReadyAndClearThemselves() async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", "apiVersion: reconcile/v1\nkind: Nonsense\n")
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(scratch: scratch, emulator: emulator)
        try await daemon.untilReady()
        #expect(daemon.isRunning)
        let status = try await daemon.status(scratch)
        #expect(status["converged"]?.boolValue == false)
        #expect(status["manifest_errors"]?.arrayValue?.isEmpty == false)
        #expect(try await emulator.writes() == [])
        try scratch.write("a.yaml", Self.manifest("a"))
        try await daemon.until("a") { try await emulator.names() == ["a"] }
        try await daemon.until("readiness") { try await daemon.status(scratch)["converged"]?.boolValue == true }
    }

    /// One slip must not let the data of all others expire: what was valid last is kept up, and nothing more is done.
    @Test func whileManifestsAreInvalidTheLastValidOnesAreKeptUp() async throws {
        let scratch = try Scratch()
        try scratch.write(
            "policy.yaml", "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: us, prune: true}\n")
        for name in ["a", "b"] { try scratch.write("\(name).yaml", Self.manifest(name)) }
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(["--prune-delay", "1s"], scratch: scratch, emulator: emulator)
        try await daemon.until("both") { try await emulator.names() == ["a", "b"] }

        try scratch.write("broken.yaml", "apiVersion: reconcile/v1\nkind: Nonsense\n")
        try await daemon.until("the errors") {
            try await daemon.status(scratch)["keeps_last_valid"]?.boolValue == true
        }
        try FileManager.default.removeItem(at: scratch.manifests.appending(path: "b.yaml"))
        try scratch.write("c.yaml", Self.manifest("c"))
        let there = try #require(try await emulator.connections().first { $0["name"]?.stringValue == "a" })
        try await emulator.rename(there, to: "somebody else's")
        daemon.signal(SIGHUP)
        try await daemon.until("the drift") { try await emulator.names() == ["a", "b"] }
        #expect(daemon.log.contains("the last valid ones are kept up"))
        #expect(try await daemon.status(scratch)["converged"]?.boolValue == false)

        try FileManager.default.removeItem(at: scratch.manifests.appending(path: "broken.yaml"))
        try await daemon.until("the wish") { try await emulator.names() == ["a", "c"] }
        #expect(try await daemon.status(scratch)["keeps_last_valid"]?.boolValue == false)
    }

    @Test func driftIsPutRight() async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", Self.manifest("a"))
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(["--interval", "1s"], scratch: scratch, emulator: emulator)
        try await daemon.untilReady()
        try await emulator.rename(try #require(try await emulator.connections().first), to: "Changed by hand")
        try await daemon.until("the correction") { try await emulator.names() == ["a"] }
    }

    @Test func wrongKeysKeepItUpAndNewOnesAreRead() async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", Self.manifest("a"))
        let emulator = try await EmulatorProcess(["--accept-keys", "right,brand"], directory: scratch.root)
        let credentials = scratch.root.appending(path: "credentials")
        try FileManager.default.createDirectory(at: credentials, withIntermediateDirectories: true)
        try Data("wrong-secret-key".utf8).write(to: credentials.appending(path: "x-api-key"))
        try Data("brand".utf8).write(to: credentials.appending(path: "x-brand-key"))
        let daemon = try DaemonProcess(
            scratch: scratch, emulator: emulator, environment: ["CREDENTIALS_DIRECTORY": credentials.path])
        try await daemon.untilReady()
        let status = try await daemon.status(scratch)
        #expect(status["api_problem"]?.stringValue?.isEmpty == false)
        #expect(try await emulator.requests().count == 1, "one probe, not a storm")
        try Data("right".utf8).write(to: credentials.appending(path: "x-api-key"))
        daemon.signal(SIGHUP)
        try await daemon.until("a") { try await emulator.names() == ["a"] }
        #expect(!daemon.log.contains("wrong-secret-key"))
    }

    @Test func sigtermLetsTheRequestUnderWayEndAndBeginsNoOther() async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", Self.manifest("a"))
        try scratch.write("b.yaml", Self.manifest("b"))
        // Nothing is answered, so the list is under way when the signal comes.
        let emulator = try await EmulatorProcess(["--fault", "held@*"], directory: scratch.root)
        let daemon = try DaemonProcess(scratch: scratch, emulator: emulator)
        try await daemon.until("the first request") { try await emulator.requests().count >= 1 }
        daemon.signal(SIGTERM)
        try await daemon.until("a request for time") { daemon.notices.contains("EXTEND_TIMEOUT_USEC=30000000") }
        try await emulator.admin("POST", "release")
        #expect(try await daemon.end() == 0)
        let requests = try await emulator.requests()
        #expect(requests.count == 1, "\(requests)")
        #expect(!daemon.log.contains("error"), "\(daemon.log)")
    }

    @Test func anUploadThatIsStoppedGoesOnWhereItEnded() async throws {
        let scratch = try Scratch()
        try scratch.write(
            "a.yaml",
            """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: a}
            spec: {name: a, primary_key: id, data: {files: [r.csv]}}
            """)
        try scratch.write("r.csv", "id\n" + (0..<60_000).map { "\($0)\n" }.joined())
        // Of the uploads, which come behind the create, the first few are answered.
        let emulator = try await EmulatorProcess(["--fault", "held@POST:5-"], directory: scratch.root)
        let daemon = try DaemonProcess(scratch: scratch, emulator: emulator)
        func uploads() async throws -> Int { try await emulator.writes().filter { $0.hasSuffix("/upload_data") }.count }
        try await daemon.until("requests that are held") { try await uploads() >= 5 }
        daemon.signal(SIGTERM)
        try await daemon.until("the farewell") { daemon.log.contains("told to stop") }
        try await emulator.admin("POST", "release")
        #expect(try await daemon.end() == 0)
        let before = try await uploads()
        #expect(before < 12)
        let again = try await scratch.reconcile([], against: emulator)
        #expect(again.status == 0, "\(again.all)")
        #expect(again.err.contains("resumed the upload"), "\(again.err)")
        #expect(try await uploads() == 12, "what was confirmed is not sent again")
        #expect(try await emulator.rowCounts() == ["a": 60_000])
    }

    @Test func theWatchdogIsFed() async throws {
        let scratch = try Scratch()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(
            scratch: scratch, emulator: emulator,
            environment: Scratch.keys.merging(["WATCHDOG_USEC": "200000"]) { $1 })
        try await daemon.until("signs of life") { daemon.notices.filter { $0 == "WATCHDOG=1" }.count >= 3 }
    }

    @Test func pruningWaitsForItsDelay() async throws {
        let scratch = try Scratch()
        try scratch.write(
            "policy.yaml", "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: tests, prune: true}\n")
        try scratch.write("a.yaml", Self.manifest("a"))
        try scratch.write("b.yaml", Self.manifest("b"))
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(
            ["--prune-delay", "2s", "--log-format", "json"], scratch: scratch, emulator: emulator)
        try await daemon.untilReady()
        try FileManager.default.removeItem(at: scratch.manifests.appending(path: "b.yaml"))
        try await daemon.until("the announcement") { daemon.log.contains(#""event":"delete_pending""#) }
        #expect(try await emulator.names() == ["a", "b"])
        try await daemon.until("the delete") { try await emulator.names() == ["a"] }
        for line in daemon.log.split(separator: "\n") {
            #expect(try JSONValue.parse(Data(line.utf8))["event"] != nil, "\(line)")
        }
    }

    @Test func statusIsATableAndRefusesToBeSeenFromOutside() async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", Self.manifest("a"))
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(scratch: scratch, emulator: emulator)
        try await daemon.untilReady()
        let table = try await Program.run(["status", "--from", daemon.statusAddress], directory: scratch.root)
        #expect(table.status == 0, "\(table.all)")
        #expect(table.out.contains("CONNECTION  STATE"))
        #expect(table.out.contains("a           converged"))

        let open = try await scratch.reconcile(["daemon", "--listen", "0.0.0.0:0"], against: emulator)
        #expect(open.status == 3)
        #expect(open.err.contains("--listen-anywhere"))
        let none = try await Program.run(
            ["status", "--from", "unix:/nonexistent/socket"], directory: scratch.root)
        #expect(none.status == 5)
    }
}

import Foundation
import JSON
import TestSupport
import Testing

/// A long upload is killed again and again at moments out of a seed: it ends with exactly the rows of the file, and no
/// request is sent again once its success is on disk.
@Suite struct KilledUploadTests {
    private static let rows = 20_000

    @Test(arguments: 1...4)
    func killedAtRandomMoments(seed: Int) async throws {
        let scratch = try Scratch()
        try scratch.write(
            "profiles.yaml",
            """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: profiles}
            spec: {name: Profiles, primary_key: id, data: {files: [rows.csv]}}

            """)
        let lines = (0..<Self.rows).map { "k\(100_000 + $0),\($0 % 10)\n" }
        try scratch.write("rows.csv", "id,n\n" + lines.joined())
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let arguments = ["--max-request-bytes", "1250", "--state-dir", scratch.state.path, "--api-url", emulator.url]

        let dry = try await Program.run(
            ["--dry-run", "--output", "json"] + arguments, environment: Scratch.keys, directory: scratch.root)
        let plan = try JSONValue.parse(dry.out.utf8)
        let requests = try #require(
            plan["connections"]?.arrayValue?.first?["actions"]?.arrayValue?.last?["requests"]?.intValue)
        #expect(requests >= 200)

        var random = UInt64(seed)
        var kills = 0
        while kills < 15 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let before = try await emulator.uploadCount
            let confirmed = try scratch.confirmedRequests
            let process = try Program.start(
                arguments, environment: Scratch.keys.merging(["TMPDIR": scratch.root.path]) { own, _ in own },
                directory: scratch.root, out: Pipe(), err: Pipe())
            let target = before + Int(random >> 33) % 10
            while process.isRunning, try await emulator.uploadCount < target { await Task.yield() }
            let wasRunning = process.isRunning
            Glibc.kill(process.processIdentifier, SIGKILL)
            try await Program.onThread { [process] in process.waitUntilExit() }
            #expect(try await emulator.uploadCount - before <= requests - confirmed)
            if !wasRunning { break }
            kills += 1
        }
        #expect(kills >= 13, "the upload was over too soon for this test: \(kills) kills")

        // What the killed one sent is in the emulator's hands before the answer to anything that is asked later.
        _ = try await Program.run(["--dry-run"] + arguments, environment: Scratch.keys, directory: scratch.root)
        let (before, confirmed) = (try await emulator.uploadCount, try scratch.confirmedRequests)
        let last = try await Program.run(arguments, environment: Scratch.keys, directory: scratch.root)
        #expect(last.status == 0, "\(last.all)")
        #expect(try await emulator.uploadCount - before == requests - confirmed, "\(last.err)")
        #expect(try await emulator.rowCounts() == ["Profiles": Self.rows])
        let idle = try await Program.run(arguments, environment: Scratch.keys, directory: scratch.root)
        #expect(idle.out.hasPrefix("Plan: no changes"), "\(idle.out)")
    }
}

extension EmulatorProcess {
    fileprivate var uploadCount: Int {
        get async throws { try await requests().filter { $0.hasSuffix("/upload_data") }.count }
    }
}

extension Scratch {
    /// How many requests of the batch state says to be there.
    fileprivate var confirmedRequests: Int {
        get throws {
            guard let text = try? String(contentsOf: state.appending(path: "state.jsonl"), encoding: .utf8) else {
                return 0
            }
            // The last line may be torn.
            let entries = text.split(separator: "\n").compactMap { try? JSONValue.parse($0.utf8)["entry"] }
            guard let bounds = entries.last?["connection"]?["batch"]?["confirmed"]?.arrayValue else { return 0 }
            let numbers = bounds.compactMap(\.intValue)
            return stride(from: 0, to: numbers.count - 1, by: 2).reduce(0) { $0 + numbers[$1 + 1] - numbers[$1] + 1 }
        }
    }
}

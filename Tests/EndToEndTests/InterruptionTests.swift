import Foundation
import TestSupport
import Testing

/// Ctrl-C and SIGTERM end every command, and it says what is left.
@Suite struct InterruptionTests {
    /// Runs a command against a service that answers nothing, until the first request is there, and sends
    /// a signal then.
    private func interrupted(
        _ arguments: [String], by number: Int32, scratch: Scratch, emulator: EmulatorProcess,
        instead: [String] = []
    ) async throws -> Program.Run {
        let (out, err) = (Pipe(), Pipe())
        let all = arguments + ["--state-dir", scratch.state.path, "--api-url", emulator.url]
        let process = try Program.start(
            instead.isEmpty ? all : [Program.path] + all, instead: instead,
            environment: Scratch.keys.merging(["TMPDIR": scratch.root.path]) { own, _ in own },
            directory: scratch.root, out: out, err: err)
        while try await emulator.requests().isEmpty {
            try #require(process.isRunning, "it ended before it was interrupted")
            await Task.yield()
        }
        kill(instead.isEmpty ? process.processIdentifier : try child(of: process.processIdentifier), number)
        return try await Program.onThread {
            process.waitUntilExit()
            func text(_ pipe: Pipe) -> String {
                String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            }
            return Program.Run(status: process.terminationStatus, out: text(out), err: text(err))
        }
    }

    private func child(of process: Int32) throws -> Int32 {
        let children = try String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
        return try #require(children.split(separator: " ").first.flatMap { Int32($0) })
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aDryRunEndsAtOnce(number: Int32) async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        let emulator = try await EmulatorProcess(["--fault", "held@*"], directory: scratch.root)
        let run = try await interrupted(["--dry-run"], by: number, scratch: scratch, emulator: emulator)
        #expect(run.status == 1)
        #expect(run.err.contains("interrupted: a dry run writes nothing; run it again\n"), "\(run.err)")
    }

    @Test func aPassSaysWhatBecomesOfIt() async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        let emulator = try await EmulatorProcess(["--fault", "held@*"], directory: scratch.root)
        let run = try await interrupted([], by: SIGINT, scratch: scratch, emulator: emulator)
        #expect(run.status == 1)
        #expect(run.err.contains("interrupted: what is under way may end, and nothing further begins"), "\(run.err)")
        #expect(run.err.contains("the next one goes on"), "\(run.err)")
    }

    @Test(arguments: [["export", "out"], ["query", "customer-profiles", "u00001"]])
    func otherCommandsSayHowToGoOn(command: [String]) async throws {
        let scratch = try Scratch()
        let emulator = try await EmulatorProcess(["--fault", "held@*"], directory: scratch.root)
        let run = try await interrupted(command, by: SIGINT, scratch: scratch, emulator: emulator)
        #expect(run.status == 1)
        #expect(run.err.hasPrefix("interrupted: "), "\(run.err)")
        #expect(run.err.contains("run it again"), "\(run.err)")
    }

    /// The kernel gives process 1 no default for a signal.
    @Test(.enabled(if: InterruptionTests.mayMakeNamespaces))
    func theFirstProcessOfAContainerEnds() async throws {
        let scratch = try Scratch()
        try scratch.copySamples()
        let emulator = try await EmulatorProcess(["--fault", "held@*"], directory: scratch.root)
        let run = try await interrupted(
            ["--dry-run"], by: SIGTERM, scratch: scratch, emulator: emulator,
            instead: ["/usr/bin/unshare", "--pid", "--fork", "--kill-child"])
        #expect(run.status == 1)
        #expect(run.err.contains("interrupted: "), "\(run.err)")
    }

    private static let mayMakeNamespaces: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/unshare")
        process.arguments = ["--pid", "--fork", "true"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
}

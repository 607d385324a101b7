import Foundation
import JSON
import TestSupport
import Testing

/// What happens to files, as the kernel and Git do it.
@Suite(.timeLimit(.minutes(2))) struct DaemonFilesTests {
    /// A namespace in which so few directories may be watched.
    private static let withoutWatches = [
        "/usr/bin/unshare", "--user", "--map-root-user", "/bin/sh", "-c",
        "echo 1 > /proc/sys/user/max_inotify_watches && exec \"$0\" \"$@\"",
    ]

    private static let canLowerTheLimit: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: withoutWatches[0])
        process.arguments = withoutWatches.dropFirst() + ["/bin/true"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// The event of what is saved last is one of those that the kernel drops: only the overflow itself can tell.
    @Test func aQueueOfEventsThatOverflowedCausesAPass() async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", DaemonTests.manifest("a"))
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(scratch: scratch, emulator: emulator)
        try await daemon.untilReady()
        let text = try String(contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8)
        let limit = try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        daemon.signal(SIGSTOP)
        // Hidden, so that none of them would cause a pass.
        for number in 0...(limit / 2) {
            let path = scratch.manifests.appending(path: ".\(number)").path
            let file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
            try #require(file >= 0)
            close(file)
            unlink(path)
        }
        try scratch.write("b.yaml", DaemonTests.manifest("b"))
        daemon.signal(SIGCONT)
        try await daemon.until("b") { try await emulator.names() == ["a", "b"] }
    }

    @Test(.enabled(if: canLowerTheLimit)) func withoutWatchesItLooksByItselfAndSaysWhatToRaise() async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", DaemonTests.manifest("a"))
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(scratch: scratch, emulator: emulator, through: Self.withoutWatches)
        try await daemon.untilReady()
        #expect(daemon.log.contains("sysctl fs.inotify.max_user_watches="), "\(daemon.log)")
        #expect(try await daemon.status(scratch)["watching"] == "polling")
        try scratch.write("deep/b.yaml", DaemonTests.manifest("b"))
        try await daemon.until("b") { try await emulator.names() == ["a", "b"] }
        #expect(daemon.log.components(separatedBy: "fs.inotify").count == 2, "told once: \(daemon.log)")
    }

    @Test func whileGitHoldsItsIndexAPassWaits() async throws {
        let scratch = try Scratch()
        let commit = String(repeating: "0123456789", count: 4)
        try scratch.write("../.git/HEAD", commit + "\n")
        try scratch.write("a.yaml", DaemonTests.manifest("a"))
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let daemon = try DaemonProcess(scratch: scratch, emulator: emulator)
        try await daemon.untilReady()
        #expect(try await daemon.status(scratch)["git_revision"]?.stringValue == commit)

        try scratch.write("../.git/index.lock", "")
        try scratch.write("b.yaml", DaemonTests.manifest("b"))
        try await daemon.until("the wait") { daemon.log.contains("waiting for Git") }
        #expect(try await emulator.names() == ["a"])
        try scratch.write("c.yaml", DaemonTests.manifest("c"))
        try FileManager.default.removeItem(at: scratch.root.appending(path: ".git/index.lock"))
        try await daemon.until("b and c") { try await emulator.names() == ["a", "b", "c"] }
    }

    /// Its lock is written by each pass, so each pass would cause the next.
    @Test func stateMustNotStandAmongTheManifests() async throws {
        let scratch = try Scratch()
        let run = try await Program.run(
            ["daemon", "--state-dir", "./Manifests/../Manifests"], environment: Scratch.keys,
            directory: scratch.root)
        #expect(run.status == 3)
        #expect(run.err.contains("--state-dir"), "\(run.err)")
    }
}

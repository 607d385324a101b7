import Foundation
import ManifestLoader
import Model
import Planner
import Synchronization
import Testing

@testable import Reconciler

/// While Git writes the tree, half of its files are old and half are new.
@Suite struct GitLockTests {
    /// Does something when the pass says that it waits.
    private final class Waiter: PassObserver {
        private let reasons = Mutex<[String]>([])
        private let onWait: @Sendable () -> Void

        init(onWait: @escaping @Sendable () -> Void) { self.onWait = onWait }

        var heard: [String] { reasons.withLock { $0 } }
        func waiting(for reason: String) {
            reasons.withLock { $0.append(reason) }
            onWait()
        }
        func planned(_ plan: Plan) {}
        func did(_ step: Step, key: String) {}
        func failed(_ failure: StepFailure, key: String) {}
        func warned(_ message: String, key: String) {}
        func uploading(_ progress: UploadProgress, key: String) {}
        func rejected(_ row: RejectedRow, key: String) {}
    }

    private func lockedWorld() throws -> (World, lock: URL) {
        let world = try World()
        try world.write("plain.yaml", World.plain)
        let git = world.root.appending(path: ".git")
        try FileManager.default.createDirectory(at: git, withIntermediateDirectories: true)
        let lock = git.appending(path: "index.lock")
        try Data().write(to: lock)
        return (world, lock)
    }

    @Test func aPassWaitsUntilGitIsDoneAndReadsWhatItLeft() async throws {
        let (world, lock) = try lockedWorld()
        let observer = Waiter {
            try? world.write("more.yaml", World.plain.replacing("name: plain", with: "name: more"))
            try? FileManager.default.removeItem(at: lock)
        }
        let outcome = try await world.pass(observer: observer)
        #expect(outcome.failure == nil)
        #expect(observer.heard.count == 1)
        #expect(observer.heard.first?.contains("index.lock") == true)
        #expect(try await world.stored().count == 2)
    }

    @Test func itWaitsNoLongerThanItsPatienceAndTouchesNothing() async throws {
        let (world, lock) = try lockedWorld()
        let began = world.time.uptime()
        let outcome = try await world.pass { $0.gitLockPatience = 7 }
        let failure = try #require(outcome.failure)
        #expect(failure.status == .failed)
        #expect(failure.message.contains("for 7 seconds"))
        #expect(failure.help?.contains("remove that file") == true)
        #expect(abs(world.time.uptime() - began - 7) < 0.2)
        #expect(try await world.requestCount == 0)
        try FileManager.default.removeItem(at: lock)
        #expect(try await world.pass().failure == nil)
    }

    /// Does something when a manifest asks for a secret: its bytes are read then, and nothing is told of them yet.
    private struct HookedSecrets: SecretSource {
        let onCredential: @Sendable () -> Void
        func environment(_ name: String) throws(SecretProblem) -> String { throw SecretProblem("there is none") }
        func credential(_ name: String) throws(SecretProblem) -> String {
            onCredential()
            return "a-token-of-somebody"
        }
    }

    @Test func whatMovedWhileItWasReadIsReadAgain() async throws {
        let world = try World()
        let manifest = World.stock.replacing("X-Token: abc", with: "X-Token: \"${credential:token}\"")
        try world.write("stock.yaml", manifest.replacing("ttl: 60", with: "ttk: 60"))
        let observer = Waiter {}
        let isWritten = Mutex(false)
        let secrets = HookedSecrets {
            if !isWritten.withLock({ was in
                defer { was = true }
                return was
            }) {
                try? world.write("stock.yaml", manifest)
            }
        }
        let outcome = try await world.pass(observer: observer) { $0.secrets = secrets }
        #expect(outcome.diagnostics.filter { $0.severity == .error }.isEmpty)
        #expect(outcome.failure == nil)
        #expect(observer.heard == ["the files to settle: they changed while they were read"])
        #expect(try await world.stored().count == 1)
    }

    /// Somebody who never stops writing hears what is wrong with what was read last.
    @Test func whatMovesForEverIsToldAsItIs() async throws {
        let world = try World()
        let manifest = World.stock.replacing("X-Token: abc", with: "X-Token: \"${credential:token}\"")
        let wrong = manifest.replacing("ttl: 60", with: "ttk: 60")
        try world.write("stock.yaml", wrong)
        let count = Mutex(0)
        let secrets = HookedSecrets {
            let number = count.withLock { count in
                count += 1
                return count
            }
            try? world.write("stock.yaml", wrong + String(repeating: "#", count: number) + "\n")
        }
        let outcome = try await world.pass { $0.secrets = secrets }
        #expect(outcome.diagnostics.contains { $0.message.contains("ttk") })
        #expect(try await world.requestCount == 0)
    }

    @Test func beingToldToStopEndsTheWait() async throws {
        let (world, _) = try lockedWorld()
        let outcome = try await world.pass { $0.isStopping = { true } }
        #expect(outcome.failure?.isInterruption == true)
        #expect(try await world.requestCount == 0)
    }
}

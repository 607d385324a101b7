import Foundation
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

    @Test func beingToldToStopEndsTheWait() async throws {
        let (world, _) = try lockedWorld()
        let outcome = try await world.pass { $0.isStopping = { true } }
        #expect(outcome.failure?.isInterruption == true)
        #expect(try await world.requestCount == 0)
    }
}

import Foundation
import HTTPServer
import Platform
import TestSupport
import Testing

@testable import Daemon

/// What the kernel refuses or drops, made up.
@Suite(.timeLimit(.minutes(1))) struct WatchLimitTests {
    /// An inotify whose events the test writes, and which takes so many watches.
    final class FakeInotify: InotifyCalls {
        let room = Locked(Int.max)
        let code = Locked(ENOSPC)
        let isOpen = Locked(true)
        private let writeEnd = Locked(Int32(-1))

        func open() throws(WatchError) -> Int32 {
            guard isOpen.withLock({ $0 }) else {
                throw WatchError(operation: "inotify_init1", subject: "inotify", code: ENOSYS)
            }
            var ends: [Int32] = [0, 0]
            _ = pipe(&ends)
            for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
            closeWriteEnd()
            writeEnd.withLock { $0 = ends[1] }
            return ends[0]
        }

        func watch(_ descriptor: Int32, _ path: String) throws(WatchError) -> Int32 {
            let number = room.withLock { room in
                defer { room -= 1 }
                return room
            }
            if number <= 0 {
                throw WatchError(operation: "inotify_add_watch", subject: path, code: code.withLock { $0 })
            }
            return Int32(truncatingIfNeeded: number)
        }

        func unwatch(_ descriptor: Int32, _ watch: Int32) {}

        func overflow() {
            let words: [UInt32] = [UInt32(bitPattern: -1), UInt32(IN_Q_OVERFLOW), 0, 0]
            let count = words.withUnsafeBytes { write(writeEnd.withLock { $0 }, $0.baseAddress, $0.count) }
            #expect(count == 16)
        }

        private func closeWriteEnd() {
            writeEnd.withLock { end in
                if end >= 0 { close(end) }
                end = -1
            }
        }

        deinit { closeWriteEnd() }
    }

    @Test func aQueueThatOverflowedRings() async throws {
        let place = TemporaryDirectory()
        place.write("d/a.yaml", "")
        let calls = FakeInotify()
        let bell = Bell()
        let watcher = FileWatcher(directory: place.path("d"), calls: calls, time: ManualTime.waiting()) { bell.ring() }
        #expect(watcher.refresh() == nil)
        calls.overflow()
        #expect(await bell.wait())
        watcher.stop()
    }

    @Test(arguments: [
        (ENOSPC, "fs.inotify.max_user_watches"), (ENOMEM, nil as String?),
    ])
    func whereTheKernelTakesNoMoreWatchesThereIsPollingUntilItDoes(code: Int32, setting: String?) async throws {
        let place = TemporaryDirectory()
        for number in 0..<10 { place.write("d/\(number)/a.yaml", "") }
        let calls = FakeInotify()
        calls.room.withLock { $0 = 5 }
        calls.code.withLock { $0 = code }
        let time = ManualTime.waiting()
        let bell = Bell()
        let watcher = FileWatcher(directory: place.path("d"), calls: calls, time: time) { bell.ring() }
        #expect(watcher.refresh()?.limit == setting)
        #expect(watcher.isPolling)
        #expect(watcher.watchCount == 0, "half a watch is none")
        #expect(watcher.refresh() == nil, "told once")

        place.write("d/7/a.yaml", "changed")
        while !bell.hasRung {
            time.advance(2)
            try await Task.sleep(for: .milliseconds(2))
        }

        calls.room.withLock { $0 = 100 }
        #expect(watcher.refresh() == nil)
        #expect(!watcher.isPolling)
        #expect(watcher.watchCount == 12)
        watcher.stop()
    }

    @Test func withoutInotifyThereIsPolling() throws {
        let place = TemporaryDirectory()
        place.write("d/a.yaml", "")
        let calls = FakeInotify()
        calls.isOpen.withLock { $0 = false }
        let watcher = FileWatcher(directory: place.path("d"), calls: calls, time: ManualTime.waiting()) {}
        let problem = try #require(watcher.refresh())
        #expect(problem.cause.hasPrefix("inotify_init1"))
        #expect(problem.limit == nil)
        #expect(watcher.isPolling)
        watcher.stop()
        #expect(!watcher.isPolling)
    }

    /// One unreadable directory is no reason to give up the others.
    @Test(arguments: [EACCES, ENOENT]) func aDirectoryThatCannotBeWatchedIsLeftOut(code: Int32) throws {
        let place = TemporaryDirectory()
        for number in 0..<3 { place.write("d/\(number)/a.yaml", "") }
        let calls = FakeInotify()
        calls.room.withLock { $0 = 4 }
        calls.code.withLock { $0 = code }
        let watcher = FileWatcher(directory: place.path("d"), calls: calls, time: ManualTime.waiting()) {}
        #expect(watcher.refresh() == nil)
        #expect(!watcher.isPolling)
        #expect(watcher.watchCount == 4)
        watcher.stop()
    }
}

import Foundation
import Model
import Platform
import Synchronization
import TestSupport
import Testing

@testable import StateStore

@Suite struct DiskFailureTests {
    private let directory = TemporaryDirectory()

    /// What the disk does at present.
    private final class Disk: Sendable {
        let bytesLeft = Mutex(Int.max)
        let syncFails = Mutex(false)
        let truncateFails = Mutex(false)

        var calls: SystemCalls {
            var calls = SystemCalls()
            let real = calls
            calls.write = { descriptor, bytes, count in
                let left = self.bytesLeft.withLock(\.self)
                if left <= 0 {
                    errno = ENOSPC
                    return -1
                }
                let written = real.write(descriptor, bytes, min(count, left))
                self.bytesLeft.withLock { $0 -= written }
                return written
            }
            calls.fdatasync = { descriptor in
                if self.syncFails.withLock(\.self) {
                    errno = EIO
                    return -1
                }
                return real.fdatasync(descriptor)
            }
            calls.ftruncate = { descriptor, length in
                if self.truncateFails.withLock(\.self) {
                    errno = EIO
                    return -1
                }
                return real.ftruncate(descriptor, length)
            }
            return calls
        }
    }

    @Test(arguments: [0, 1, 40, 100])
    func aFullDiskIsAnErrorAndLeavesNothing(bytesLeft: Int) async throws {
        let disk = Disk()
        let store = try open(directory, calls: disk.calls)
        try await store.record("a", applied("1"))
        let before = try directory.bytes()
        disk.bytesLeft.withLock { $0 = bytesLeft }
        let error = await failure { try await store.record("a", applied("2")) }
        #expect(error?.kind == .system)
        #expect(error?.isRetryable == true)
        #expect(error?.help == "free space on that file system")
        #expect(store.state.connections["a"]?.uuid == "1")
        #expect(try directory.bytes() == before)

        disk.bytesLeft.withLock { $0 = .max }
        try await store.record("a", applied("3"))
        store.close()
        #expect(
            try StateStore.read(directory: directory.path, identity: identity).connections["a"]?.uuid == "3")
    }

    @Test func whatIsNotSureToBeOnDiskDoesNotCount() async throws {
        let disk = Disk()
        let store = try open(directory, calls: disk.calls)
        disk.syncFails.withLock { $0 = true }
        let error = await failure { try await store.record("a", applied("1")) }
        #expect(error?.kind == .system)
        #expect(store.state.connections.isEmpty)
        // Cutting it off could not be made sure either, so nothing may stand behind it.
        disk.syncFails.withLock { $0 = false }
        let second = await failure { try await store.record("a", applied("1")) }
        #expect(second?.kind == .closed)
        store.close()
        let again = try open(directory)
        try await again.record("a", applied("1"))
        again.close()
    }

    @Test func aPartThatCannotBeCutOffIsToleratedAtTheNextOpening() async throws {
        let disk = Disk()
        let store = try open(directory, calls: disk.calls)
        try await store.record("a", applied("1"))
        disk.bytesLeft.withLock { $0 = 50 }
        disk.truncateFails.withLock { $0 = true }
        #expect(await failure { try await store.record("b", applied("2")) } != nil)
        #expect(await failure { try await store.record("c", applied("3")) }?.kind == .closed)
        store.close()
        let again = try open(directory)
        #expect(again.state.connections == ["a": applied("1")])
        again.close()
    }

    @Test func aJournalThatCannotBeRewrittenGoesOn() async throws {
        var calls = SystemCalls()
        calls.fdatasync = { _ in 0 }
        let mayRename = Mutex(true)
        let rename = calls.rename
        calls.rename = { old, new in
            guard mayRename.withLock(\.self) else {
                errno = EACCES
                return -1
            }
            return rename(old, new)
        }
        let store = try open(directory, calls: calls)
        mayRename.withLock { $0 = false }
        for number in 0..<1100 { try await store.record("a", applied("\(number)")) }
        #expect(try directory.lines() == 1101)
        store.close()
        #expect(
            try StateStore.read(directory: directory.path, identity: identity).connections["a"]?.uuid == "1099")
        #expect(!FileManager.default.fileExists(atPath: directory.journal + ".new"))
    }
}

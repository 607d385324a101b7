import Foundation
import Model
import Platform
import Synchronization
import TestSupport
import Testing

@testable import StateStore

@Suite struct RecordingTests {
    private let directory = TemporaryDirectory()

    @Test func whatWasRecordedIsThereAfterwards() async throws {
        let store = try open(directory)
        try await store.record("a", applied("1"))
        try await store.record("b", applied("2", name: "Ü \"quoted\" \n / 🇩🇪"))
        try await store.record("c", applied("3"))
        try await store.record("a", applied("4"))
        try await store.record("c", nil)
        let expected = ["a": applied("4"), "b": applied("2", name: "Ü \"quoted\" \n / 🇩🇪")]
        #expect(store.state.connections == expected)
        let key = store.state.secretKey
        store.close()

        let again = try open(directory)
        #expect(again.state.connections == expected)
        #expect(again.state.secretKey == key)
        #expect(key != SipHash128.Key())
        #expect(try StateStore.read(directory: directory.path, identity: identity).connections == expected)
    }

    @Test func readingCreatesNothingAndNeedsNoLock() async throws {
        let missing = directory.path + "/none"
        #expect(try StateStore.read(directory: missing, identity: identity) == AppliedState())
        #expect(!FileManager.default.fileExists(atPath: missing))
        let store = try open(directory)
        try await store.record("a", applied("1"))
        let before = try directory.bytes()
        #expect(try StateStore.read(directory: directory.path, identity: identity) == store.state)
        #expect(try directory.bytes() == before)
        store.close()
    }

    @Test func filesAreForTheirOwnerAlone() async throws {
        let path = directory.path + "/made/here"
        let store = try StateStore.open(directory: path, identity: identity, time: ManualTime())
        #expect(try directory.mode(path) == 0o700)
        #expect(try directory.mode(path + "/state.jsonl") == 0o600)
        #expect(try directory.mode(path + "/lock") == 0o600)
        store.close()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path + "/state.jsonl")
        try StateStore.open(directory: path, identity: identity, time: ManualTime()).close()
        #expect(try directory.mode(path + "/state.jsonl") == 0o600)
    }

    @Test func onlyOneMayWrite() async throws {
        let store = try open(directory)
        let error = await failure { try open(directory) }
        #expect(error?.kind == .locked)
        #expect(error?.isRetryable == true)
        #expect(error?.cause == "process \(getpid()) is using it")
        store.close()
        try open(directory).close()
    }

    @Test func lettingGoOfAStoreGivesTheLockBack() async throws {
        do {
            let store = try open(directory)
            try await store.record("a", applied("1"))
        }
        // The task that wrote may hold the store for an instant longer than the record takes.
        var again: StateStore?
        while again == nil {
            again = try? open(directory)
            await Task.yield()
        }
        #expect(again?.state.connections.count == 1)
        again?.close()
    }

    @Test func aClosedStoreTakesNothing() async throws {
        let store = try open(directory)
        store.close()
        store.close()
        let error = await failure { try await store.record("a", applied("1")) }
        #expect(error?.kind == .closed)
    }

    @Test func deletionsCountForADay() async throws {
        let time = ManualTime()
        let now = Int(time.unixTime())
        let store = try open(directory, time: time)
        try await store.record("a", applied("1"))
        try await store.recordDeletion(of: "a", at: now - 86_000)
        try await store.recordDeletion(of: "b", at: now)
        #expect(store.state.connections.isEmpty)
        #expect(store.state.deletions == [now - 86_000, now])
        time.advance(500)
        #expect(store.state.deletions == [now])
        store.close()
        #expect(try StateStore.read(directory: directory.path, identity: identity, time: time).deletions == [now])
        time.advance(86_400)
        let again = try open(directory, time: time)
        #expect(again.state.deletions.isEmpty)
        again.close()
    }

    /// Deletions of a clock that was ahead count from when they are met, not for ten years.
    @Test func deletionsFromTheFutureAreOver() async throws {
        let directory = TemporaryDirectory()
        let time = ManualTime()
        let now = Int(time.unixTime())
        let store = try open(directory, time: time)
        try await store.recordDeletion(of: "a", at: now + 3650 * 86_400)
        store.close()
        #expect(try StateStore.read(directory: directory.path, identity: identity, time: time).deletions == [now])
        let again = try open(directory, time: time)
        #expect(again.state.deletions == [now])
        again.close()
        time.advance(86_401)
        #expect(try StateStore.read(directory: directory.path, identity: identity, time: time).deletions == [])
    }

    @Test func stateIsOfOneBrand() async throws {
        let directory = TemporaryDirectory()
        func identity(_ brand: UInt64?, accepts: Bool = false) -> StateIdentity {
            StateIdentity(
                apiURL: "https://api.test/v1", owner: "default", brand: brand.map { SipHash128.Key($0, 2) },
                acceptsNewBrandKey: accepts)
        }
        func open(_ identity: StateIdentity) async throws {
            let store = try StateStore.open(directory: directory.path, identity: identity, time: ManualTime())
            try await store.record("a", applied("1"))
            store.close()
        }
        // One that knows no brand yet is bound by the first run with keys.
        try await open(identity(nil))
        try await open(identity(1))
        try await open(identity(nil))
        #expect(await failure { try await open(identity(2)) }?.kind == .otherIdentity)
        #expect(await failure { try StateStore.read(directory: directory.path, identity: identity(2)) } != nil)
        try await open(identity(2, accepts: true))
        #expect(await failure { try await open(identity(1)) }?.kind == .otherIdentity)
        #expect(try StateStore.read(directory: directory.path, identity: identity(2)).connections.count == 1)
    }

    @Test func manyRecordsShareWritesAndKeepTheirOrder() async throws {
        let syncs = Mutex(0)
        var calls = SystemCalls()
        let sync = calls.fdatasync
        calls.fdatasync = { descriptor in
            syncs.withLock { $0 += 1 }
            return sync(descriptor)
        }
        let store = try open(directory, calls: calls)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask {
                    try await store.record("k\(number)", applied("first"))
                    try await store.record("k\(number)", applied("second"))
                }
            }
            try await group.waitForAll()
        }
        #expect(store.state.connections.count == 500)
        #expect(store.state.connections.values.allSatisfy { $0.uuid == "second" })
        store.close()
        #expect(syncs.withLock(\.self) < 1000)
        let read = try StateStore.read(directory: directory.path, identity: identity)
        #expect(read.connections.values.allSatisfy { $0.uuid == "second" })
    }

    @Test func whatReturnedIsOnDiskBeforeTheNextBegins() async throws {
        let store = try open(directory)
        for number in 0..<20 {
            try await store.record("a", applied("\(number)"))
            let read = try StateStore.read(directory: directory.path, identity: identity)
            #expect(read.connections["a"]?.uuid == "\(number)")
        }
        store.close()
    }

    @Test func theJournalIsRewrittenNowAndThenOnly() async throws {
        let renames = Mutex(0)
        var calls = SystemCalls()
        calls.fdatasync = { _ in 0 }
        let rename = calls.rename
        calls.rename = { old, new in
            renames.withLock { $0 += 1 }
            return rename(old, new)
        }
        let store = try open(directory, calls: calls)
        for number in 0..<2500 { try await store.record("a", applied("\(number)")) }
        #expect(renames.withLock(\.self) == 3)
        #expect(try directory.lines() < 1100)
        try await store.record("b", applied("x"))
        store.close()
        let read = try StateStore.read(directory: directory.path, identity: identity)
        #expect(read.connections["a"]?.uuid == "2499")
        #expect(read.connections["b"]?.uuid == "x")
        #expect(read.secretKey == store.state.secretKey)
        #expect(!FileManager.default.fileExists(atPath: directory.journal + ".new"))
    }
}

import Model
import Platform
import TestSupport
import Testing

@testable import StateStore

/// The journal of the state, on a disk that fails.
@Suite struct StateFaultTests {
    private func store(_ directory: String, _ calls: SystemCalls) throws -> StateStore {
        try StateStore(directory: directory, identity: identity, time: ManualTime(), calls: calls)
    }

    private func state(_ directory: String) throws -> AppliedState {
        try StateStore.read(directory: directory, identity: identity, time: ManualTime())
    }

    @Test func aRecordThatWasConfirmedIsThere() async throws {
        try await everyFault { directory in
            let store = try store(directory, .system)
            defer { store.close() }
            try blocking { try await store.record("before", applied("0")) }
        } write: { directory, calls in
            let store = try store(directory, calls)
            defer { store.close() }
            try await store.record("a", applied("1"))
            try await store.record("b", applied("2"))
            try await store.recordDeletion(of: "before", at: 1_699_999_999)
        } verify: { directory, told in
            let state = try state(directory)
            // In this order, or not yet.
            let (a, b) = (state.connections["a"], state.connections["b"])
            #expect(a == nil || a == applied("1"), told)
            #expect(b == nil || (b == applied("2") && a != nil), told)
            let isDeleted = state.connections["before"] == nil
            #expect(!isDeleted || (b != nil && !state.deletions.isEmpty), told)
            return isDeleted
        }
    }

    @Test func eachRecordCountsByItself() async throws {
        for place in 0..<30 {
            for fault in [FaultyDisk.Fault.failing(28), .powerLoss] {
                let directory = TemporaryDirectory()
                let disk = FaultyDisk(directory.path, at: place, fault)
                var confirmed: [String] = []
                if let store = try? store(directory.path, disk.calls) {
                    for key in ["a", "b", "c"] where (try? await store.record(key, applied(key))) != nil {
                        confirmed.append(key)
                    }
                    store.close()
                }
                for image in FaultyDisk.Image.allCases {
                    let after = TemporaryDirectory()
                    try disk.materialize(image, in: after.path("disk"))
                    let found = try state(after.path("disk")).connections
                    if fault == .powerLoss || image == .loose {
                        #expect(confirmed.allSatisfy { found[$0] != nil }, "\(fault) at \(place), \(image)")
                    }
                }
            }
        }
    }

    @Test func aJournalThatIsRewrittenLosesNothing() async throws {
        // So many lines that it is written anew after some more.
        let template = TemporaryDirectory()
        let store = try store(template.path, .system)
        for number in 0..<1000 { try await store.record("a", applied("\(number)")) }
        store.close()
        try await everyFault { directory in
            let bytes = try Descriptor(template.path("state.jsonl"), .reading).readAll(limit: 1 << 24)
            try Descriptor(directory + "/state.jsonl", .creating).write(bytes)
        } write: { directory, calls in
            let store = try self.store(directory, calls)
            defer { store.close() }
            for number in 0..<10 { try await store.record("b", applied("\(number)")) }
        } verify: { directory, told in
            let state = try state(directory)
            #expect(state.connections["a"] == applied("999"), told)
            return state.connections["b"] == applied("9")
        }
    }

    @Test func itIsRewrittenInThatTest() async throws {
        let directory = TemporaryDirectory()
        let store = try store(directory.path, .system)
        defer { store.close() }
        for number in 0..<1010 { try await store.record("a", applied("\(number)")) }
        #expect(try JournalLines.count(directory.path("state.jsonl")) < 100)
    }
}

private enum JournalLines {
    static func count(_ path: String) throws -> Int {
        try Descriptor(path, .reading).readAll(limit: 1 << 24).count { $0 == 0x0A }
    }
}

/// Waits on a thread that tasks do not need.
private func blocking(_ work: @escaping @Sendable () async throws -> Void) throws {
    let done = Semaphore()
    let outcome = Locked<(any Error)?>(nil)
    Task {
        do { try await work() } catch { outcome.withLock { $0 = error } }
        done.signal()
    }
    done.wait()
    if let error = outcome.withLock({ $0 }) { throw error }
}

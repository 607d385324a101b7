import JSON
import Platform
import TestSupport
import Testing

@testable import Emulator

/// The emulator's store, on a disk that fails. It survives the death of the process, and of power what the kernel wrote.
@Suite struct JournalFaultTests {
    private static let effects = (1...3).map {
        Effect.create(
            uuid: "uuid-\($0)", name: "n\($0)", primaryKey: "id", description: nil, details: nil)
    }

    private func uuids(_ directory: String) throws -> [String] {
        var found: [String] = []
        try Journal.load(directory: directory) { head, _ in found.append(head["uuid"]?.stringValue ?? "?") }
        return found
    }

    @Test func anEffectIsWholeOrNotThere() async throws {
        try await everyFault(survivesPower: false) { _ in
        } write: { directory, calls in
            let journal = try Journal(directory: directory, calls: calls) { _, _ in }
            let there = try uuids(directory)
            for effect in Self.effects where !there.contains(effect.head["uuid"]?.stringValue ?? "") {
                try journal.append(effect)
            }
        } verify: { directory, told in
            let found = try uuids(directory)
            #expect(["uuid-1", "uuid-2", "uuid-3"].starts(with: found), told)
            return found.count == 3
        }
    }

    @Test func aStoreThatIsRewrittenIsTheOldOneOrTheNewOne() async throws {
        try await everyFault(survivesPower: false) { directory in
            let journal = try Journal(directory: directory) { _, _ in }
            for effect in Self.effects { try journal.append(effect) }
        } write: { directory, calls in
            let journal = try Journal(directory: directory, calls: calls) { _, _ in }
            try journal.rewrite { try $0(Self.effects[2]) }
        } verify: { directory, told in
            let found = try uuids(directory)
            #expect(found == ["uuid-1", "uuid-2", "uuid-3"] || found == ["uuid-3"], told)
            return found == ["uuid-3"]
        }
    }
}

import APIClient
import Emulator
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Reconciler

/// Random edits of random files, with faults on the way: in the end the account holds what the files say.
@Suite struct RowPropertiesTests {
    /// What the manifest and its data file say.
    private struct Table: Sendable {
        var rows: [(id: Int, name: String, score: Int)] = []
        var isScoreNumber = false
        var deletes: Bool
        private var nextID = 0

        init(deletes: Bool) {
            self.deletes = deletes
        }

        mutating func insert(_ random: inout SeededRandom) {
            rows.append((nextID, "New \(nextID)", Int.random(in: 0...9, using: &random)))
            nextID += 1
        }

        mutating func edit(_ random: inout SeededRandom) {
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                let index = Int.random(in: 0..<rows.count, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0, 1: insert(&random)
                case 2 where rows.count > 1: rows.remove(at: index)
                case 3: rows[index].name = "Edit \(Int.random(in: 0..<5, using: &random))"
                case 4: rows[index].score = Int.random(in: 0...9, using: &random)
                default: rows.shuffle(using: &random)
                }
            }
            if Int.random(in: 0..<4, using: &random) == 0 { isScoreNumber.toggle() }
        }

        var manifest: String {
            """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: profiles}
            spec:
              name: Profiles
              primary_key: id
              data:
                files: [rows.csv]
                columns: {\(isScoreNumber ? "score: number" : "")}
                removed_rows: \(deletes ? "delete" : "keep")

            """
        }

        var csv: String { "id,name,score\n" + rows.map { "u\($0.id),\($0.name),\($0.score).50\n" }.joined() }

        /// The rows as the service should have them.
        var json: Set<String> {
            let quote = isScoreNumber ? "" : "\""
            return Set(
                rows.map { #"{"id":"u\#($0.id)","name":"\#($0.name)","score":\#(quote)\#($0.score).50\#(quote)}"# })
        }

        func write(to world: World) throws {
            try world.write("profiles.yaml", manifest)
            try world.write("rows.csv", csv)
        }
    }

    /// The table as it is on disk, changed by whoever gets hold of it.
    private final class Directory: Sendable {
        private let state: Mutex<(table: Table, random: SeededRandom)>
        private let world: World

        init(_ table: Table, _ random: SeededRandom, in world: World) {
            state = Mutex((table, random))
            self.world = world
        }

        var table: Table { state.withLock(\.table) }

        func edit() throws {
            try state.withLock { state in
                state.table.edit(&state.random)
                try state.table.write(to: world)
            }
        }

        /// True in one of so many calls.
        func chance(_ of: Int) -> Bool { state.withLock { Int.random(in: 0..<of, using: &$0.random) == 0 } }
    }

    /// Insert, change, delete, reorder, retype; between passes that failed, and while a pass runs.
    @Test(arguments: 1...24, [true, false])
    func editsOfAnyKindConverge(seed: Int, deletes: Bool) async throws {
        var random = SeededRandom(seed: UInt64(seed) &* 7919)
        let world = try World()
        var first = Table(deletes: deletes)
        for _ in 0..<Int.random(in: 1...60, using: &random) { first.insert(&random) }
        try first.write(to: world)
        let directory = Directory(first, random, in: world)
        for step in 0..<6 {
            if step > 0 { try directory.edit() }
            if step > 0, directory.chance(2) {
                _ = try await world.admin("POST", "faults", #"{"seed": \#(seed * 10 + step), "rate": 0.15}"#)
            }
            for _ in 0..<3 where directory.chance(2) {
                try await pass(world, directory, isDisturbed: true)
                if directory.chance(2) { try directory.edit() }
            }
            _ = try await world.admin("POST", "faults", "{}")
            try await converge(world, directory, "seed \(seed), step \(step)")
            let uuid = try #require(try await world.stored().first?.uuid)
            let found = Set(try await world.rowText(uuid).split(separator: "\n").map(String.init))
            let wanted = directory.table.json
            if deletes {
                #expect(found == wanted, "seed \(seed), step \(step)")
            } else {
                #expect(found.isSuperset(of: wanted), "seed \(seed), step \(step)")
            }
        }
        await world.emulator.stop()
    }

    @discardableResult
    private func pass(_ world: World, _ directory: Directory, isDisturbed: Bool) async throws -> PassOutcome {
        let client = try world.client()
        defer { client.invalidate() }
        let writer = FakeWriter(
            client,
            judge: { request, _ in
                guard isDisturbed else { return nil }
                if directory.chance(6) { try? directory.edit() }
                return directory.chance(8) ? FakeWriter.error(.unavailable, request) : nil
            },
            loseAnswer: { request in
                isDisturbed && directory.chance(4) ? FakeWriter.error(.unreachable, request) : nil
            })
        return try await world.pass(with: client, writer: writer) { $0.planning.allowRemoved = ["profiles"] }
    }

    private func converge(_ world: World, _ directory: Directory, _ place: String) async throws {
        var outcome = try await pass(world, directory, isDisturbed: false)
        for _ in 0..<4 where outcome.exitStatus(detailed: false) != .done {
            outcome = try await pass(world, directory, isDisturbed: false)
        }
        #expect(outcome.exitStatus(detailed: false) == .done, "\(place): \(outcome)")
    }
}

import Emulator
import Foundation
import JSON
import Synchronization
import TestSupport
import Testing

@testable import Reconciler

/// Keys that are spelled and typed otherwise from one week to the next: whether the service tells them apart by text or
/// by value, each row of the files ends up there once, and with `delete` nothing else.
@Suite struct KeySpellingTests {
    /// How a file writes the key of a row.
    private enum Style: CaseIterable {
        case text, floatText, number, floatNumber, exponent, csvText, csvFloatText, csvNumber, csvFloatNumber

        var isCSV: Bool { [.csvText, .csvFloatText, .csvNumber, .csvFloatNumber].contains(self) }
        var isTyped: Bool { self == .csvNumber || self == .csvFloatNumber }

        func key(_ id: Int) -> String {
            switch self {
            case .text: "\"\(id)\""
            case .floatText: "\"\(id).0\""
            case .number, .csvText, .csvNumber: "\(id)"
            case .floatNumber, .csvFloatText, .csvFloatNumber: "\(id).0"
            case .exponent: "\(id)e0"
            }
        }
    }

    private struct Table {
        var rows: [Int: Int]
        var style = Style.text
        let deletes: Bool

        /// 1 and 1.0 as texts are two rows: with `keep` both stay.
        var styles: [Style] {
            Style.allCases.filter { deletes || ($0 != .floatText && $0 != .csvFloatText) }
        }

        mutating func edit(_ random: inout SeededRandom) {
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let id = Int.random(in: 1...30, using: &random)
                if rows.count > 1, rows[id] != nil, Bool.random(using: &random) {
                    rows[id] = nil
                } else {
                    rows[id] = Int.random(in: 0...9, using: &random)
                }
            }
            if Int.random(in: 0..<3, using: &random) > 0 { style = styles.randomElement(using: &random)! }
        }

        func write(to world: World) throws {
            let name = style.isCSV ? "rows.csv" : "rows.ndjson"
            try? world.remove(style.isCSV ? "rows.ndjson" : "rows.csv")
            let lines = rows.sorted { $0.key < $1.key }.map { id, value in
                style.isCSV
                    ? "\(style.key(id)),\(id),\(value)\n"
                    : #"{"id":\#(style.key(id)),"n":"\#(id)","v":"\#(value)"}"# + "\n"
            }
            try world.write(name, (style.isCSV ? "id,n,v\n" : "") + lines.joined())
            try world.write(
                "profiles.yaml",
                """
                apiVersion: reconcile/v1
                kind: DataConnection
                metadata: {name: profiles}
                spec:
                  name: Profiles
                  primary_key: id
                  data:
                    files: [\(name)]
                    \(style.isTyped ? "columns: {id: number}" : "columns: {}")
                    removed_rows: \(deletes ? "delete" : "keep")

                """)
        }

        /// What has to be there, whatever spelling the key has.
        var wanted: [String] { rows.map { "\($0.key)=\($0.value)" }.sorted() }
    }

    private struct Case: CustomTestStringConvertible {
        var seed: Int
        var isByValue: Bool
        var deletes: Bool
        var testDescription: String { "seed \(seed), \(isByValue ? "by value" : "by text"), deletes \(deletes)" }

        static let all = (1...12).flatMap { seed in
            [true, false].flatMap { isByValue in
                [true, false].map { Case(seed: seed, isByValue: isByValue, deletes: $0) }
            }
        }
    }

    @Test(arguments: Case.all) private func eachRowIsThereOnce(_ test: Case) async throws {
        let world = try World(dialects: test.isByValue ? [.keysByValue] : [])
        let random = Mutex(SeededRandom(seed: UInt64(test.seed) &* 104_729))
        var table = random.withLock { random in
            Table(
                rows: Dictionary(
                    uniqueKeysWithValues: (1...Int.random(in: 2...30, using: &random)).map { ($0, $0 % 10) }),
                deletes: test.deletes)
        }
        for step in 0..<5 {
            if step > 0 { random.withLock { table.edit(&$0) } }
            try table.write(to: world)
            let isDisturbed = random.withLock { Int.random(in: 0..<2, using: &$0) == 0 }
            if isDisturbed {
                _ = try await pass(world) { random.withLock { Int.random(in: 0..<4, using: &$0) == 0 } }
            }
            var outcome = try await pass(world) { false }
            for _ in 0..<3 where outcome.exitStatus(detailed: false) != .done {
                outcome = try await pass(world) { false }
            }
            let place = "\(test.testDescription), step \(step): \(table.style)"
            #expect(outcome.exitStatus(detailed: false) == .done, "\(place): \(outcome)")
            let uuid = try #require(try await world.stored().first?.uuid)
            let rows = try await world.rowText(uuid).split(separator: "\n").map { try JSONValue.parse($0.utf8) }
            let found = rows.map { "\($0["n"]?.stringValue ?? "?")=\($0["v"]?.stringValue ?? "?")" }.sorted()
            if test.deletes {
                #expect(found == table.wanted, "\(place): \(rows.map(\.compactText))")
            } else {
                #expect(Set(found).isSuperset(of: table.wanted), "\(place)")
                let ids = rows.compactMap { $0["n"]?.stringValue }
                #expect(Set(ids).count == ids.count, "a row is there twice: \(place): \(rows.map(\.compactText))")
            }
        }
        await world.emulator.stop()
    }

    /// A pass in which writes fail before or after their effect where `fails` says so.
    private func pass(_ world: World, fails: @escaping @Sendable () -> Bool) async throws -> PassOutcome {
        let client = try world.client()
        defer { client.invalidate() }
        let writer = FakeWriter(
            client, judge: { request, _ in fails() ? FakeWriter.error(.unavailable, request) : nil },
            loseAnswer: { request in fails() ? FakeWriter.error(.unreachable, request) : nil })
        return try await world.pass(with: client, writer: writer) {
            $0.planning.allowRemoved = ["profiles"]
            $0.limits.maxRows = 7
        }
    }
}

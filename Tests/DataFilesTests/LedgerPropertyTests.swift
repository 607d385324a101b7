import Foundation
import JSON
import Model
import TestSupport
import Testing

@testable import DataFiles

/// A history of random edits and uploads: what the ledger says, and what is sent by it, is what a model in memory says.
@Suite struct LedgerPropertyTests {
    private typealias Row = RandomDataSets.Row

    let files = TemporaryDirectory()

    /// A service, and all that is known of it, in the simplest way.
    private struct World {
        /// By key: what the service has.
        var service: [String: String] = [:]
        /// By key: the content that the service refused last.
        var refused: [String: String] = [:]
        /// Keys that went from the files and were left in place.
        var kept: Set<String> = []
        /// By key: the content of the files at the last upload.
        var uploaded: [String: String] = [:]

        /// Since an upload whose ledger got lost: rows that the ledger does not know may be at the service.
        var isUncertain = false
        /// Keys refused in such an upload.
        var maybeThere: Set<String> = []

        func mayHave(_ key: String) -> Bool { service[key] != nil || maybeThere.contains(key) }

        /// Whether the service refuses that content; so it will for ever, or until `mood` changes.
        static func refuses(_ content: String, mood: Int) -> Bool {
            content.utf8.reduce(mood) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % 11 == 0
        }
    }

    private func key(_ row: Row) -> String { row[0].value.stringValue! }

    /// Every row by its key; keys of the tests differ by their bytes.
    private func contents(_ rows: [Row]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: rows.map { (key($0), RandomDataSets.normalText($0)) })
    }

    private func edit(_ rows: [Row], next: inout Int, _ random: inout SeededRandom) -> [Row] {
        var rows = rows
        for _ in 0..<Int.random(in: 0...4, using: &random) where rows.count > 1 {
            rows.remove(at: Int.random(in: 0..<rows.count, using: &random))
        }
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let place = Int.random(in: 0..<rows.count, using: &random)
            rows[place] = RandomDataSets.row(key: key(rows[place]), &random)
        }
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            // The same number written otherwise is the same content.
            let place = Int.random(in: 0..<rows.count, using: &random)
            if rows[place][2].value == .number("-1.50") { rows[place][2].value = .number("-15e-1") }
        }
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            // Some come back after they were gone.
            let number = Bool.random(using: &random) ? next : Int.random(in: 0...next, using: &random)
            next += 1
            let row = RandomDataSets.row(key: "key \(number)", &random)
            if !rows.contains(where: { key($0) == key(row) }) { rows.append(row) }
        }
        return rows
    }

    @Test(arguments: 1...16)
    func ledgerAndDeltaAreTheTruth(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let path = "\(files.path)/ledger"
        var world = World()
        var rows = (0..<Int.random(in: 1...30, using: &random)).map {
            RandomDataSets.row(key: "key \($0)", &random)
        }
        var next = rows.count
        var expected: LedgerIdentity?
        for round in 0..<10 {
            if round > 0 { rows = edit(rows, next: &next, &random) }
            let set = RandomDataSets(files: files).dataSetOf(rows, &random)
            var tuning = Tuning(readSize: [7, 100, 4096].randomElement(using: &random)!)
            tuning.seekReadSize = [1, 16, 300].randomElement(using: &random)!
            tuning.sortBytes = [4 * 40, 1000 * 40].randomElement(using: &random)!
            tuning.fanIn = [2, 50].randomElement(using: &random)!
            tuning.batchBytes = [1, 500, 1 << 20].randomElement(using: &random)!
            tuning.memoryBytes = [0, 1 << 20].randomElement(using: &random)!
            let limits = RequestLimits(maxRows: Int.random(in: 1...8, using: &random), maxBytes: 4000)
            let retry = Int.random(in: 0..<4, using: &random) == 0
            var ledger: LedgerReader?
            if let expected { ledger = RowLedger.open(path: path, expecting: expected).ledger }
            #expect((ledger == nil) == (expected == nil))
            let found = try ledgerSurvey(set, against: ledger, retryRejected: retry, limits: limits, tuning: tuning)
            #expect(found.survey == (try survey(set, limits: limits).get()))
            let now = contents(rows)
            if ledger != nil { check(found, now: now, world: world, retry: retry) }

            // The upload.
            let isFull = found.delta == nil || Int.random(in: 0..<5, using: &random) == 0
            let selection = isFull ? found.full : try #require(found.delta)
            let mood = Int.random(in: 0..<3, using: &random)
            let rejected = try upload(
                set, found, selection, limits: limits, tuning: tuning, mood: mood, now: now, world: &world)
            let removed: RemovedRowsOutcome = Bool.random(using: &random) ? .kept : .deleted
            try remove(found, removed, now: now, world: &world)
            world.uploaded = now

            // Some uploads end in a kill: the ledger before no longer fits the marker.
            let identity = identity(found.survey, at: round)
            if Int.random(in: 0..<8, using: &random) == 0 {
                if expected != nil { #expect(RowLedger.open(path: path, expecting: identity).ledger == nil) }
                expected = nil
                world.refused = [:]
                world.kept = []
                world.isUncertain = true
                continue
            }
            try RowLedger.write(
                path: path, identity: identity, rows: found.rows, sent: selection, rejected: rejected, removed: removed,
                mayHaveEarlierRows: world.isUncertain)
            expected = identity
        }
    }

    private func check(_ found: LedgerSurvey, now: [String: String], world: World, retry: Bool) {
        var changes = RowChanges()
        var sent: Set<String> = []
        for (key, content) in now {
            guard let before = world.uploaded[key] else {
                changes.added += 1
                sent.insert(key)
                continue
            }
            if before != content {
                changes.changed += 1
                sent.insert(key)
            } else if world.refused[key] == content {
                changes.standingRejected += 1
                if retry { sent.insert(key) }
            } else {
                changes.unchanged += 1
            }
        }
        changes.removed = world.uploaded.keys.filter { now[$0] == nil && world.mayHave($0) }.count
        changes.kept = world.kept.filter { now[$0] == nil }.count
        changes.thereBefore = world.uploaded.keys.filter(world.mayHave).count + world.kept.count
        #expect(found.changes == changes)
        #expect(found.delta?.rowCount == sent.count)
        #expect(found.removed?.count == changes.removed + changes.kept)
        #expect(found.full.rowCount == now.count - (retry ? 0 : changes.standingRejected))
    }

    /// Takes the chunks as the service does. Answers the numbers of the rows that it refused.
    private func upload(
        _ set: DataSet, _ found: LedgerSurvey, _ selection: RowSelection, limits: RequestLimits, tuning: Tuning,
        mood: Int, now: [String: String], world: inout World
    ) throws -> Set<Int> {
        let chunks = try chunks(set, found, sending: selection, limits: limits, tuning: tuning)
        #expect(chunks == (try DataFilesTests.chunks(set, found, sending: selection, limits: limits)))
        #expect(chunks.count == selection.requestCount)
        #expect(chunks.reduce(0) { $0 + $1.rowCount } == selection.rowCount)
        #expect(chunks.reduce(0) { $0 + $1.records.count - $1.rowCount + 1 } == selection.byteCount)
        #expect(chunks.map(\.isLast) == chunks.indices.map { $0 == chunks.count - 1 })
        // The places are those of an upload of all rows.
        let all = try RowChunkTests.everything(set, found)
        var rejected: Set<Int> = []
        for chunk in chunks {
            for row in 0..<chunk.rowCount {
                let value = try JSONValue.parse(Array(chunk.record(ofRow: row)))
                let key = try #require(value["id"]?.stringValue)
                let content = value.normalText
                let number = chunk.number(ofRow: row)
                #expect(now[key] == content)
                #expect(selection.contains(row: number))
                #expect(chunk.origin(ofRow: row) == all.origin(ofRow: number))
                #expect(chunk.record(ofRow: row).elementsEqual(all.record(ofRow: number)))
                if World.refuses(content, mood: mood) {
                    world.refused[key] = content
                    rejected.insert(number)
                    let isKnown = found.changes != nil && (world.uploaded[key] != nil || world.kept.contains(key))
                    if world.isUncertain, !isKnown { world.maybeThere.insert(key) }
                } else {
                    world.service[key] = content
                    world.refused[key] = nil
                }
            }
        }
        return rejected
    }

    private func remove(
        _ found: LedgerSurvey, _ removed: RemovedRowsOutcome, now: [String: String], world: inout World
    ) throws {
        let groups = try groups(found.removed, of: 2)
        #expect(groups.allSatisfy { (1...2).contains($0.count) })
        #expect(groups.count == ((found.removed?.count ?? 0) + 1) / 2)
        let keys = groups.flatMap { $0 }.map { $0.stringValue! }
        #expect(Set(keys).count == keys.count)
        #expect(keys.allSatisfy { now[$0] == nil })
        for key in now.keys { world.kept.remove(key) }
        world.refused = world.refused.filter { now[$0.key] != nil }
        guard found.changes != nil else {
            // Without a ledger nothing is known of what went; what is left at the service is not ours to check.
            world.service = world.service.filter { now[$0.key] != nil }
            return
        }
        switch removed {
        case .kept: world.kept.formUnion(keys)
        case .deleted:
            for key in keys { world.service[key] = nil }
            world.kept = []
            world.maybeThere.subtract(keys)
            // Exactly the rows of the files, but those that were refused.
            for (key, content) in now where world.refused[key] == nil { #expect(world.service[key] == content) }
            #expect(world.service.keys.allSatisfy { now[$0] != nil })
        }
    }
}

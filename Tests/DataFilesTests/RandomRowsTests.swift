import JSON
import Model
import TestSupport
import Testing

@testable import DataFiles

/// Properties that hold for any rows, tried on rows out of fixed seeds.
@Suite struct RandomRowsTests {
    let files = TemporaryDirectory()

    private func dataSetOf(_ rows: [RandomDataSets.Row], _ random: inout SeededRandom) -> DataSet {
        RandomDataSets(files: files).dataSetOf(rows, &random)
    }

    @Test(arguments: 1...12)
    func layoutOrderAndFormatDoNotMatter(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let rows = RandomDataSets.rows(Int.random(in: 1...40, using: &random), &random)
        let expected = try survey(dataSetOf(rows, &random)).get().digest
        for readSize in [1, 2, 3, 7, 64] {
            var tuning = Tuning(readSize: readSize)
            tuning.sortBytes = 5 * 40
            tuning.fanIn = 2
            tuning.batchBytes = readSize * 10
            let set = dataSetOf(rows, &random)
            #expect(try survey(set, tuning: tuning).get().digest == expected)
        }
        // One value of one row.
        var changed = rows
        let row = Int.random(in: 0..<rows.count, using: &random)
        let column = Int.random(in: 1..<rows[row].count, using: &random)
        changed[row][column].value =
            switch rows[row][column].value {
            case .string(let text): .string(text + "x")
            case .null: rows[row][column].name == "n" ? 1 : true
            default: .null
            }
        #expect(try survey(dataSetOf(changed, &random)).get().digest != expected)
    }

    @Test(arguments: 1...12)
    func chunksHoldEveryRowOnce(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let rows = RandomDataSets.rows(Int.random(in: 1...60, using: &random), &random)
        let set = dataSetOf(rows, &random)
        let limits = RequestLimits(
            maxRows: Int.random(in: 1...20, using: &random), maxBytes: Int.random(in: 400...2000, using: &random))
        let expected = try recordText(set)
        let found = try survey(set, limits: limits).get()
        for readSize in [1, 7, 1000] {
            let chunks = try chunks(set, limits: limits, tuning: Tuning(readSize: readSize))
            #expect(chunks.map { String(decoding: $0.records, as: UTF8.self) }.joined(separator: ",") == expected)
            #expect(chunks.count == found.requestCount)
            #expect(chunks.reduce(0) { $0 + $1.rowCount } == found.rowCount)
            #expect(chunks.map(\.isLast) == chunks.indices.map { $0 == chunks.count - 1 })
            #expect(chunks.allSatisfy { $0.rowCount <= limits.maxRows && $0.records.count <= limits.maxBytes })
            #expect(chunks.reduce(0) { $0 + $1.records.count - ($1.rowCount - 1) } == found.byteCount)
            let single = chunks.flatMap { chunk in (0..<chunk.rowCount).map { chunk.slice($0..<$0 + 1).records } }
            #expect(single.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",") == expected)
        }
        let sent = try #require(JSONValue.parse("[\(expected)]".utf8).arrayValue)
        let wanted = Set(rows.map(RandomDataSets.normalText))
        #expect(Set(sent.map(\.normalText)) == wanted)
        #expect(sent.count == rows.count)
    }

    /// Damaged files: whatever is in them, reading ends with rows or with diagnostics that have a place.
    @Test(arguments: 1...10)
    func damageIsReportedNotTrusted(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let rows = RandomDataSets.rows(8, &random)
        for _ in 0..<40 {
            let lines = rows.map { RandomDataSets.object($0, &random) }
            let texts = [
                ("a.csv", RandomDataSets.csv(rows, &random)), ("a.ndjson", lines.joined(separator: "\n")),
                ("a.json", "[\(lines.joined(separator: ","))]"),
            ]
            for (name, text) in texts {
                var bytes = Array(text.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    let byte: UInt8 = [0x22, 0x0A, 0x2C, 0x7B, 0x7D, 0x5D, 0x5C, 0x00, 0xFF, 0xC3, 0x0D, 0x30]
                        .randomElement(using: &random)!
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: bytes[place] = byte
                    case 1: bytes.insert(byte, at: place)
                    default: bytes.removeSubrange(place...)
                    }
                    if bytes.isEmpty { bytes = [byte] }
                }
                let set = dataSet([files.file(name, bytes)])
                let whole = problems(set)
                #expect(whole == problems(set, tuning: Tuning(readSize: 5, batchBytes: 100)))
                #expect(whole.allSatisfy { $0.hasPrefix("\(name):") })
                if whole.isEmpty { _ = try JSONValue.parse("[\(try recordText(set))]".utf8) }
            }
        }
    }
}

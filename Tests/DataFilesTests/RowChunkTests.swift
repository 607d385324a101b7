import JSON
import Model
import TestSupport
import Testing

@testable import DataFiles

@Suite struct RowChunkTests {
    let files = TemporaryDirectory()

    private func chunk() throws -> RowChunk {
        let set = dataSet([
            files.file("a.csv", "id,b\n1,\"x\ny\"\n2,x\n"), files.file("b.json", "[{\"id\":3},\n{\"id\":4}]"),
        ])
        return try #require(chunks(set).first)
    }

    @Test func rowsByCount() throws {
        let set = dataSet([files.file("a.csv", "id\n1\n2\n3\n4\n5\n")])
        let found = try chunks(set, limits: RequestLimits(maxRows: 2))
        #expect(found.map(\.rowCount) == [2, 2, 1])
        #expect(found.map(\.index) == [0, 1, 2])
        #expect(found.map(\.firstRow) == [0, 2, 4])
        #expect(found.map(\.isLast) == [false, false, true])
        #expect(String(decoding: found[1].records, as: UTF8.self) == #"{"id":"3"},{"id":"4"}"#)
        // The last row fills its request.
        #expect(try chunks(set, limits: RequestLimits(maxRows: 5)).map(\.isLast) == [true])
    }

    @Test func rowsByBytes() throws {
        // Each record is 10 bytes, and a comma stands between two.
        let set = dataSet([files.file("a.csv", "id\n1\n2\n3\n4\n5\n")])
        for (bytes, counts) in [(21, [2, 2, 1]), (31, [2, 2, 1]), (32, [3, 2]), (10, [1, 1, 1, 1, 1]), (54, [5])] {
            let limits = RequestLimits(maxBytes: bytes)
            let found = try chunks(set, limits: limits)
            #expect(found.map(\.rowCount) == counts)
            #expect(found.allSatisfy { $0.records.count <= bytes })
            let survey = try survey(set, limits: limits).get()
            #expect(survey.requestCount == counts.count)
            #expect(survey.byteCount == 50)
        }
    }

    @Test func aRowThatNoRequestHolds() throws {
        let set = dataSet([files.file("a.csv", "id,b\n1,x\n2,yyyyy\n")])
        #expect(
            problems(set, limits: RequestLimits(maxBytes: 20)) == [
                "a.csv:3:1: this row takes 22 bytes as JSON; a request holds at most 20"
            ])
        // Smaller limits than those of the survey still lose no row.
        let fingerprint = try survey(set).get().fingerprint
        var reader = try RowChunkReader(set, limits: RequestLimits(maxBytes: 1), expecting: fingerprint)
        #expect(try reader.next()?.rowCount == 1)
        #expect(try reader.next()?.records.count == 22)
        #expect(try reader.next() == nil)
        #expect(try reader.next() == nil)
    }

    @Test func originsAndKeys() throws {
        let chunk = try chunk()
        #expect(
            (0..<4).map { chunk.origin(ofRow: $0).description } == [
                "a.csv:2:1", "a.csv:4:1", "b.json:1:1", "b.json:2:1",
            ])
        #expect((0..<4).map { chunk.primaryKeyText(ofRow: $0, primaryKey: "id") } == ["\"1\"", "\"2\"", "3", "4"])
        #expect(chunk.primaryKeyText(ofRow: 0, primaryKey: "none") == "(none)")
    }

    @Test func slices() throws {
        let chunk = try chunk()
        let slice = chunk.slice(1..<3)
        #expect(String(decoding: slice.records, as: UTF8.self) == #"{"id":"2","b":"x"},{"id":3}"#)
        #expect(slice.rowCount == 2)
        #expect(slice.firstRow == 1)
        #expect(slice.origin(ofRow: 1).description == "b.json:1:1")
        #expect(chunk.slice(0..<4) == chunk)
        #expect(slice.slice(1..<2).number(ofRow: 0) == 2)
        #expect(chunk.slice(2..<2).records.isEmpty)
    }

    @Test func removals() throws {
        let chunk = try chunk()
        let left = chunk.removing([0, 2])
        #expect(String(decoding: left.records, as: UTF8.self) == #"{"id":"2","b":"x"},{"id":4}"#)
        #expect((0..<2).map { left.origin(ofRow: $0).line } == [4, 2])
        #expect((0..<2).map { left.number(ofRow: $0) } == [1, 3])
        #expect(chunk.removing([]) == chunk)
        #expect(chunk.removing([0, 1, 2, 3]).rowCount == 0)
    }

    @Test func recordsAreJSON() throws {
        let chunk = try chunk()
        let bytes = Array("[".utf8) + chunk.records + Array("]".utf8)
        #expect(try JSONValue.parse(bytes).arrayValue?.count == 4)
    }
}

extension RowChunkTests {
    /// All rows of a set in one chunk.
    static func everything(_ set: DataSet, _ survey: LedgerSurvey) throws -> RowChunk {
        let limits = RequestLimits(maxRows: .max, maxBytes: .max)
        var reader = try RowChunkReader(set, limits: limits, expecting: survey.survey.fingerprint)
        return try #require(try reader.next())
    }
}

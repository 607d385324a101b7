import Foundation
import Glibc
import Model
import TestSupport
import Testing

@testable import DataFiles

/// What a ledger remembers of columns, and what is told of them.
@Suite struct ColumnMemoryTests {
    let files = TemporaryDirectory()

    private var path: String { "\(files.path)/ledger" }

    private func compare(_ before: DataSet, _ after: DataSet) throws -> RowPreview {
        let identity = try writeLedger(path, of: before)
        let ledger = try #require(RowLedger.open(path: path, expecting: identity).ledger)
        let found = try DataSurveyor.survey(
            after, limits: RequestLimits(), temporaryDirectory: files.path, against: ledger, isCancelled: { false }
        ).get()
        return try #require(found.preview)
    }

    @Test func columnsThatCameAndWentAndChanged() throws {
        let before = dataSet(
            [files.file("a.csv", "id,city,old,age\n1,a,x,1\n2,b,x,2\n3,c,x,3\n")], columns: ["age": .number])
        let after = dataSet([files.file("b.csv", "id,age,city,new\n1,1,a,y\n2,2,B,y\n4,4,d,y\n")])
        let preview = try compare(before, after)
        let columns = try #require(preview.columns)
        #expect(columns.added == [ColumnChanges.Column(name: "new", type: "string")])
        #expect(columns.removed == [ColumnChanges.Column(name: "old", type: "string")])
        #expect(columns.retyped == [ColumnChanges.Retyped(name: "age", from: "number", to: "string")])
        #expect(
            columns.changed == [
                ColumnChanges.Changed(name: "age", rows: 2), ColumnChanges.Changed(name: "city", rows: 1),
            ])
        #expect(columns.isExact)
        #expect(preview.added.map(\.key) == ["\"4\""] && preview.removed.map(\.key) == ["\"3\""])
        #expect(preview.changed.map(\.key) == ["\"1\"", "\"2\""])
        #expect(preview.changed.map { $0.place?.line } == [2, 3])
    }

    @Test func rowsOfJSONHaveTheFieldsThatTheyHave() throws {
        let before = dataSet([files.file("a.ndjson", "{\"id\":1,\"v\":1}\n{\"id\":2,\"v\":\"x\",\"w\":true}\n")])
        let after = dataSet([files.file("b.ndjson", "{\"v\":null,\"id\":1}\n{\"v\":\"x\",\"id\":2,\"\\u0077\":[1]}\n")])
        let columns = try #require(try compare(before, after).columns)
        #expect(columns.added.isEmpty && columns.removed.isEmpty)
        #expect(
            columns.retyped == [
                ColumnChanges.Retyped(name: "v", from: "string or number", to: "string"),
                ColumnChanges.Retyped(name: "w", from: "boolean", to: "json"),
            ])
        #expect(columns.changed.map(\.name).sorted() == ["v", "w"])
    }

    @Test func manyRowsAreTakenFromASample() throws {
        func text(_ change: (Int) -> Bool) -> String {
            "id,a,b\n" + (0..<40_000).map { "k\($0),\(change($0) ? "new" : "old"),\($0)\n" }.joined()
        }
        let preview = try compare(
            dataSet([files.file("a.csv", text { _ in false })]), dataSet([files.file("b.csv", text { $0 % 4 == 0 })]))
        let columns = try #require(preview.columns)
        #expect(!columns.isExact)
        // Every changed row changed in this column, and the number of those is known.
        #expect(columns.changed == [ColumnChanges.Changed(name: "a", rows: 10_000)])
        let size = FileManager.default.contents(atPath: path)?.count ?? 0
        #expect(size < 40_000 * 60 + ColumnMemory.maxBytes)
    }

    @Test func nothingIsToldOfRowsThatAreAsTheyWere() throws {
        let set = dataSet([files.file("a.csv", "id,b\n1,x\n")])
        #expect(try compare(set, set).columns == nil)
    }

    @Test func itComesBackAsItWasWritten() throws {
        var memory = ColumnMemory()
        memory.columns = [
            ColumnMemory.Column(name: Array("ü".utf8), kinds: [.string, .container]),
            ColumnMemory.Column(name: [], kinds: []),
        ]
        memory.threshold = 1 << 40
        memory.rows = [ColumnMemory.Row(key: 7, digests: [1, 0]), ColumnMemory.Row(key: 9, digests: [3, 4])]
        let bytes = memory.bytes
        #expect(ColumnMemory(bytes) == memory)
        for count in 0..<bytes.count { #expect(ColumnMemory(Array(bytes.prefix(count))) == nil) }
    }

    /// A ledger that a version before wrote, which knows nothing of columns, still counts.
    @Test func aLedgerOfBeforeIsRead() throws {
        let identity = try writeLedger(path, of: dataSet([files.file("a.csv", "id,b\n1,x\n2,y\n")]))
        let header = try #require(RowLedger.open(path: path, expecting: identity).ledger).header
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        var body = Array(bytes.suffix(header.bodyBytes).dropLast(header.columnBytes))
        bytes.removeLast(header.bodyBytes)
        // Without the length of what is not there, and both digests anew.
        bytes.removeSubrange(64..<72)
        (bytes[8], bytes[12]) = (3, bytes[12] - 8)
        var hash = XXH64()
        body.withUnsafeBytes { hash.combine(bytes: $0) }
        withUnsafeBytes(of: hash.finalize().littleEndian) { bytes.replaceSubrange(64..<72, with: $0) }
        bytes.removeLast(16)
        var digest = SipHash128()
        bytes.withUnsafeBytes { digest.combine(bytes: $0) }
        let found = digest.finalize()
        for word in [found.low, found.high] { withUnsafeBytes(of: word.littleEndian) { bytes += $0 } }
        bytes += body
        body.removeAll()
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        chmod(path, 0o600)
        let ledger = try #require(RowLedger.open(path: path, expecting: identity).ledger)
        #expect(try ledger.columns() == nil)
        #expect(ledger.counts.live == 2)
        let after = try DataSurveyor.survey(
            dataSet([files.file("b.csv", "id,b\n1,x\n2,z\n")]), limits: RequestLimits(), temporaryDirectory: files.path,
            against: ledger, isCancelled: { false }
        ).get()
        #expect(after.changes?.changed == 1)
        #expect(after.preview?.columns == nil && after.preview?.changed.map(\.key) == ["\"2\""])
    }
}

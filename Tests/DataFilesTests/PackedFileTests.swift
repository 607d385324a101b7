import Foundation
import Model
import TestSupport
import Testing

@testable import DataFiles

/// Files that gzip packed.
@Suite struct PackedFileTests {
    let files = TemporaryDirectory()

    private func packed(_ name: String, _ text: String) throws -> DataFile {
        _ = files.file(name, text)
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-nf", "\(files.path)/\(name)"]
        try gzip.run()
        gzip.waitUntilExit()
        #expect(gzip.terminationStatus == 0)
        return DataFile(
            absolutePath: "\(files.path)/\(name).gz", displayPath: "\(name).gz", format: DataFileName(name)!.format,
            isCompressed: true, hasTabs: DataFileName(name)!.hasTabs)
    }

    private func text(_ rows: Int) -> String { "id,v\n" + (0..<rows).map { "k\($0),\($0 * 7)\n" }.joined() }

    @Test func rowsOfPackedFilesAreThoseOfPlainOnes() throws {
        let plain = try survey(dataSet([files.file("p.csv", text(5000))])).get()
        #expect(try survey(dataSet([packed("a.csv", text(5000))])).get().digest == plain.digest)
        #expect(try recordText(dataSet([packed("b.json", "[{\"id\":1}]")])) == #"{"id":1}"#)
        #expect(try recordText(dataSet([packed("c.ndjson", "{\"id\":1}\n{\"id\":2}\n")])) == #"{"id":1},{"id":2}"#)
    }

    @Test func chosenRowsAreFoundInThem() throws {
        let set = dataSet([try packed("a.csv", text(3000))])
        let found = try DataSurveyor.survey(
            set, limits: RequestLimits(), temporaryDirectory: files.path, against: nil, isCancelled: { false }
        ).get()
        var wanted = RowBitmap(count: 3000)
        for row in [0, 1, 1500, 2999] { wanted.insert(row) }
        let selection = try RowSelection(wanted, notes: found.rows.notes, limits: RequestLimits())
        var reader = try RowChunkReader(
            set, limits: RequestLimits(), expecting: found.survey.fingerprint, sending: selection)
        let chunk = try reader.next()
        #expect(
            String(decoding: chunk?.records ?? [], as: UTF8.self)
                == #"{"id":"k0","v":"0"},{"id":"k1","v":"7"},{"id":"k1500","v":"10500"},{"id":"k2999","v":"20993"}"#)
    }

    @Test func aCutArchiveIsAnErrorAtItsEnd() throws {
        let file = try packed("a.csv", text(20_000))
        let bytes = FileManager.default.contents(atPath: file.absolutePath)!
        for (name, part) in [("cut", bytes.prefix(bytes.count - 9)), ("half", bytes.prefix(bytes.count / 2))] {
            var cut = file
            cut.absolutePath = "\(files.path)/\(name).csv.gz"
            try Data(part).write(to: URL(fileURLWithPath: cut.absolutePath))
            let found = problems(dataSet([cut]))
            #expect(found.count == 1 && found[0].contains("is damaged or cut: gzip says"), "\(found)")
        }
        var wrong = Array(bytes)
        wrong[bytes.count - 6] ^= 1
        try Data(wrong).write(to: URL(fileURLWithPath: file.absolutePath))
        #expect(problems(dataSet([file])).first?.contains("is damaged or cut") == true)
    }

    @Test func aFileThatIsNotPacked() throws {
        var file = files.file("a.csv", "id\n1\n")
        file.isCompressed = true
        #expect(problems(dataSet([file])) == ["a.csv:1:1: the file is not packed with gzip, as its name says"])
    }

    @Test func partsWithoutRowsArePassedOver() throws {
        let set = dataSet([
            files.file("0.csv", ""), files.file("1.csv", "id\n1\n"), files.file("2.csv", "id\n"),
            files.file("3.ndjson", ""), files.file("4.json", ""), try packed("5.csv", ""),
        ])
        #expect(try recordText(set) == #"{"id":"1"}"#)
        #expect(!problems(dataSet([files.file("6.csv", "")])).isEmpty)
    }
}

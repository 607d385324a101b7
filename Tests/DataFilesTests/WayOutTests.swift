import Foundation
import Model
import TestSupport
import Testing

@testable import DataFiles

/// Files as people have them: what is wrong names the thing and the way out.
@Suite struct WayOutTests {
    let files = TemporaryDirectory()

    private func diagnostics(_ name: String, _ bytes: [UInt8]) -> [Diagnostic] {
        switch survey(dataSet([files.file(name, bytes)])) {
        case .success: []
        case .failure(let problems): problems.diagnostics
        }
    }

    @Test(arguments: [
        ("id|name\n1|A\n", "one cell with | in it: declare csv: {delimiter: \"|\"}"),
        ("id;name\n1;A\n", "one cell with semicolons in it: declare csv: {delimiter: \";\"}"),
        ("sep=;\nid;name\n1;A\n", "declare csv: {skip_lines: 1, delimiter: \";\"}"),
        ("# exported\nid,name\n1,A\n", "declare csv: {comment: \"#\"}"),
        ("C1,Autauga\n1,A\n", "where it is a row already, name them with csv: {header: [id, …]}"),
        ("\" id\",name\n1,A\n", "has blanks around its name"),
        ("ID,name\n1,A\n", "did you mean \"ID\"?"),
    ])
    func aHeaderWithoutTheKey(text: String, help: String) {
        let found = diagnostics("a.csv", Array(text.utf8))
        #expect(found.first?.message == "the header has no column \"id\", the primary key")
        #expect(found.first?.help?.contains(help) == true, "\(found.first?.help ?? "")")
    }

    @Test func blanksAroundANameAreNotPartOfIt() throws {
        let rows = try RowScan.sample(
            5, seed: 1, of: dataSet([files.file("a.csv", Array("id , name,\" x\"\n1,A,b\n".utf8))]))
        #expect(rows.map { String(decoding: $0.text, as: UTF8.self) } == [#"{"id":"1","name":"A"," x":"b"}"#])
    }

    @Test func aSampleIsTheSameForASeedAndHasNoRowTwice() throws {
        let text = "id\n" + (0..<1000).map { "r\($0)\n" }.joined()
        let set = dataSet([files.file("s.csv", Array(text.utf8))])
        let first = try RowScan.sample(20, seed: 7, of: set)
        #expect(Set(first.map(\.text)).count == 20)
        #expect(try RowScan.sample(20, seed: 7, of: set) == first)
        #expect(try RowScan.sample(20, seed: 8, of: set) != first)
        #expect(first.allSatisfy { $0.text == Array("{\"id\":\"r\($0.place.line - 2)\"}".utf8) })
        #expect(try RowScan.sample(5000, seed: 1, of: set).count == 1000)
    }

    @Test(arguments: [
        (",id,v\n0,a,1\n", "index of a data frame"), ("id,name,\n1,A,\n", "the line ends with a comma"),
        ("id,,v\n1,x,2\n", "leave it out with omit: [\"\"], or name it"),
    ])
    func aColumnWithoutAName(text: String, help: String) {
        #expect(diagnostics("a.csv", Array(text.utf8)).first?.help?.contains(help) == true)
    }

    @Test(
        arguments: [
            ([0x1F, 0x8B, 8, 0, 0, 0], "compressed with gzip"),
            (Array("PK\u{3}\u{4}xyz".utf8), "a ZIP archive, or a spreadsheet"),
            (Array("PAR1abcd".utf8), "is Parquet"), (Array("BZh91AY".utf8), "is compressed"),
            ([0xD0, 0xCF, 0x11, 0xE0, 1, 2], "a spreadsheet of an old Excel"),
        ] as [([UInt8], String)])
    func filesOfAnotherKind(bytes: [UInt8], what: String) {
        for name in ["a.csv", "a.json", "a.ndjson"] {
            let found = diagnostics(name, bytes)
            #expect(found.count == 1 && found[0].message.contains(what), "\(found)")
            #expect(found.first?.help != nil)
        }
    }

    @Test(arguments: [
        ("NaN", "JSON has no NaN"), ("-Infinity", "JSON has no NaN"), ("None", "a word of Python"),
        ("True", "a word of Python"), ("'x'", "a single quote"),
    ])
    func wordsOfOtherLanguages(word: String, message: String) {
        for (name, text) in [("a.ndjson", "{\"id\":1,\"v\":\(word)}\n"), ("a.json", "[{\"id\":1,\"v\":\(word)}]")] {
            let found = diagnostics(name, Array(text.utf8))
            #expect(found.first?.message.contains(message) == true, "\(found)")
            #expect(found.first?.help != nil)
        }
    }

    @Test func anArrayByTheNameOfLines() {
        let found = diagnostics("a.jsonl", Array("[\n  {\"id\": 1},\n  {\"id\": 2}\n]\n".utf8))
        #expect(found.map(\.message) == ["the file is one array; an NDJSON file has one object a line"])
    }

    @Test func anObjectAroundTheRows() {
        let found = diagnostics("a.json", Array("{\"data\": [{\"id\": 1}]}".utf8))
        #expect(found.first?.help?.contains("json: {records: data}") == true)
    }

    @Test func aHeaderBetweenTheRows() {
        let found = diagnostics("a.csv", Array("id,name\n1,A\nid,name\n2,B\n".utf8))
        #expect(
            found.map { "\($0.location?.line ?? 0): \($0.message)" } == ["3: the header stands here again, as a row"])
        // A row that only its key has the name of is a row.
        #expect(diagnostics("a.csv", Array("id,name\nid,A\n".utf8)).isEmpty)
    }

    @Test func aQuoteThatWasOpenedFarAbove() {
        let lines = (3...40).map { "\($0),x\n" }.joined()
        let found = diagnostics("a.csv", Array("id,b\n1,\"open\n\(lines)41,\"y\"\n42,z\n".utf8))
        #expect(found.first?.notes.first?.location.line == 2, "\(found)")
    }

    @Test func twoRowsOfOneKey() {
        let found = diagnostics("a.csv", Array("id,b\n1,x\n1,y\n".utf8))
        #expect(found.first?.help?.contains("make one column of them") == true)
    }

    @Test func sensitiveValuesAreInNoMessage() {
        var set = dataSet([files.file("a.csv", "id,n\nsecret-1,12x45\nsecret-1,1\n")], columns: ["n": .number])
        set.sensitive = ["id", "n"]
        #expect(problems(set) == ["a.csv:2:10: \"(sensitive)\" is not a number, but `columns` says that \"n\" is one"])
        set.columns = [:]
        guard case .failure(let found) = survey(set) else { return }
        let words = found.diagnostics.map(\.rendered).joined()
        #expect(words.contains("the primary key (sensitive) occurs twice") && !words.contains("secret"), "\(words)")
    }
}

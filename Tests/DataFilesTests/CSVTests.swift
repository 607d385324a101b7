import TestSupport
import Testing

@testable import DataFiles

@Suite struct CSVTests {
    let files = TemporaryDirectory()

    @Test(arguments: [
        // Line ends, and files that end without one.
        ("id,b\n1,x\n", #"{"id":"1","b":"x"}"#),
        ("id,b\r\n1,x\r\n2,y", #"{"id":"1","b":"x"},{"id":"2","b":"y"}"#),
        ("id,b\n1,", #"{"id":"1","b":""}"#),
        ("id,b\r\n1,\r\n", #"{"id":"1","b":""}"#),
        // Quotes.
        ("id,b\n1,\"a,b\"\n", #"{"id":"1","b":"a,b"}"#),
        ("id,b\n1,\"a\nb\r\nc\"\n", #"{"id":"1","b":"a\nb\r\nc"}"#),
        ("id,b\n\"1\",\"say \"\"hi\"\"\"\r\n", #"{"id":"1","b":"say \"hi\""}"#),
        ("id,b\n1,\"\"", #"{"id":"1","b":""}"#),
        ("id,b\n1,\"\"\"\"\n", #"{"id":"1","b":"\""}"#),
        // What JSON escapes, and what it does not.
        ("id,b\n1,a\\b\tc\u{1}\u{7F}\n", #"{"id":"1","b":"a\\b\tc\u0001"# + "\u{7F}\"}"),
        ("id,b\n1,Zoë 東京 🎉\n", #"{"id":"1","b":"Zoë 東京 🎉"}"#),
        // Blanks belong to the cell.
        ("id,b\n1, x \n", #"{"id":"1","b":" x "}"#),
        // Empty lines are no rows, at either end and between.
        ("\n\r\nid,b\n\n1,x\n\r\n2,y\n\n", #"{"id":"1","b":"x"},{"id":"2","b":"y"}"#),
        ("id\n1\n\n2\n", #"{"id":"1"},{"id":"2"}"#),
        // A byte order mark.
        ("\u{FEFF}id,b\n1,x\n", #"{"id":"1","b":"x"}"#),
        ("\u{FEFF}\"id\",b\n1,x\n", #"{"id":"1","b":"x"}"#),
        // Further on the same bytes are text, wherever a read happens to end.
        ("id,b\n1,x\n\u{FEFF}2,y\n", "{\"id\":\"1\",\"b\":\"x\"},{\"id\":\"\u{FEFF}2\",\"b\":\"y\"}"),
        // A quote behind text is that character, and two of them are two.
        ("id,b\n1,5\" pipe\n", #"{"id":"1","b":"5\" pipe"}"#),
        ("id,b\n1,x \"y\" z\"\"\n", #"{"id":"1","b":"x \"y\" z\"\""}"#),
        ("id,b\"c\n1,é\"\"b\n", #"{"id":"1","b\"c":"é\"\"b"}"#),
        // Names are escaped too.
        ("id,\"a\"\"b\",\"c\nd\"\n1,2,3\n", #"{"id":"1","a\"b":"2","c\nd":"3"}"#),
    ])
    func records(text: String, expected: String) throws {
        let set = dataSet([files.file("a.csv", text)])
        #expect(try recordText(set) == expected)
        for readSize in [1, 2, 3, 7, 64] {
            #expect(try recordText(set, tuning: Tuning(readSize: readSize)) == expected)
        }
    }

    @Test(arguments: [
        ("id,b\n1\n2,x\n3,y,z\n", ["2:1: 1 cell where the header has 2", "4:1: 3 cells where the header has 2"]),
        ("id,b\n1,x\n  \n", ["3:1: 1 cell where the header has 2"]),
        // The line where the record began, though it is noticed later.
        ("id,b\n1,\"x\ny\",z\n2,x\n", ["2:1: 3 cells where the header has 2"]),
        ("id,b\n1,x\n2,\"y\n3,z\n", ["3:3: this quote is never closed"]),
        ("id,b\n1, \"a, b\"\n2,x\n", ["2:4: blanks before the quote of a cell"]),
        ("id,b\n1,\t \"b\"\n", ["2:5: blanks before the quote of a cell"]),
        ("id,b\n1,\"a\" \n", ["2:6: text after the closing quote of a cell"]),
        ("id,b\n\"1\n\n2\"x,3\n4,5\n", ["4:3: text after the closing quote of a cell"]),
        ("id,b\n1,x\ry\n", ["2:4: a carriage return without a line feed"]),
        ("id,b\n1,x\r", ["2:4: a carriage return without a line feed"]),
        ("id,b\r1,x\r2,y\r", ["1:5: a carriage return without a line feed"]),
        ("id,b\n1,x\u{0}y\n", ["2:4: a NUL byte"]),
        ("id,b\n1,\"x\u{0}y\"\n", ["2:5: a NUL byte"]),
        // The header.
        ("", ["1:1: the file is empty"]),
        ("\n\n", ["3:1: the file is empty"]),
        ("id,b,\n1,x,\n", ["1:1: column 3 of the header has no name"]),
        ("id,b,id\n1,x,\n", ["1:1: the header names \"id\" twice: columns 1 and 3"]),
        ("id,\"b\n1,x\n", ["1:4: this quote is never closed"]),
        ("\nid, \"b\"\n1,x\n", ["2:5: blanks before the quote of a cell"]),
        ("key,b\n1,x\n", ["1:1: the header has no column \"id\", the primary key"]),
        ("id,b\n", ["1:1: the file holds no row"]),
    ])
    func faults(text: String, expected: [String]) {
        let set = dataSet([files.file("a.csv", text)])
        let wanted = expected.map { "a.csv:\($0)" }
        #expect(problems(set) == wanted)
        for readSize in [1, 2, 3, 7, 64] { #expect(problems(set, tuning: Tuning(readSize: readSize)) == wanted) }
    }

    @Test func twoSpellingsOfALetterAreTwoColumns() throws {
        let set = dataSet([files.file("a.csv", "id,\u{E9},e\u{301}\n1,2,3\n")])
        #expect(try recordText(set).utf8.elementsEqual("{\"id\":\"1\",\"\u{E9}\":\"2\",\"e\u{301}\":\"3\"}".utf8))
    }

    @Test(arguments: [
        [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF],
        [0xF0, 0x9F, 0x8E],
    ])
    func bytesThatAreNotUTF8(bytes: [UInt8]) {
        let text = Array("id,b\n1,x\n2,ab".utf8) + bytes + Array("\n3,y\n".utf8)
        #expect(
            problems(dataSet([files.file("a.csv", text)])) == ["a.csv:3:5: a byte that is not UTF-8 (column \"b\")"])
        let header = Array("id,".utf8) + bytes + Array("\n1,x\n".utf8)
        #expect(problems(dataSet([files.file("a.csv", header)])) == ["a.csv:1:4: a byte that is not UTF-8"])
    }

    @Test(arguments: ["a.csv", "a.json", "a.ndjson"], [[0xFF, 0xFE, 0x69, 0x00], [0xFE, 0xFF, 0x00, 0x69]])
    func utf16(name: String, bytes: [UInt8]) {
        #expect(
            problems(dataSet([files.file(name, bytes)])) == ["\(name):1:1: the file is UTF-16"])
    }

    @Test(arguments: [("id;b\n1;x\n", "semicolons"), ("id\tb\n1\tx\n", "tabs")])
    func anotherDelimiterIsNamed(text: String, name: String) throws {
        guard case .failure(let found) = survey(dataSet([files.file("a.csv", text)])) else {
            Issue.record("the file was accepted")
            return
        }
        #expect(found.diagnostics.count == 1)
        #expect(found.diagnostics[0].help?.contains(name) == true)
        #expect(found.diagnostics[0].sourceLine == text.split(separator: "\n").first.map(String.init))
    }

    @Test func nearestColumnIsNamed() {
        guard case .failure(let found) = survey(dataSet([files.file("a.csv", "user_idd,b\n1,x\n")], key: "user_id"))
        else {
            Issue.record("the file was accepted")
            return
        }
        #expect(found.diagnostics[0].help == "did you mean \"user_idd\"? rename: {\"user_idd\": user_id} calls it that")
    }

    @Test func recordsThatAreTooLong() {
        let text = "id,b\n1,x\n2,\"" + String(repeating: "y\n", count: 500) + "\n3,z\n"
        let tuning = Tuning(readSize: 16, maxRecordBytes: 200)
        #expect(
            problems(dataSet([files.file("a.csv", text)]), tuning: tuning) == [
                "a.csv:3:1: this record is longer than 200 bytes (is there a quote that is never closed?); "
                    + "the rest of the file was not read"
            ])
    }

    /// What is wrong with a line is told, and its rest is not looked for for ever: 32 GiB of zeros have no line feed.
    @Test func linesThatNeverEnd() {
        let text = "id,b\n1,x\n\0" + String(repeating: "\0", count: 500) + "\n3,z\n"
        let tuning = Tuning(readSize: 16, maxRecordBytes: 200)
        let found = problems(dataSet([files.file("a.csv", text)]), tuning: tuning)
        #expect(found.count == 2)
        #expect(found.last?.hasSuffix("this line is longer than 200 bytes; the rest of the file was not read") == true)
    }

    @Test func onlyTheFirstProblemsAreKept() {
        let text = "id,b\n" + String(repeating: "1\n", count: 100)
        let found = problems(dataSet([files.file("a.csv", text)]))
        #expect(found.count == 21)
        #expect(found.last == "a.csv:21:1: 80 more problems in these data files")
    }

    @Test func filesWithOtherColumns() throws {
        let set = dataSet([
            files.file("a.csv", "id,b\n1,x\n"), files.file("b.csv", "c,id\ny,2\n"),
            files.file("c.ndjson", #"{"id": 3}"#),
        ])
        #expect(try recordText(set) == #"{"id":"1","b":"x"},{"c":"y","id":"2"},{"id":3}"#)
    }
}

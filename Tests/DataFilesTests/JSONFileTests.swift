import TestSupport
import Testing

@testable import DataFiles

@Suite struct JSONFileTests {
    let files = TemporaryDirectory()

    @Test(arguments: [
        ("[{\"id\":1}]", #"{"id":1}"#),
        (" [ { \"id\" : 1 , \"b\" : [ 1 , { } , [ ] ] } ,\n\r\n{\"id\":2}\t] \n", #"{"id":1,"b":[1,{},[]]},{"id":2}"#),
        ("\u{FEFF}[{\"id\":1}]", #"{"id":1}"#),
        // As written: numbers, escapes, order.
        (
            #"[{"z":1.10,"id":-0.0e+5,"é":"\u00e9\/\n","n":null,"t":true,"f":false}]"#,
            #"{"z":1.10,"id":-0.0e+5,"é":"\u00e9\/\n","n":null,"t":true,"f":false}"#
        ),
        (#"[{"id":"\ud83c\udf89🎉"}]"#, #"{"id":"\ud83c\udf89🎉"}"#),
        // Nothing in a string is structure.
        (#"[{"id":"}],{\"","b":"\\"}]"#, #"{"id":"}],{\"","b":"\\"}"#),
    ])
    func arrays(text: String, expected: String) throws {
        let set = dataSet([files.file("a.json", text)])
        #expect(try recordText(set) == expected)
        for readSize in [1, 2, 3, 7, 64] {
            #expect(try recordText(set, tuning: Tuning(readSize: readSize)) == expected)
        }
    }

    @Test(arguments: [
        ("", "1:1: the file ends where an array of objects should begin"),
        ("[", "1:2: the array is never closed"),
        ("[{\"id\":1}", "1:10: the array is never closed"),
        ("[{\"id\":1},", "1:11: the array is never closed"),
        ("[{\"id\":1},]", "1:11: a comma before the end of the array"),
        ("[\n {\"id\":1}\n {\"id\":2}]", "3:2: a comma or ] is expected between records"),
        ("[{\"id\":1}]]", "1:11: unexpected text after the array"),
        ("[{\"id\":1}, 2]", "1:12: every record must be an object"),
        ("[[]]", "1:2: every record must be an object"),
        ("{\"id\":1}", "1:1: the file is not an array; a JSON data file is one array of objects"),
        ("[{\"id\":1}, {\"é\":\"é\", \"b\":01}]", "1:27: a number must not begin with 0"),
        ("[\n{\"id\":1,\n\"b\":tru}]", "3:8: unexpected word"),
        ("[{\"id\":\"a\nb\"}]", "1:10: a control character must be escaped in a string"),
        ("[{\"id\":\"\\ud800\"}]", "1:15: a lone surrogate in an escape"),
        ("[{\"id\":1", "1:9: the document ends inside an object"),
        ("[]", "1:1: the file holds no row"),
        // Keys that occur twice, at every depth and however they are written.
        ("[{\"id\":1},\n {\"id\":2, \"b\":1,\"b\":2}]", "2:17: the key \"b\" occurs twice in one object"),
        ("[{\"id\":2,\n\"c\":[{\"b\":1,\"\\u0062\":2}]}]", "2:13: the key \"b\" occurs twice in one object"),
    ])
    func faultyArrays(text: String, expected: String) {
        let set = dataSet([files.file("a.json", text)])
        #expect(problems(set) == ["a.json:\(expected)"])
        for readSize in [1, 2, 3, 7, 64] {
            #expect(problems(set, tuning: Tuning(readSize: readSize)) == ["a.json:\(expected)"])
        }
    }

    @Test(arguments: [
        ("{\"id\":1}\n{\"id\":2}", #"{"id":1},{"id":2}"#),
        ("\u{FEFF}{\"id\":1}\r\n\r\n  \t\n { \"id\" : 2 } \r\n", #"{"id":1},{"id":2}"#),
    ])
    func lines(text: String, expected: String) throws {
        let set = dataSet([files.file("a.ndjson", text)])
        #expect(try recordText(set) == expected)
        for readSize in [1, 2, 3, 7, 64] {
            #expect(try recordText(set, tuning: Tuning(readSize: readSize)) == expected)
        }
    }

    @Test func faultyLinesAreAllReported() {
        let text = """
            {"id":1}
            {"id":2
            {"id":3} {"id":4}
            [{"id":5}]
             7
            {"é":"é" x}
            {"id":8,"a":{"b":1,"b":2}}
            {"id":9}}

            """
        let expected = [
            "a.jsonl:2:8: the document ends inside an object",
            "a.jsonl:3:10: unexpected text after the document",
            "a.jsonl:4:1: this line is an array; an NDJSON file has one object a line",
            "a.jsonl:5:1: this line is not an object; an NDJSON file has one object a line",
            "a.jsonl:6:10: a comma or } is expected",
            "a.jsonl:7:20: the key \"b\" occurs twice in one object",
            "a.jsonl:8:9: unexpected text after the document",
        ]
        let set = dataSet([files.file("a.jsonl", text)])
        #expect(problems(set) == expected)
        #expect(problems(set, tuning: Tuning(readSize: 1)) == expected)
    }

    @Test func nestingIsBounded() throws {
        func record(depth: Int) -> String {
            "{\"id\":1,\"a\":" + String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth) + "}"
        }
        #expect(problems(dataSet([files.file("a.ndjson", record(depth: 128))])).isEmpty)
        let found = problems(dataSet([files.file("a.ndjson", record(depth: 129))]))
        #expect(found == ["a.ndjson:1:141: nested deeper than 128 levels"])
        #expect(problems(dataSet([files.file("a.json", "[\(record(depth: 100_000))]")])).count == 1)
    }

    @Test func recordsThatAreTooLong() {
        let long = "{\"id\":\"\(String(repeating: "x", count: 500))\"}"
        let tuning = Tuning(readSize: 16, maxRecordBytes: 200)
        for (name, text) in [("a.json", "[\(long)]"), ("a.ndjson", long)] {
            let found = problems(dataSet([files.file(name, text)]), tuning: tuning)
            #expect(found.count == 1)
            #expect(found[0].contains("this record is longer than 200 bytes; the rest of the file was not read"))
        }
    }

    @Test func columnsOfRecordsOnOneLine() {
        let set = dataSet([files.file("a.json", "[{\"id\":\"é\"},{\"id\":\"ü\"}, x]")])
        for readSize in [1, 5, 4096] {
            #expect(
                problems(set, tuning: Tuning(readSize: readSize)) == ["a.json:1:25: every record must be an object"])
        }
    }
}

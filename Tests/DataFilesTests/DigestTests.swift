import Model
import TestSupport
import Testing

@testable import DataFiles

@Suite struct DigestTests {
    let files = TemporaryDirectory()

    private func digest(_ text: String, name: String = "a.ndjson", key: String = "id", ttl: Int? = nil) throws
        -> Digest128
    {
        try survey(dataSet([files.file(name, text)], key: key, ttl: ttl)).get().digest
    }

    /// Digests stand in ownership markers: a change of the rules needs a new `DataSurvey.digestVersion`.
    @Test func theRulesOfVersionTwo() throws {
        let rows = """
            {"id":"a","n":1.50,"t":true,"f":false,"z":null,"s":"é\\n"}
            {"id":2,"o":{"b":[1,"1",{}],"a":{"y":1e3,"x":[]}}}

            """
        #expect(DataSurvey.digestVersion == 2)
        #expect(try digest(rows).description == "2b0b57e0439c6c7ff77f8c4ee2b8cb98")
        #expect(try digest(rows, ttl: 60).description == "5d4e893a80ea17b92f99f10095e95861")
    }

    @Test(arguments: [
        (#"{"id":1,"a":1,"b":2}"#, #"{"b":2,"a":1,"id":1}"#),
        (#"{"id":1,"a":1.0}"#, #"{"id":1,"a":10e-1}"#),
        (#"{"id":1,"a":-0}"#, #"{"id":1,"a":0.000}"#),
        (#"{"id":1,"a":"\u0041\/\ud83c\udf89"}"#, #"{"id":1,"a":"A/🎉"}"#),
        (#"{"id":1,"\u0061":1}"#, #"{"id":1,"a":1}"#),
        (#"{"id":1,"a":{"x":[1.0,{"p":1,"q":2}],"y":2}}"#, #"{"id":1,"a":{"y":2.0,"x":[1,{"q":2,"p":1}]}}"#),
        (#"{"id":1,"a":1e999999999999}"#, #"{"id":1,"a":10e999999999998}"#),
        ("{\"id\":1}\n{\"id\":2}", "{\"id\":2}\n{\"id\":1}"),
    ])
    func sameMeaning(first: String, second: String) throws {
        #expect(try digest(first) == digest(second))
    }

    @Test(arguments: [
        (#"{"id":1,"a":1}"#, #"{"id":1,"a":"1"}"#),
        (#"{"id":1,"a":null}"#, #"{"id":1}"#),
        (#"{"id":1,"a":null}"#, #"{"id":1,"a":false}"#),
        (#"{"id":1,"a":null}"#, #"{"id":1,"a":"null"}"#),
        (#"{"id":1,"a":""}"#, #"{"id":1,"a":null}"#),
        (#"{"id":1,"a":[1,2]}"#, #"{"id":1,"a":[2,1]}"#),
        (#"{"id":1,"a":[]}"#, #"{"id":1,"a":{}}"#),
        (#"{"id":1,"a":[[1],2]}"#, #"{"id":1,"a":[[1,2]]}"#),
        (#"{"id":1,"a":{"b":1},"c":2}"#, #"{"id":1,"a":{"b":1,"c":2}}"#),
        (#"{"id":1,"ab":"c"}"#, #"{"id":1,"a":"bc"}"#),
        ("{\"id\":1,\"a\":\"\u{E9}\"}", "{\"id\":1,\"a\":\"e\u{301}\"}"),
        (#"{"id":1,"a":0.1}"#, #"{"id":1,"a":0.10000000000000000001}"#),
        ("{\"id\":1,\"a\":1}\n{\"id\":2,\"a\":2}", "{\"id\":1,\"a\":2}\n{\"id\":2,\"a\":1}"),
        (#"{"id":1}"#, #"{"id":"1"}"#),
    ])
    func anotherMeaning(first: String, second: String) throws {
        #expect(try digest(first) != digest(second))
    }

    /// The length of a string takes one byte or five.
    @Test(arguments: 125...130)
    func escapesAreNothingAtAnyLength(length: Int) throws {
        let rest = String(repeating: "a", count: length - 1)
        let plain = try digest(#"{"id":1,"s":"a\#(rest)","n":["a\#(rest)"]}"#)
        #expect(try digest(#"{"id":1,"s":"\u0061\#(rest)","n":["\u0061\#(rest)"]}"#) == plain)
        #expect(try digest(#"{"id":1,"s":"b\#(rest)","n":["a\#(rest)"]}"#) != plain)
    }

    @Test func formatsAndLayouts() throws {
        let set = dataSet(
            [files.file("a.csv", "id,n,s,v\nx,1.0,\"say \"\"hi\"\"\",TRUE\ny,,é,\n")],
            columns: ["n": .number, "v": .boolean])
        let lines = [
            #"{"v":true,"n":1,"s":"say \"hi\"","id":"x"}"#, #"{"id":"y","n":null,"s":"\u00e9","v":null}"#,
        ]
        let expected = try survey(set).get()
        #expect(try digest(lines.joined(separator: "\n")) == expected.digest)
        #expect(try digest("[\(lines[1]),\(lines[0])]", name: "a.json") == expected.digest)
        let split = dataSet([files.file("1.ndjson", lines[1]), files.file("2.json", "[\(lines[0])]")])
        #expect(try survey(split).get().digest == expected.digest)
        #expect(expected.rowCount == 2)
    }

    @Test func primaryKeyAndTTLArePartOfIt() throws {
        let row = #"{"id":"1","b":"1"}"#
        #expect(try digest(row) != digest(row, key: "b"))
        #expect(try digest(row) != digest(row, ttl: 0))
        #expect(try digest(row, ttl: 60) != digest(row, ttl: 61))
    }
}

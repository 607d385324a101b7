import Testing

@testable import JSON

@Suite struct JSONValueTests {
    @Test(arguments: [
        (#"{"a":1.0,"b":[10e-1]}"#, #"{"b":[1],"a":1}"#), ("-0", "0"),
        (#"{"a":{"y":1,"x":2}}"#, #"{"a":{"x":2,"y":1}}"#),
    ])
    func equivalence(first: String, second: String) throws {
        let (left, right) = (try JSONValue.parse(first.utf8), try JSONValue.parse(second.utf8))
        #expect(left != right)
        #expect(left.isEquivalent(to: right))
        #expect(left.normalText == right.normalText)
    }

    @Test(arguments: [("1", "\"1\""), ("[1,2]", "[2,1]"), ("null", "false"), ("{}", "[]"), ("{\"a\":null}", "{}")])
    func noEquivalence(first: String, second: String) throws {
        #expect(try !JSONValue.parse(first.utf8).isEquivalent(to: JSONValue.parse(second.utf8)))
    }

    @Test func equalityIsThatOfBytes() {
        let (composed, decomposed): (JSONValue, JSONValue) = ("\u{E9}", "e\u{301}")
        #expect(composed != decomposed)
        #expect(!composed.isEquivalent(to: decomposed))
        #expect(Set([composed, decomposed, composed]).count == 2)
        #expect(JSONMember("\u{E9}", 1) != JSONMember("e\u{301}", 1))
        #expect(["\u{E9}": 1] as JSONValue != ["e\u{301}": 1])
    }

    @Test func hashesFollowEquality() throws {
        let texts = ["null", "true", "1", "1.0", "\"1\"", "[1]", "[[1]]", "{\"a\":1}", "{\"a\":[1]}"]
        let values = try texts.map { try JSONValue.parse($0.utf8) }
        #expect(Set(values).count == values.count)
        for (text, value) in zip(texts, values) { #expect(try Set([value]).contains(JSONValue.parse(text.utf8))) }
    }

    @Test func accessors() {
        let value: JSONValue = ["s": "x", "i": 5, "b": true, "a": [1], "n": nil]
        #expect(value["s"]?.stringValue == "x")
        #expect(value["i"]?.intValue == 5)
        #expect(value["b"]?.boolValue == true)
        #expect(value["a"]?.arrayValue == [1])
        #expect(value["n"]?.isNull == true)
        #expect(value["none"] == nil)
        #expect(value.objectValue?.map(\.key) == ["s", "i", "b", "a", "n"])
        #expect(JSONValue.number("1.5").intValue == nil)
        #expect(JSONValue.number("99999999999999999999").intValue == nil)
        #expect(JSONValue.string("5").intValue == nil)
    }

    @Test func prettyText() {
        let value: JSONValue = ["a": [1, []], "b": [:], "c": "x"]
        #expect(
            value.prettyText == """
                {
                  "a": [
                    1,
                    []
                  ],
                  "b": {},
                  "c": "x"
                }
                """)
    }
}

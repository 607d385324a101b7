import Testing

@testable import JSON

@Suite struct JSONParserTests {
    @Test func documentsKeepTheirText() throws {
        let text = #"{"z":[1.10,-0,1e5,12345678901234567890],"a":{"n":null,"t":true,"f":false},"s":"é\n\"\\"}"#
        let value = try JSONValue.parse(text.utf8)
        #expect(value.compactText == text)
        #expect(value["z"]?.arrayValue?.first == .number("1.10"))
        #expect(try JSONValue.parse(value.prettyText.utf8) == value)
    }

    @Test func bytesInPieces() throws {
        // A collection without contiguous storage.
        #expect(
            try JSONValue.parse([Array("[1".utf8), Array(",2]".utf8)].joined().lazy.map { $0 }.filter { _ in true })
                == [1, 2])
        // A slice whose indices do not begin at 0.
        #expect(try JSONValue.parse(Array("xx[1]".utf8)[2...]) == [1])
        #expect(throws: JSONError.self) { try JSONValue.parse([]) }
    }

    @Test(arguments: [
        (#""\u0041\u00e9\u6771\ud83c\udf89""#, "Aé東🎉"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        (#""\u0000""#, "\u{0}"), (#""\uABCD\uabcd""#, "\u{ABCD}\u{ABCD}"),
    ])
    func escapes(text: String, expected: String) throws {
        #expect(try JSONValue.parse(text.utf8) == .string(expected))
    }

    @Test(arguments: [
        (#"{"a":1,"a":2}"#, "the key \"a\" occurs twice in one object", 7),
        (#"{"a":1,"\u0061":2}"#, "the key \"a\" occurs twice in one object", 7),
        (#"["\ud800"]"#, "a lone surrogate in an escape", 8), (#"["\udc00"]"#, "a lone surrogate in an escape", 8),
        (#"["\ud800\u0041"]"#, "a lone surrogate in an escape", 14),
        (#"["\u00g0"]"#, "four hexadecimal digits are expected", 4),
        (#"["\u12"#, "four hexadecimal digits are expected", 4),
        ("[1,]", "unexpected character where a value is expected", 3),
        ("[01]", "a number must not begin with 0", 2), ("[1.]", "a digit is expected", 3),
        ("[-]", "a digit is expected", 2),
        ("[1e+]", "a digit is expected", 4), ("[\"a\nb\"]", "a control character must be escaped in a string", 3),
        ("{} {}", "unexpected text after the document", 3), ("", "the document ends where a value is expected", 0),
        ("{\"a\" 1}", "a colon is expected after a member's name", 5), ("nul", "unexpected word", 3),
    ])
    func refusals(text: String, message: String, offset: Int) {
        #expect(throws: JSONError(message: message, offset: offset)) { try JSONValue.parse(text.utf8) }
    }

    @Test(arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]])
    func bytesThatAreNotUTF8(bytes: [UInt8]) {
        #expect(throws: JSONError(message: "a string holds bytes that are not UTF-8", offset: 1)) {
            try JSONValue.parse(bytes)
        }
    }

    /// With few keys and with many, which are looked for in different ways.
    @Test(arguments: [0, 7, 8, 9, 100])
    func keysAreComparedByBytes(others: Int) throws {
        let fill = (0..<others).map { "\"k\($0)\":0," }.joined()
        let twoSpellings = "{\(fill)\"\u{E9}\":1,\"e\u{301}\":2}"
        let value = try JSONValue.parse(twoSpellings.utf8)
        #expect(value["\u{E9}"] == 1)
        #expect(value["e\u{301}"] == 2)
        #expect(throws: JSONError.self) { try JSONValue.parse("{\(fill)\"b\":1,\"b\":2}".utf8) }
        #expect(throws: JSONError.self) { try JSONValue.parse("{\"b\":1,\(fill)\"b\":2}".utf8) }
    }

    @Test func depthIsBounded() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONValue.parse(nested(129).utf8)
        #expect(throws: JSONError(message: "nested deeper than 128 levels", offset: 129)) {
            try JSONValue.parse(nested(130).utf8)
        }
        _ = try JSONValue.parse("[[1]]".utf8, maxDepth: 1)
        #expect(throws: JSONError.self) { try JSONValue.parse("[[[]]]".utf8, maxDepth: 1) }
        #expect(throws: JSONError.self) { try JSONValue.parse(String(repeating: "{\"a\":", count: 100_000).utf8) }
    }
}

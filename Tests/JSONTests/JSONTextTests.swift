import Testing

@testable import JSON

@Suite struct JSONTextTests {
    @Test(arguments: [
        ("0", "0"), ("-0", "0"), ("0.00", "0"), ("0e5", "0"), ("-0.0e-7", "0"), ("1", "1"), ("1.0", "1"),
        ("10e-1", "1"),
        ("0.1E1", "1"), ("0.1e+01", "1"), ("-1.50", "-15e-1"), ("100", "1e2"), ("1e2", "1e2"), ("120", "12e1"),
        ("1e-0", "1"), ("12345678901234567890.10", "123456789012345678901e-1"), ("1e999999999", "1e999999999"),
        ("1e0000000000000000000005", "1e5"), ("1e-999999999999999999", "1e-999999999999999999"),
        ("1e+999999999999999999", "1e999999999999999999"), ("1.5e1000000000000000000", "15e-1e1000000000000000000"),
        ("1e-01000000000000000000", "1e0e-1000000000000000000"),
    ])
    func normalNumbers(text: String, normal: String) {
        #expect(JSONText.normalNumber(text) == normal)
    }

    @Test(arguments: ["0", "-0", "10", "1.0", "0.5e3", "1E+5", "1e-05"], ["", "x", " "])
    func numbers(text: String, behind: String) {
        #expect(Array((text + behind).utf8).withUnsafeBufferPointer(JSONText.isNumber) == behind.isEmpty)
    }

    @Test(arguments: [
        "", "-", "+1", "01", "-01", ".5", "1.", "1e", "1e+", "e5", "1.e5", "0x1", "NaN", "1..0", "1e5e5", "１",
    ])
    func noNumbers(text: String) {
        #expect(!Array(text.utf8).withUnsafeBufferPointer(JSONText.isNumber))
    }

    @Test func strings() {
        var out: [UInt8] = []
        JSONText.writeString("a\"\\/\n\r\t\u{8}\u{1F}\u{7F}é🎉\u{2028}", to: &out)
        #expect(String(decoding: out, as: UTF8.self) == "\"a\\\"\\\\/\\n\\r\\t\\u0008\\u001f\u{7F}é🎉\u{2028}\"")
    }

    @Test func hexadecimalDigits() {
        #expect((0..<16).map { JSONText.hexDigit($0) } == Array("0123456789abcdef".utf8))
        #expect("09afAF".utf8.map { JSONText.hexValue($0) } == [0, 9, 10, 15, 10, 15])
        #expect("/:@G`g".utf8.allSatisfy { JSONText.hexValue($0) == nil })
    }
}

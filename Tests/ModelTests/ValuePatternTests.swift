import Foundation
import Testing

@testable import Model

@Suite struct ValuePatternTests {
    private func isFound(_ pattern: String, _ text: String) throws -> Bool {
        var found = try ValuePattern(pattern)
        var text = text
        return text.withUTF8 { found.isFound(in: $0) }
    }

    /// Beside ICU, which Foundation has.
    @Test(arguments: [
        "a", "a|b", "^a", "a$", "^a$", "^$", "a*b", "a+b?", "(ab)+c", "^(a|bc)*$", "[a-c]", "[^a-c]", "^[^,]+$",
        "[]x]",
        "[a\\]b]", "a{2}", "^a{2,}$", "^a{0,2}b{1,3}$", "\\d+", "^\\w+@\\w+\\.\\w{2,3}$", "\\s", "\\S+\\s\\S+", ".",
        "^.{3}$",
        "é", "[à-ü]+", "^(?:x|y(?:z|)){2}$", "\\.", "a??b", "(a*)*b", "^(a?){20}a{20}$", "\\D[ab]", "x*$", "(^a|b)c",
        "-", "[a-]",
    ])
    func isAsOthersReadIt(pattern: String) throws {
        let other = try NSRegularExpression(pattern: pattern.replacing("[]x]", with: "[\\]x]"))
        let texts = [
            "", "a", "b", "c", "ab", "abc", "ababc", "aaa", "aab", "bca", "x", "yz", "yzx", "xyz", "a.b",
            "me@example.com",
            "12", "a 1", " ", "é", "über", "日本語", "a\nb", "😀", "]", "a]", "-", "aaaaaaaaaaaaaaaaaaaaaaaa", ",", "ac",
            "bc", "a-b",
        ]
        for text in texts {
            let expected = other.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
            // `$` of ICU also stands before a line end at the end; no text here has one.
            #expect(try isFound(pattern, text) == expected, "\(pattern) in \(text.debugDescription)")
        }
    }

    @Test func casesOfLetters() throws {
        #expect(try isFound("(?i)^ab[c-d]$", "aBD"))
        #expect(try !isFound("(?i)^ab[c-d]$", "aBE"))
    }

    @Test(arguments: [
        "(", ")", "[", "a{", "*", "a**", "(?=a)", "\\1", "\\b", "a\\", "[b-a]", "a{2,1}", "(?i", "a{1001}",
        "(((a{1000}){1000}))",
    ])
    func patternsThatAreRefused(pattern: String) {
        #expect(throws: PatternFault.self) { try ValuePattern(pattern) }
    }

    @Test func noPatternIsSlow() throws {
        // Exponential for those that try one way after the other.
        #expect(try !isFound("^(a+)+$", String(repeating: "a", count: 5000) + "b"))
        #expect(try isFound("(x+x+)+y", String(repeating: "x", count: 5000) + "y"))
    }
}

import JSON
import Testing

@testable import Reporting

@Suite struct ValueDiffTests {
    private func shown(_ old: JSONValue, _ new: JSONValue, width: Int = 60) -> [String] {
        ValueDiff(width: width).lines(from: old, to: new).flatMap { line -> [String] in
            let sign = line.kind == .removed ? "- " : line.kind == .added ? "+ " : "  "
            let mark = line.span.map {
                "  " + String(repeating: " ", count: $0.lowerBound) + String(repeating: "^", count: $0.count)
            }
            return [sign + line.text] + (mark.map { [$0] } ?? [])
        }
    }

    @Test func longValuesThatDifferAtTheEnd() {
        let common = String(repeating: "path/", count: 40)
        let lines = shown(.string("https://x/\(common)old"), .string("https://x/\(common)newer"))
        #expect(
            lines == [
                "- …ath/path/path/path/path/old\"", "                           ^^^",
                "+ …ath/path/path/path/path/newer\"", "                           ^^^^^",
            ], "\(lines)")
    }

    @Test func theMiddleThatDiffersIsShown() {
        let (head, tail) = (String(repeating: "a", count: 100), String(repeating: "z", count: 100))
        let lines = shown(.string(head + "1" + tail), .string(head + "2" + tail))
        #expect(lines.allSatisfy { $0.count <= 64 })
        #expect(lines[0].contains("a1z") && lines[2].contains("a2z"))
        #expect(
            lines[1].firstIndex(of: "^")
                == lines[0].firstIndex(of: "1").map {
                    lines[1].index(lines[1].startIndex, offsetBy: lines[0].distance(from: lines[0].startIndex, to: $0))
                })
    }

    @Test func textsLineByLine() {
        let old = (1...9).map { "line \($0)" }.joined(separator: "\n")
        let lines = shown(.string(old), .string(old.replacing("line 5", with: "line five\nand more")))
        #expect(
            lines == [
                "  … 3 equal lines", "  line 4", "- line 5", "+ line five", "+ and more", "  line 6",
                "  … 3 equal lines",
            ])
    }

    @Test func membersOfObjectsAndLists() throws {
        let old = try JSONValue.parse(#"{"a": {"b": [1, 2], "c": "x"}, "gone": true}"#.utf8)
        let new = try JSONValue.parse(#"{"a": {"b": [1, 3, 4], "c": "x"}, "new": null}"#.utf8)
        #expect(
            shown(old, new) == [
                "- a.b[1]: 2", "          ^", "+ a.b[1]: 3", "          ^", "+ a.b[2]: 4", "- gone: true",
                "+ new: null",
            ])
    }

    @Test func noLineIsWiderThanAskedFor() {
        for width in [40, 60, 100] {
            for (old, new) in [
                (String(repeating: "x", count: 500), String(repeating: "y", count: 700)),
                ("", String(repeating: "y", count: 300)),
                (String(repeating: "ab\n", count: 20), String(repeating: "cd", count: 200)),
            ] {
                for line in ValueDiff(width: width).lines(from: .string(old), to: .string(new)) {
                    // What was cut says how long it is.
                    #expect(line.text.count <= width + 20, "\(line.text)")
                    if let span = line.span { #expect(span.upperBound <= line.text.count) }
                }
            }
        }
    }
}

import Planner

/// Text of others inside Markdown: whatever it holds, it stays in its place and calls nobody.
package enum MarkdownText {
    /// A code block around lines. Its fence is longer than any that the lines hold; nothing else can end it.
    static func block(_ lines: [String], language: String = "") -> String {
        let lines = lines.map { PlainText.cut(PlainText.oneLine($0), to: 1000) }
        let longest = lines.map(longestRunOfBackticks).max() ?? 0
        let fence = String(repeating: "`", count: max(3, longest + 1))
        return ([fence + language] + lines + [fence]).joined(separator: "\n")
    }

    /// For a line of Markdown, a table's cell or HTML: code in which every sign that Markdown or HTML could take for their
    /// own is an entity. A plain code span would not do: a table ends its cells at pipes, in code as well.
    package static func inline(_ text: String) -> String {
        var code = "<code>"
        let scalars = Array(PlainText.cut(PlainText.oneLine(text), to: 300).unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", " ", "-", "/", ",", "(", ")": code.unicodeScalars.append(scalar)
            default:
                // Within a word a dot or a colon could make a link.
                let endsWord = index + 1 == scalars.count || scalars[index + 1] == " "
                if scalar.isASCII, !((scalar == "." || scalar == ":") && endsWord) {
                    code += "&#\(scalar.value);"
                } else {
                    code.unicodeScalars.append(scalar)
                }
            }
        }
        return code + "</code>"
    }

    private static func longestRunOfBackticks(in text: String) -> Int {
        var (longest, run) = (0, 0)
        for byte in text.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }
}

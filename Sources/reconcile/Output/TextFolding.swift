/// Folds lines that are wider than a terminal.
enum TextFolding {
    private static let indentation = "    "

    /// The text with no line wider than that, broken at blanks where there are any; what follows a break is indented.
    static func folded(_ text: String, columns: Int) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { fold($0, columns: max(20, columns)) }.joined(separator: "\n")
    }

    private static func fold(_ line: Substring, columns: Int) -> String {
        var lines: [String] = []
        var rest = line
        var room = columns
        while rest.count > room {
            let head = rest.prefix(room + 1)
            let blank = head.lastIndex(of: " ").flatMap { $0 > rest.startIndex ? $0 : nil }
            let end = blank ?? rest.index(rest.startIndex, offsetBy: room)
            lines.append(String(rest[..<end]))
            rest = rest[end...].drop { $0 == " " }
            room = columns - indentation.count
        }
        if !rest.isEmpty || lines.isEmpty { lines.append(String(rest)) }
        return lines.joined(separator: "\n" + indentation)
    }
}

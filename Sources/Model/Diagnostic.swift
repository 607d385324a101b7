/// Something that a user should know about a file: a value, so that all of them can be reported at once.
package struct Diagnostic: Error, Sendable, Hashable {
    package enum Severity: String, Sendable, Hashable { case error, warning }

    /// Another place that belongs to the same problem, such as the first of two duplicates.
    package struct Note: Sendable, Hashable {
        package var message: String
        package var location: SourceLocation

        package init(_ message: String, at location: SourceLocation) {
            self.message = message
            self.location = location
        }
    }

    package var severity: Severity
    package var message: String
    /// Nil where the problem has no place, such as a directory that cannot be read.
    package var location: SourceLocation?
    /// The text of the line that `location` names, for the snippet with the caret; nil where there is none to show.
    package var sourceLine: String?
    /// What to do about it, as one sentence.
    package var help: String?
    package var notes: [Note]
    /// Whether it is not what was read that is wrong, but the machine that reads it: a full disk, no right to a directory
    /// of ours.
    package var isOfTheMachine = false

    package init(
        _ severity: Severity, _ message: String, at location: SourceLocation? = nil, sourceLine: String? = nil,
        help: String? = nil, notes: [Note] = []
    ) {
        self.severity = severity
        self.message = message
        self.location = location
        self.sourceLine = sourceLine
        self.help = help
        self.notes = notes
    }

    /// The form for people and editors: `path:line:column: error: message`, the source line with the thing underlined,
    /// then help and notes. Several lines, no newline at the end. Control characters in the line are shown as blanks.
    package var rendered: String { rendered(usesColor: false) }

    package func rendered(usesColor: Bool) -> String {
        func paint(_ text: String, _ code: String) -> String { usesColor ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
        let word = paint("\(severity.rawValue):", severity == .error ? "1;31" : "1;33")
        let place = location.map { paint("\($0):", "1") + " " } ?? ""
        var lines = ["\(place)\(word) \(message)"]
        if let location, let sourceLine, location.column <= sourceLine.unicodeScalars.count + 1 {
            // A very long line is cut around the column, so that one bad cell does not fill the screen.
            let scalars = Array(sourceLine.unicodeScalars)
            let start = max(0, min(location.column - 61, scalars.count - 120))
            let end = min(scalars.count, start + 120)
            let shown = scalars[start..<end].map { scalar in
                scalar.properties.generalCategory == .control ? " " : String(scalar)
            }
            let width = min(Self.width(of: scalars, at: location.column - 1), max(1, end - location.column + 1))
            let mark = "^" + String(repeating: "~", count: width - 1)
            lines.append("    " + shown.joined())
            lines.append(
                "    " + String(repeating: " ", count: location.column - 1 - start)
                    + paint(mark, severity == .error ? "31" : "33"))
        }
        if let help { lines.append("    \(paint("help:", "36")) \(help)") }
        for note in notes { lines.append("\(note.location): note: \(note.message)") }
        return lines.joined(separator: "\n")
    }

    /// How many characters the thing at that place of a line has: a text in quotes, or what ends at a blank or a sign of
    /// YAML.
    private static func width(of line: [Unicode.Scalar], at start: Int) -> Int {
        guard start < line.count else { return 1 }
        if line[start] == "\"" || line[start] == "'" {
            let end = line[(start + 1)...].firstIndex(of: line[start])
            return end.map { $0 - start + 1 } ?? 1
        }
        let end =
            line[start...].firstIndex { $0.properties.isWhitespace || ",[]{}".unicodeScalars.contains($0) }
            ?? line.count
        let isKey = end > start + 1 && line[end - 1] == ":"
        return max(1, end - start - (isKey ? 1 : 0))
    }
}

extension Sequence<Diagnostic> {
    /// Whether one of them is an error.
    package var hasErrors: Bool { contains { $0.severity == .error } }

    /// Whether one of them is an error in what was read.
    package var hasInvalidInput: Bool { contains { $0.severity == .error && !$0.isOfTheMachine } }

    /// In the order of the places; those without a place come first. Stable for equal places.
    package var sortedByPlace: [Diagnostic] {
        enumerated().sorted { left, right in
            switch (left.element.location, right.element.location) {
            case (let a?, let b?) where a != b: a < b
            case (nil, _?): true
            case (_?, nil): false
            default: left.offset < right.offset
            }
        }.map(\.element)
    }
}

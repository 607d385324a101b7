import Planner

/// Text of others that goes into a line of ours.
package enum PlainText {
    /// The text on one line: control characters, line separators and what turns the direction of writing around are
    /// shown as escapes, so that a value can neither forge a line nor command a terminal.
    package static func oneLine(_ text: String) -> String {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
        var line = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case "\t": line += "\\t"
            default:
                if isTreacherous(scalar) {
                    line += "\\u{\(String(scalar.value, radix: 16))}"
                } else {
                    line.unicodeScalars.append(scalar)
                }
            }
        }
        return line
    }

    /// At most that many characters, with a count of those that are there. Counts scalars: accents pile up without end.
    package static func cut(_ text: String, to limit: Int) -> String {
        // There are at most as many as bytes.
        if text.utf8.count <= limit { return text }
        let count = text.unicodeScalars.count
        return count > limit ? String(text.unicodeScalars.prefix(limit)) + "… (\(count) characters)" : text
    }

    private static func isTreacherous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
        // Joiners belong to scripts and emoji; all other invisible signs do not belong into a plan.
        case .format: scalar.value != 0x200D && scalar.value != 0x200C
        default: false
        }
    }
}

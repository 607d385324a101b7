/// Text of others that goes into a line of ours.
package enum OneLine {
    /// The text on one line: control characters, line separators and what turns the direction of writing around are
    /// shown as escapes, so that a value can neither forge a line nor command a terminal.
    package static func text(_ text: String) -> String {
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

    private static func isTreacherous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
        // Joiners belong to scripts and emoji; all other invisible signs do not belong into a plan.
        case .format: scalar.value != 0x200D && scalar.value != 0x200C
        default: false
        }
    }
}

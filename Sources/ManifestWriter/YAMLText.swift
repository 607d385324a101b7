/// Scalars as YAML text that every reader of YAML takes for the same string.
///
/// Plain where that is beyond doubt, by YAML 1.1 (where `no` is false and `1:30` is ninety) as by 1.2; a literal block
/// for text of several ordinary lines; double quotes for all else.
enum YAMLText {
    /// A simple key must end within 1024 characters of its line (YAML 1.2.2, 8.2.2); longer ones get a `?`.
    static let maxKeyScalars = 256
    /// Words that some version of YAML takes for something else than a string.
    private static let words: Set<String> = [
        "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf",
    ]

    /// The string on one line: plain or in double quotes.
    static func inline(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

    /// Whether a literal block shows the string as it is: several lines of ordinary text that begin with a letter and
    /// end without a line break.
    static func isBlock(_ text: String) -> Bool {
        guard text.utf8.contains(UInt8(ascii: "\n")), text.utf8.last != UInt8(ascii: "\n"),
            let first = text.unicodeScalars.first, first != "\n", first != " "
        else { return false }
        return text.unicodeScalars.allSatisfy { $0 == "\n" || isVisible($0) }
            && text.split(separator: "\n", omittingEmptySubsequences: false).allSatisfy { $0.last != " " }
    }

    /// Letters at both ends, between them nothing that means something to YAML.
    static func isPlain(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard let first = scalars.first, let last = scalars.last, isWordScalar(first), !isDigit(first),
            last != " ", scalars.count <= 200, !words.contains(text.lowercased())
        else { return false }
        for (index, scalar) in scalars.enumerated() {
            if isWordScalar(scalar) { continue }
            switch scalar {
            case " ", "_", "-", ".", "/", "(", ")", "+", "=", ";", "'": continue
            // Not before a blank, where it would end the key, nor at the end.
            case ":" where index + 1 < scalars.count && scalars[index + 1] != " ": continue
            // What stands between blanks, or at an end, may be an indicator; a comma is one within braces only.
            case ",": continue
            default: return false
            }
        }
        return true
    }

    /// In double quotes, on one line, what cannot be seen written as an escape.
    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            default:
                if isVisible(scalar) { out.unicodeScalars.append(scalar) } else { out += escape(scalar) }
            }
        }
        return out + "\""
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let (letter, width) = scalar.value <= 0xFF ? ("x", 2) : scalar.value <= 0xFFFF ? ("u", 4) : ("U", 8)
        return "\\\(letter)" + String(repeating: "0", count: width - digits.count) + digits
    }

    /// Whether a reviewer sees the scalar, and every reader of YAML lets it pass as it is.
    static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x20...0x7E).contains(scalar.value) }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .privateUse, .surrogate,
            .unassigned:
            return false
        default: return true
        }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return isDigit(scalar) || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter: return true
        default: return false
        }
    }
}

extension String {
    /// On one line, with a question mark for each character that cannot be seen or that steers a terminal.
    package var visible: String {
        var shown = String.UnicodeScalarView()
        for scalar in unicodeScalars { shown.append(YAMLText.isVisible(scalar) ? scalar : "?") }
        return String(shown)
    }
}

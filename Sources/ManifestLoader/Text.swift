extension UInt8 {
    var isASCIIDigit: Bool { self &- 0x30 < 10 }
    var isASCIILetter: Bool { (self | 0x20) &- 0x61 < 26 }
    var isASCIILetterOrDigit: Bool { isASCIIDigit || isASCIILetter }
}

extension Unicode.Scalar {
    /// Of the general category Cc.
    var isControl: Bool { value < 0x20 || (0x7F...0x9F) ~= value }

    /// White space; looked up in the tables of Unicode only where it may be there.
    var isBlank: Bool { isASCII ? self == " " || (0x09...0x0D) ~= value : properties.isWhitespace }
}

extension String {
    /// In double quotes for a message: on one line, control characters as blanks, cut where it is long.
    var quoted: String {
        var shown = ""
        for (count, scalar) in unicodeScalars.enumerated() {
            if count == 60 {
                shown += "…"
                break
            }
            shown.unicodeScalars.append(scalar.isControl ? " " : scalar)
        }
        return "\"\(shown)\""
    }

    /// Nothing but blanks, or nothing at all.
    var isBlank: Bool { unicodeScalars.allSatisfy(\.isBlank) }
}

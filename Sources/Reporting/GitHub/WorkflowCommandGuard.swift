import Planner

/// Keeps text of others from being taken for commands by the runner of GitHub Actions, which reads every line that a
/// step prints: a manifest of a pull request must not be able to mask, annotate or stop anything.
package enum WorkflowCommandGuard {
    /// Lines that begin with `::` begin with `: :` then, and `##[`, the older form, becomes `## [` wherever it stands.
    package static func defused(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: ":")) || text.utf8.contains(UInt8(ascii: "#")) else { return text }
        var out = String.UnicodeScalarView()
        var isAtStart = true
        var last: (Unicode.Scalar, Unicode.Scalar) = (" ", " ")
        for scalar in text.unicodeScalars {
            if scalar == "[", last == ("#", "#") { out.append(" ") }
            if scalar == ":", last.1 == ":", isAtStart { out.append(" ") }
            out.append(scalar)
            last = (last.1, scalar)
            switch scalar {
            case "\n", "\r": isAtStart = true
            case ":" where isAtStart && last.0 != ":": break
            default: isAtStart = isAtStart && scalar.properties.isWhitespace
            }
        }
        return String(out)
    }

    /// The same for a JSON document, whose values stay what they are: only in its strings can `##[` occur.
    package static func defused(json text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "#")) else { return text }
        var out: [UInt8] = []
        for byte in text.utf8 {
            if byte == UInt8(ascii: "["), out.suffix(2).elementsEqual("##".utf8) {
                out.removeLast()
                out += "\\u0023".utf8
            }
            out.append(byte)
        }
        return String(decoding: out, as: UTF8.self)
    }
}

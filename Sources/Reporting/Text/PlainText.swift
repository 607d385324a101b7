import Platform

/// Text of others that goes into a line of ours.
package enum PlainText {
    /// The text on one line: control characters, line separators and what turns the direction of writing around are
    /// shown as escapes, so that a value can neither forge a line nor command a terminal.
    package static func oneLine(_ text: String) -> String {
        OneLine.text(text)
    }

    /// At most that many characters, with a count of those that are there. Counts scalars: accents pile up without end.
    package static func cut(_ text: String, to limit: Int) -> String {
        // There are at most as many as bytes.
        if text.utf8.count <= limit { return text }
        let count = text.unicodeScalars.count
        return count > limit ? String(text.unicodeScalars.prefix(limit)) + "… (\(count) characters)" : text
    }

    /// The same for a value that was changed from, or to, another: where they first differ is shown in any case.
    package static func cut(_ text: String, besides other: String?, to limit: Int) -> String {
        guard let other, text.utf8.count > limit else { return cut(text, to: limit) }
        let scalars = Array(text.unicodeScalars)
        let common = zip(scalars, other.unicodeScalars).prefix { $0 == $1 }.count
        if scalars.count <= limit || common < limit * 3 / 4 { return cut(text, to: limit) }
        // Some of what both have in common comes first, so that a reader finds the place.
        let start = max(0, min(common - limit / 4, scalars.count - limit))
        let end = min(scalars.count, start + limit)
        let shown = String(String.UnicodeScalarView(scalars[start..<end]))
        return "…" + shown + (end < scalars.count ? "…" : "") + " (\(scalars.count) characters)"
    }
}

import TestSupport

/// Strings that a writer of YAML gets wrong, and random ones out of their pieces; the same for the same seed.
struct HostileStrings: RandomNumberGenerator {
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func next() -> UInt64 { random.next() }

    static let fixed: [String] = [
        "", " ", "\n", "\t", "yes", "no", "No", "on", "off", "y", "n", "null", "~", "Null", "true", "True", "FALSE",
        "1", "-1", "+1", "1e3", "1.5", ".5", "1_000", "0x1F", "0o17", "017", "1:30", "12:30:45", "2024-01-01", ".inf",
        "-.inf", ".nan", "NaN", "<<", "=", "-", "- a", "-a", "?", "? a", ":", ": a", "a:", "a: b", "a:b", "a #b", "#a",
        "a#b", "[a]", "{a: b}", "a, b", "&a", "*a", "!a", "!!str a", "|", ">", "%a", "@a", "`a`", "'a'", "\"a\"",
        "it's",
        "a\\b", "\\n", "---", "--- a", "...", " a", "a ", "  a\n b", "a\nb", "a\n", "\na", "a\n\nb", "a\n b\n  c",
        "a\n\n",
        "a \nb", "a\r\nb", "a\rb", "a\tb", "\ta", "a\u{85}b", "a\u{2028}b", "a\u{2029}b", "\u{FEFF}a", "a\u{0}b",
        "\u{7}",
        "\u{1B}[31m", "\u{7F}", "\u{80}", "\u{A0}a", "\u{200B}", "\u{202E}abc", "\u{FFFE}", "\u{FFFF}", "\u{E000}",
        "é", "e\u{301}", "ß", "日本語", "🧑‍🚀", "\u{1F600}", "\u{10FFFF}", "${", "$${", "$$${", "${env:X}", "a$", "{sku}",
        "# not: a comment", "a\n# b\nc", "a\n---\nb", "a\n...\nb", String(repeating: "x", count: 5000),
        String(repeating: "word ", count: 2000), String(repeating: "line\n", count: 500),
    ]

    private static let pieces: [String] =
        fixed.filter { $0.utf8.count < 20 } + [
            "a", "b", "z", " ", "  ", "\n", ": ", " #", "\"", "'", "\\", "0", "-", "ü",
        ]

    /// One of the fixed ones, or some pieces in a row.
    mutating func string() -> String {
        if Int.random(in: 0..<3, using: &self) == 0 { return Self.fixed.randomElement(using: &self)! }
        return (0..<Int.random(in: 1...6, using: &self)).map { _ in Self.pieces.randomElement(using: &self)! }.joined()
    }
}

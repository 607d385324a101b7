/// UUIDs as text: 32 hexadecimal digits in lower case, in groups of 8, 4, 4, 4 and 12.
enum UUIDText {
    /// The usual form of a UUID written with or without hyphens; nil for anything else.
    static func normal(_ text: String) -> String? {
        let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
        guard digits.count == 32, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        let grouped = grouped(String(decoding: digits, as: UTF8.self).lowercased())
        return text.utf8.count == 32 || text.lowercased() == grouped ? grouped : nil
    }

    /// A random UUID of version 4 (RFC 9562, section 5.4).
    static func random(_ bits: () -> UInt64) -> String {
        let high = bits() & ~0xF000 | 0x4000
        let low = bits() & ~(0b11 << 62) | 0b10 << 62
        return grouped([high, low].map { padded($0) }.joined())
    }

    private static func padded(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    private static func grouped(_ digits: String) -> String {
        var rest = digits[...]
        return [8, 4, 4, 4, 12].map { count in
            defer { rest = rest.dropFirst(count) }
            return String(rest.prefix(count))
        }.joined(separator: "-")
    }
}

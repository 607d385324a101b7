/// How CSV files are written where they are not as RFC 4180 says: `spec.data.csv`.
///
/// Signs are ASCII. Nothing of it is guessed.
package struct CSVDialect: Sendable, Hashable {
    /// Between cells; nil for the one that the file's name tells: a tab for `.tsv`, else a comma.
    package var delimiter: UInt8?
    /// Around cells; nil where a quote is a character as any other.
    package var quote: UInt8? = UInt8(ascii: "\"")
    /// Before a sign that is meant as itself. Without quotes also before the letters of control characters, as in `\n`.
    package var escape: UInt8?
    /// How lines begin that are passed over; empty for none.
    package var comment = ""
    /// Lines to pass over at the beginning of the file.
    package var skippedLines = 0
    /// Names of the columns of files that have no header line.
    package var header: [String]?
    /// Whether blanks around cells are left out, but for those within quotes.
    package var trims = false
    /// Texts of cells without quotes that mean null.
    package var nulls: [String] = []
    /// Whether they mean it within quotes, too.
    package var nullsMayBeQuoted = false
    /// Before the fraction of a number: `.` or `,`.
    package var decimal = UInt8(ascii: ".")
    /// What cells of boolean columns may say beside `true` and `false`.
    package var trueWords: [String] = []
    package var falseWords: [String] = []
    package var encoding = TextEncoding.utf8

    package init() {}

    /// As RFC 4180 says.
    package static let standard = CSVDialect()
}

/// How the text of a data file becomes bytes.
package enum TextEncoding: String, Sendable, Hashable, CaseIterable {
    case utf8 = "utf-8"
    /// With a mark at the beginning, or without: then the first character, which is ASCII, tells.
    case utf16 = "utf-16"
    case utf16LittleEndian = "utf-16le"
    case utf16BigEndian = "utf-16be"
    case windows1252 = "windows-1252"
    case latin1 = "latin-1"

    /// By its name or another that programs use, in any case.
    package init?(name: String) {
        switch name.lowercased() {
        case "utf8": self = .utf8
        case "utf16": self = .utf16
        case "utf-16-le": self = .utf16LittleEndian
        case "utf-16-be": self = .utf16BigEndian
        case "cp1252", "windows1252": self = .windows1252
        case "latin1", "iso-8859-1", "iso8859-1": self = .latin1
        case let name: self.init(rawValue: name)
        }
    }

    /// As people write it.
    package var shown: String {
        switch self {
        case .utf8: "UTF-8"
        case .utf16, .utf16LittleEndian, .utf16BigEndian: "UTF-16"
        case .windows1252: "Windows-1252"
        case .latin1: "Latin-1"
        }
    }
}

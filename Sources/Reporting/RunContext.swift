/// Where a run took place, for those who read of it later.
package struct RunContext: Sendable {
    /// The Policy's; nil where the manifests are invalid.
    package var owner: String?
    /// The API's address without what is the same everywhere.
    package var account: String?
    package var commit: String?
    /// RFC 3339, UTC.
    package var time: String?
    /// `--title`: tells runs of one owner apart.
    package var title: String?
    /// What a path below the repository's root and a line are put behind, such as
    /// `https://github.com/o/r/blob/COMMIT/`; nil where nobody says.
    package var linkBase: String?
    package var paths: RepositoryPaths?

    package init() {}

    /// The first line of a comment: by it a workflow finds the one that it wrote before, of the same owner and title.
    var marker: String {
        let parts = [owner.map { "owner=\(Self.plain($0))" }, title.map { "title=\(Self.plain($0))" }].compactMap { $0 }
        return "<!-- \((["reconcile"] + parts).joined(separator: " ")) -->"
    }

    /// What cannot end a comment of HTML.
    private static func plain(_ text: String) -> String {
        let allowed = text.unicodeScalars.map { scalar -> Character in
            let isPlain =
                scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789._/".unicodeScalars.contains(scalar))
            return isPlain ? Character(scalar) : "-"
        }
        return String(allowed).split(separator: "-").joined(separator: "-")
    }

    /// Owner, account, commit and time, as far as they are known.
    var facts: [String] {
        [
            owner.map { "owner \($0)" }, account.map { "account \($0)" },
            commit.map { "commit \($0.prefix(12))" }, time,
        ].compactMap { $0 }
    }

    /// The address of a line; nil where the repository's is not known.
    func link(_ path: String, line: Int) -> String? {
        guard let linkBase, let relative = paths?.relative(path), !relative.hasPrefix("/"), !relative.hasPrefix("..")
        else {
            return nil
        }
        var address = linkBase
        for byte in relative.utf8 {
            let isPlain =
                byte < 0x80 && (Character(UnicodeScalar(byte)).isLetter || "0123456789._-/".utf8.contains(byte))
            if isPlain {
                address.unicodeScalars.append(UnicodeScalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                address += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return address + "#L\(line)"
    }
}

/// The manual page, reconcile(1), out of the tables that the parser and `--help` read.
enum ManPage {
    static var text: String {
        var lines = [
            ".\\\" Made by reconcile help manual.",
            ".TH RECONCILE 1 \"\" \"reconcile \(Reconcile.version)\" \"User Commands\"",
            ".SH NAME", "reconcile \\- keep an account of the Optimove Data Connections API as manifests say",
            ".SH SYNOPSIS",
        ]
        lines += usage(Help.head(of: .reconcile)).flatMap { [".B \(escaped($0))", ".br"] }.dropLast()
        lines.append(".SH DESCRIPTION")
        lines += paragraphs(Help.head(of: .reconcile))
        lines += [".PP", "DIR defaults to", ".IR ./Manifests ."]
        lines.append(".SH OPTIONS")
        lines += options(.reconcile)
        lines.append(".SH COMMANDS")
        for topic in HelpTopic.allCases where topic != .reconcile {
            lines.append(".SS \(escaped(topic.rawValue))")
            let head = Help.head(of: topic)
            lines += usage(head).flatMap { [".B \(escaped($0))", ".br"] }.dropLast()
            lines += [".PP"] + paragraphs(head) + options(topic)
        }
        lines.append(".SH EXIT STATUS")
        for line in Help.exitCodes.split(separator: "\n") where line.hasPrefix("  ") {
            let words = line.split(separator: " ", maxSplits: 1)
            lines += [".TP", ".B \(words[0])", escaped(String(words[1]).drop { $0 == " " })]
        }
        lines += [
            ".SH ENVIRONMENT", ".TP", ".BR OPTIX_API_KEY \", \" OPTIX_BRAND_KEY", "The two keys of the account.",
            ".TP", ".B CREDENTIALS_DIRECTORY",
            "Files for ${credential:NAME}, x\\-api\\-key and x\\-brand\\-key, as systemd sets it.",
            ".TP", ".BR STATE_DIRECTORY \", \" XDG_STATE_HOME", "Where state is kept.",
            ".TP", ".BI RECONCILE_VAR_ NAME", "A value for ${var:NAME} in manifests.",
            ".TP", ".BR https_proxy \", \" no_proxy", "As libcurl reads them.",
            ".TP", ".B NO_COLOR", "No colours, whatever the terminal.",
        ]
        return lines.joined(separator: "\n")
    }

    /// The lines behind `usage:`: what is typed, without what it does.
    private static func usage(_ head: String) -> [String] {
        let first = head.components(separatedBy: "\n\n").first ?? ""
        return first.replacing("usage:", with: "").split(separator: "\n").map { line in
            let plain = String(line.drop { $0 == " " })
            return plain.firstRange(of: "  ").map { String(plain[..<$0.lowerBound]) } ?? plain
        }
    }

    private static func paragraphs(_ head: String) -> [String] {
        head.components(separatedBy: "\n\n").dropFirst().enumerated().flatMap { index, paragraph -> [String] in
            let lines = paragraph.split(separator: "\n").map(String.init)
            if !lines.contains(where: { $0.hasPrefix("* ") }) {
                return (index > 0 ? [".PP"] : []) + lines.map { escaped($0) }
            }
            return lines.flatMap { line in
                line.hasPrefix("* ") ? [".IP \\(bu 2", escaped(line.dropFirst(2))] : [escaped(line.drop { $0 == " " })]
            }
        }
    }

    private static func options(_ topic: HelpTopic) -> [String] {
        OptionSpec.all(for: topic).flatMap { option in
            let name = escaped(option.name)
            let value = option.placeholder.map { " \\fI\(escaped($0))\\fR" } ?? ""
            return [".TP 8", "\\fB\(name)\\fR\(value)", escaped(option.help)]
        }
    }

    /// So that nothing of it is an instruction to roff, and a hyphen stays one.
    private static func escaped(_ text: some StringProtocol) -> String {
        let plain = String(text).replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : String(plain)
    }
}

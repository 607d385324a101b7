import Foundation

/// A document for people: where it is and what it says.
struct Page: Sendable {
    let url: URL
    let text: String

    init(_ path: String) throws {
        url = Handbook.root.appending(path: path)
        text = try String(contentsOf: url, encoding: .utf8)
    }

    var name: String { url.lastPathComponent }

    private var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// Lines of code blocks, and all others.
    private var parts: (code: [Substring], prose: [Substring]) {
        var parts: (code: [Substring], prose: [Substring]) = ([], [])
        var isInside = false
        for line in lines {
            if line.hasPrefix("```") {
                isInside.toggle()
            } else if isInside {
                parts.code.append(line)
            } else {
                parts.prose.append(line)
            }
        }
        return parts
    }

    var codeLines: [Substring] { parts.code }

    /// Manifests that stand whole in a code block of their own.
    var manifests: [String] {
        text.matches(of: /```yaml\n(?<block>[\s\S]*?)```/).map { String($0.block) }
            .filter { $0.contains("apiVersion: reconcile/v1\n") }
    }
    var prose: String { parts.prose.joined(separator: "\n") }

    /// What stands in code font within a line of prose.
    var codeSpans: [String] { Self.codeSpans(in: prose) }

    static func codeSpans(in text: String) -> [String] {
        text.matches(of: /`([^`\n]+)`/).map { String($0.1) }
    }

    /// Titles of all levels.
    var headings: [String] {
        parts.prose.filter { $0.hasPrefix("#") }.map { String($0.drop { $0 == "#" }.dropFirst()) }
    }

    /// Rows of the tables under a heading, up to the next one of any level, without their heads.
    ///
    /// - Parameter column: Only of tables whose first column is called so.
    func rows(under heading: String, column: String? = nil) -> [[String]] {
        var rows: [[String]] = []
        var isUnder = false
        var head: [String]?
        for line in parts.prose {
            if line.hasPrefix("#") { isUnder = line.drop { $0 == "#" }.dropFirst() == heading }
            guard isUnder, line.hasPrefix("|") else {
                head = nil
                continue
            }
            let cells = Self.cells(of: line)
            if head == nil {
                head = cells
            } else if !line.hasPrefix("|---"), column == nil || head?.first == column {
                rows.append(cells)
            }
        }
        return rows
    }

    private static func cells(of line: Substring) -> [String] {
        // A bar in a cell has a backslash before it.
        line.replacing("\\|", with: "\u{0}").split(separator: "|").map { cell in
            cell.trimmingCharacters(in: .whitespaces).replacing("\u{0}", with: "|")
        }
    }

    /// What stands in code font in the first column of the tables under a heading.
    func names(under heading: String, column: String? = nil) -> [String] {
        rows(under: heading, column: column).flatMap { Self.codeSpans(in: $0.first ?? "") }
    }
}

/// All documents of the repository.
enum Handbook {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let folder = "Sources/reconcile/Documentation.docc"

    static func readme() throws -> Page { try Page("README.md") }

    static func page(_ name: String) throws -> Page { try Page("\(folder)/\(name).md") }

    /// The pages for users.
    static func pages() throws -> [Page] { try pages(in: folder) }

    /// Every page there is.
    static func everything() throws -> [Page] {
        try [readme(), Page(".ci/README.md")]
            + modules().flatMap { module in
                try documentation(of: module).flatMap(pages(in:))
            }
    }

    /// Folders of `Sources` with Swift in them.
    static func modules() throws -> [String] {
        let sources = root.appending(path: "Sources")
        return try FileManager.default.contentsOfDirectory(atPath: sources.path).sorted().filter { name in
            let files = try FileManager.default.subpathsOfDirectory(atPath: sources.appending(path: name).path)
            return files.contains { $0.hasSuffix(".swift") }
        }
    }

    /// Folders with pages in a module.
    private static func documentation(of module: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Sources/\(module)").path)
            .filter { $0.hasSuffix(".docc") }.map { "Sources/\(module)/\($0)" }
    }

    private static func pages(in folder: String) throws -> [Page] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path).sorted()
            .filter { $0.hasSuffix(".md") }.map { try Page("\(folder)/\($0)") }
    }
}

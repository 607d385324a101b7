import Foundation
import JSON
import Model
import PlanScenarios
import Testing

@testable import Planner
@testable import Reporting

/// Whatever a manifest, a file name or the account says, it stays in its place in every form.
@Suite struct HostileTextTests {
    static let evil =
        "a`b``` ```` |c\\|d <b>&amp; </summary></details> --> @team $x$ [l](http://e.example) \u{202E}x\u{9B}31m\r\n"
        + "::error file=x::y\n##[error]z\n| a | b |\n# h\n%0A,:\u{2028}<\u{301}"

    static func report() -> RunReport {
        let headers = ConfigValue.object([evil: .string(ConfigString("secret-of-the-test"))])
        let details = Scenario.details(["headers": headers, "ttl": .number("60")])
        var stock = Scenario.manifest("stock", name: evil, primaryKey: evil, description: evil, details: details)
        stock.places.manifest.path = "Manifests/\(evil)"
        stock.references = [Reference(type: evil, id: evil)]
        var refused = Scenario.manifest("refused", name: evil)
        refused.places.manifest.path = "Manifests/a,b:c%\n.yaml"
        let other = Scenario.manifest("updated", name: evil, description: evil)
        var scenario = Scenario(
            desired: [Scenario.manifest("broken", data: Scenario.files), refused, stock, other],
            actual: [
                Scenario.connection(name: evil, owner: nil),
                Scenario.connection(Scenario.other, name: "Old \(evil)", text: "Old \(evil)", key: "updated"),
            ])
        scenario.data["broken"] = .bad([
            Diagnostic(
                .error, evil, at: SourceLocation(path: "Manifests/\(evil).csv", line: 3, column: 1), sourceLine: evil,
                help: evil)
        ])
        scenario.desired[2].name += "!"
        var report = RunReport(mode: .apply, plan: scenario.plan())
        report.failures = [RunReport.Event(key: "stock", evil, help: evil)]
        report.warnings = [RunReport.Event(key: "stock", evil)]
        report.rejectedRows = [
            RunReport.Event(key: "stock", evil, at: SourceLocation(path: evil, line: 1))
        ]
        report.result = "Applied: \(evil)"
        return report
    }

    @Test func text() throws {
        let text = PlanText(usesColor: false).render(try #require(Self.report().plan))
        try Golden.expect(text, like: "hostile.txt")
        #expect(!text.contains("\u{202E}") && !text.contains("\u{9B}") && !text.contains("secret-of-the-test"))
        for line in text.split(separator: "\n") { #expect(!line.drop { $0 == " " }.hasPrefix("::"), "\(line)") }
    }

    @Test func json() throws {
        let document = JSONValue.object(PlanJSON.members(of: try #require(Self.report().plan)))
        try Golden.expect(document.prettyText, like: "hostile.json")
        #expect(try JSONValue.parse(Data(document.prettyText.utf8)) == document)
    }

    @Test func github() throws {
        let paths = RepositoryPaths(root: "/w", currentDirectory: "/w")
        let commands = GitHubAnnotations(paths: paths).render(Self.report())
        try Golden.expect(commands, like: "hostile.github")
        // The runner ends lines at these two alone.
        for line in commands.unicodeScalars.split(whereSeparator: { $0 == "\n" || $0 == "\r" }).map(String.init) {
            #expect(["::error ", "::warning ", "::notice "].contains { line.hasPrefix($0) }, "\(line)")
            // Two pairs of colons: no property and no title has one of its own.
            let properties = line.dropFirst(2).firstRange(of: "::").map { line[..<$0.lowerBound] } ?? ""
            let names = properties.split(separator: " ", maxSplits: 1).last?.split(separator: ",").map {
                $0.prefix { $0 != "=" }
            }
            #expect(Set(names ?? []).isSubset(of: ["file", "line", "col", "title"]), "\(properties)")
        }
        #expect(commands.contains("file=Manifests/a%2Cb%3Ac%25%0A.yaml"))
    }

    @Test func markdown() throws {
        let text = RunMarkdown().render(Self.report())
        try Golden.expect(text, like: "hostile.md")
        // Read as GitHub reads it: code blocks end where their own fence stands, and all else holds no text of others.
        var outside: [Substring] = []
        var fence: Substring?
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            if let open = fence {
                if line == open { fence = nil }
                // A run of as many backticks would end the block.
                #expect(line == open || !line.drop { $0 == " " }.hasPrefix(open), "\(line)")
            } else if line.hasPrefix("```") {
                fence = line.prefix { $0 == "`" }
            } else {
                outside.append(line)
            }
        }
        #expect(fence == nil)
        let rest = outside.joined(separator: "\n").replacing("<!-- reconcile -->", with: "")
        for sign in ["@", "[l]", "</summary></details>", "-->", "<b>&amp; ", "::error", "$x$", "\u{202E}", "`a", "``"] {
            #expect(!rest.contains(sign), "\(sign) stands in \(rest)")
        }
        let table = outside.filter { $0.hasPrefix("|") }
        #expect(table.allSatisfy { $0.split(separator: "|", omittingEmptySubsequences: false).count == 6 }, "\(table)")
        #expect(text.components(separatedBy: "<details>").count == text.components(separatedBy: "</details>\n").count)
    }

    @Test func aTableCellHoldsWhateverItIsGiven() {
        let cell = MarkdownText.inline(Self.evil)
        #expect(!cell.contains("|") && !cell.contains("`") && !cell.contains("@") && !cell.contains("\n"))
        #expect(cell.hasPrefix("<code>") && cell.hasSuffix("</code>"))
        #expect(cell.dropFirst(6).dropLast(7).unicodeScalars.allSatisfy { $0 != "<" && $0 != ">" && $0 != "*" })
    }

    @Test func aBlockHasALongerFenceThanItsContent() {
        #expect(MarkdownText.block(["a ````` b"]) == "``````\na ````` b\n``````")
        #expect(MarkdownText.block(["a", "b\nc"], language: "diff") == "```diff\na\nb\\nc\n```")
    }

    @Test(arguments: [
        ("::error::x", ": :error::x"), ("  \u{A0}::x", "  \u{A0}: :x"), ("a\n::x\r::y", "a\n: :x\r: :y"),
        ("a ::x", "a ::x"), ("x ##[error]y", "x ## [error]y"), (":::x", ": ::x"), (": :x", ": :x"), ("", ""),
        ("a:\n:b", "a:\n:b"),
    ])
    func linesAreNoCommands(_ text: String, _ defused: String) {
        #expect(WorkflowCommandGuard.defused(text) == defused)
    }

    @Test func aDocumentKeepsItsValues() throws {
        let document: JSONValue = ["a": "##[error]x", "b": ["###[", "# #["]]
        let text = WorkflowCommandGuard.defused(json: document.prettyText)
        #expect(!text.contains("##["))
        #expect(try JSONValue.parse(Data(text.utf8)) == document)
    }
}

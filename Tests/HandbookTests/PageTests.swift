import Foundation
import Testing

/// Pages are where readers look for them, and lead on.
@Suite struct PageTests {
    @Test func theReadmeIsReadInOneGo() throws {
        let readme = try Handbook.readme()
        #expect(readme.text.split(separator: "\n", omittingEmptySubsequences: false).count <= 201)
        #expect(readme.text.contains("swift test"))
    }

    @Test func everyModuleOpensWithAPage() throws {
        let inside = try Handbook.page("Inside")
        for module in try Handbook.modules() {
            let name = module == "reconcile" ? "Documentation" : module
            let path = "Sources/\(module)/\(name).docc/\(name).md"
            guard let page = try? Page(path) else {
                Issue.record("the module \(module) has no page: write \(path)")
                continue
            }
            #expect(page.text.hasPrefix("# ``\(module)``\n\n"), "\(path) does not begin with its module's name")
            #expect(
                inside.rows(under: "The house").contains { row in
                    ["[\(module)](", "`\(module)`"].contains { row[0].hasPrefix($0) }
                },
                "Inside.md does not list \(module)")
        }
    }

    @Test func theFirstPageLeadsToAllOthers() throws {
        let links = Self.links(in: try Handbook.page("Documentation"))
        for page in try Handbook.pages() where page.name != "Documentation.md" {
            #expect(links.contains(page.name), "\(page.name) is in no list of topics")
        }
    }

    @Test func everyRelativeLinkLeadsSomewhere() throws {
        for page in try Handbook.everything() {
            for link in Self.links(in: page) where !link.contains("://") {
                let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                let target =
                    parts[0].isEmpty ? page.url : page.url.deletingLastPathComponent().appending(path: String(parts[0]))
                guard FileManager.default.fileExists(atPath: target.path) else {
                    Issue.record("\(page.name) leads to \(link), which is not there")
                    continue
                }
                guard parts.count == 2 else { continue }
                let path = String(target.standardizedFileURL.path.dropFirst(Handbook.root.path.count))
                let anchors = try Page(path).headings.map(Self.anchor)
                #expect(
                    anchors.contains(String(parts[1])), "\(page.name) leads to \(link), a heading that is not there")
            }
        }
    }

    /// Targets of `[text](target)` outside of code blocks.
    private static func links(in page: Page) -> [String] {
        page.prose.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
    }

    /// A heading as GitHub makes an address of it.
    private static func anchor(_ heading: String) -> String {
        String(
            heading.lowercased().compactMap { character in
                if character == " " { return "-" }
                return character.isLetter || character.isNumber || "-_".contains(character) ? character : nil
            })
    }
}

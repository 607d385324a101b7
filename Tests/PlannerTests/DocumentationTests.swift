import Foundation
import JSON
import Testing

@testable import Planner

/// The README has every word that machines read.
@Suite struct DocumentationTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func readme() throws -> String {
        try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    }

    @Test func eachCauseIsDocumented() throws {
        let readme = try readme()
        for cause in Cause.allCases { #expect(readme.contains("`\(cause.rawValue)`"), "\(cause.rawValue)") }
    }

    @Test func eachFieldOfThePlanIsDocumented() throws {
        let readme = try readme()
        let scenario = RenderingTests.scenario()
        let plans = [scenario.plan(), CauseTests.uploaded(marker: nil, state: nil).plan()]
        for plan in plans {
            let document = JSONValue.object(PlanJSON.members(of: plan))
            for name in Self.names(in: document) where !Self.isCount(name) {
                #expect(readme.contains("`\(name)`"), "\(name)")
            }
        }
    }

    /// The summary's own counts say themselves what they count.
    private static func isCount(_ name: String) -> Bool {
        let summary = PlanSummary(Plan(connections: [])).json.objectValue ?? []
        return summary.contains { $0.key == name }
    }

    private static func names(in value: JSONValue) -> Set<String> {
        switch value {
        case .object(let members):
            members.reduce(into: []) { names, member in
                // What a change sets is the manifest's own.
                names.insert(member.key)
                if member.key != "old", member.key != "new" { names.formUnion(Self.names(in: member.value)) }
            }
        case .array(let elements): elements.reduce(into: []) { $0.formUnion(Self.names(in: $1)) }
        default: []
        }
    }
}

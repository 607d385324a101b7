import Foundation
import JSON
import Model
import PlanScenarios
import Testing

@testable import Planner
@testable import Reporting

/// Wide changes stay readable.
@Suite struct WidePlanTests {
    private static func key(_ prefix: String, _ number: Int) -> String {
        "\(prefix)-" + String(repeating: "0", count: 5 - String(number).count) + String(number)
    }

    /// 10,000 actions: creates, updates with one value and with many, uploads, refusals, and one of its own kind.
    static let plan: Plan = {
        var scenario = Scenario()
        func there(_ key: String, name: String, primaryKey: String = "user_id", data: DataStamp? = nil) {
            scenario.actual.append(
                Scenario.connection("uuid-\(key)", name: name, primaryKey: primaryKey, key: key, data: data))
        }
        for number in 0..<3000 {
            let key = key("create", number)
            scenario.desired.append(Scenario.manifest(key, name: key, data: Scenario.files))
            scenario.data[key] = .surveyed(Scenario.summary(rows: 10))
        }
        for number in 0..<3000 {
            let key = key("same", number)
            scenario.desired.append(Scenario.manifest(key, name: key, description: "Daily"))
            there(key, name: key)
        }
        for number in 0..<999 {
            let key = key("various", number)
            scenario.desired.append(Scenario.manifest(key, name: "New \(number)"))
            there(key, name: "Old \(number)")
        }
        scenario.desired.append(Scenario.manifest("single", name: "Single", description: nil))
        there("single", name: "Other")
        scenario.desired[scenario.desired.count - 1].isProtected = true
        for number in 0..<25 {
            let key = key("refused", number)
            scenario.desired.append(Scenario.manifest(key, name: key, primaryKey: "email"))
            there(key, name: key)
        }
        for number in 0..<30 { there(key("zorphan", number), name: "Orphan") }
        scenario.desired.sort { $0.key < $1.key }
        return scenario.plan()
    }()

    private static let actionCount = plan.connections.reduce(0) { $0 + $1.actions.count }

    @Test func tenThousandActionsAreAFewBlocks() throws {
        #expect(Self.actionCount == 10_000)
        try Golden.expect(PlanText(usesColor: false).render(Self.plan), like: "wide.txt")
        try Golden.expect(RunMarkdown().render(RunReport(mode: .dryRun, plan: Self.plan)), like: "wide.md")
        let annotations = GitHubAnnotations(paths: RepositoryPaths(root: nil, currentDirectory: "/"))
        let commands = annotations.render(RunReport(mode: .dryRun, plan: Self.plan))
        try Golden.expect(commands, like: "wide.github")
        #expect(commands.split(separator: "\n").count == 11)
        #expect(commands.hasSuffix("7,015 more: 15 errors, 7,000 notices; see the summary of the step"))
    }

    @Test func jsonCarriesEachOfThem() {
        let document = JSONValue.object(PlanJSON.members(of: Self.plan))
        let connections = document["connections"]?.arrayValue ?? []
        #expect(connections.compactMap { $0["key"]?.stringValue } == Self.plan.connections.map(\.key))
        #expect(connections.reduce(0) { $0 + ($1["actions"]?.arrayValue?.count ?? 0) } == 10_000)
    }

    @Test func upToTwentyAlikeAreShownOneByOne() {
        func text(_ count: Int) -> String {
            PlanText(usesColor: false).render(
                Scenario(desired: (0..<count).map { Scenario.manifest("key-\($0)", name: "N\($0)") }).plan())
        }
        #expect(text(20).components(separatedBy: "+ name").count == 21)
        #expect(text(21).components(separatedBy: "+ name").count == 2)
        #expect(text(21).hasPrefix("+ 21 connections: key-0, key-1, key-2 and 18 more  (new connection)\n"))
    }

    /// Connections of which no two are alike.
    private static func unlike(_ count: Int) -> Plan {
        var scenario = Scenario()
        scenario.desired = (0..<count).map { number in
            Scenario.manifest(
                key("key", number), name: "Ünlike `\(number)` 🎈",
                details: Scenario.details([
                    "headers": .object(["Accept-\(number)": .string(ConfigString(String(repeating: "x", count: 300)))])
                ]))
        }
        return scenario.plan()
    }

    @Test(arguments: [100, 500, 3000])
    func aCommentIsCutBelowTheLimitAndSaysHowMuch(_ count: Int) throws {
        let text = RunMarkdown().render(RunReport(mode: .dryRun, plan: Self.unlike(count)))
        #expect(text.utf16.count < 65_000)
        #expect(text.hasPrefix("<!-- reconcile -->\n### reconcile: dry run\n"))
        let shown = text.components(separatedBy: "<details>").count - 1
        #expect(text.components(separatedBy: "</details>").count - 1 == shown)
        if shown == count {
            #expect(!text.contains("Cut here"))
        } else {
            #expect(text.utf16.count > 60_000, "it is as long as it may be")
            #expect(text.contains("_Cut here: \((count - shown).grouped) connections more."), "\(text.suffix(300))")
        }
    }

    @Test func errorsComeBeforeWhatTheyLeaveNoRoomFor() {
        var report = RunReport(mode: .validate)
        report.diagnostics = (0..<5000).map {
            Diagnostic(.error, "wrong \($0)", at: SourceLocation(path: "Manifests/a.yaml", line: $0 + 1))
        }
        report.plan = Self.unlike(3)
        let text = RunMarkdown().render(report)
        #expect(text.utf16.count < 65_000)
        #expect(text.contains("wrong 0\n"))
        #expect(text.contains(" problems and 3 connections more."))
    }

    @Test func aStepSummaryIsCutByItsBytes() {
        let text = RunMarkdown(limit: .bytes(20_000)).render(RunReport(mode: .dryRun, plan: Self.unlike(500)))
        #expect(text.utf8.count < 20_000)
        #expect(text.utf8.count > 18_000)
    }

    @Test func aVeryLongBlockIsCutToo() {
        var scenario = Scenario()
        let headers = Dictionary(
            uniqueKeysWithValues: (0..<3000).map { ("H-\($0)", ConfigValue.string(ConfigString("v"))) })
        scenario.desired = [Scenario.manifest(details: Scenario.details(["headers": .object(headers)]))]
        let text = RunMarkdown().render(RunReport(mode: .dryRun, plan: scenario.plan()))
        #expect(text.contains("… and 2,80"))
        #expect(text.utf16.count < 65_000)
    }
}

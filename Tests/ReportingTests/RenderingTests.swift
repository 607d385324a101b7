import JSON
import Model
import PlanScenarios
import Testing

@testable import Planner
@testable import Reporting

/// What a reader sees, to the letter.
@Suite struct RenderingTests {
    static func scenario() -> Scenario {
        var scenario = Scenario()
        var stock = Scenario.manifest(
            "stock", name: "Stock", primaryKey: "sku", description: nil,
            details: Scenario.details([
                "headers": .object(["Authorization": .string(ConfigString("Bearer s3cret", isSecret: true))]),
                "ttl": .number("60"),
            ]))
        stock.references = [Reference(type: "mail", id: "1742")]
        scenario.desired = [
            Scenario.manifest("broken", name: "Broken", data: Scenario.files),
            Scenario.manifest("profiles", name: "Customer profiles", data: Scenario.files),
            Scenario.manifest("rekeyed", name: "Rekeyed", primaryKey: "email"),
            Scenario.manifest("same", name: "Same"),
            stock,
        ]
        scenario.actual = [
            Scenario.connection(data: Scenario.rows(digest: String(repeating: "a", count: 32))),
            Scenario.connection("uuid-rekeyed", name: "Rekeyed", key: "rekeyed"),
            Scenario.connection("uuid-same", name: "Same", key: "same"),
            Scenario.connection("uuid-old", name: "Old", key: "old", references: []),
        ]
        scenario.policy.prune = true
        scenario.options.allowDelete = ["old"]
        scenario.data = ["profiles": .surveyed(Scenario.summary()), "broken": .bad([Diagnostic(.error, "bad")])]
        return scenario
    }

    @Test func text() throws {
        try Golden.expect(PlanText(usesColor: false).render(Self.scenario().plan()), like: "plan.txt")
    }

    @Test func colour() {
        let text = PlanText(usesColor: true).render(Self.scenario().plan())
        #expect(text.contains("\u{1B}[32m+\u{1B}[0m"))
    }

    @Test func json() throws {
        let document = JSONValue.object(PlanJSON.members(of: Self.scenario().plan()))
        #expect(document["format_version"] == 1)
        try Golden.expect(document.prettyText, like: "plan.json")
    }

    static let report: RunReport = {
        var report = RunReport(mode: .dryRun, plan: scenario().plan())
        report.diagnostics = [
            Diagnostic(
                .warning, "odd", at: SourceLocation(path: "Manifests/x.yaml", line: 2, column: 3), help: "make it even")
        ]
        return report
    }()

    @Test func markdown() throws {
        try Golden.expect(RunMarkdown().render(Self.report), like: "plan.md")
    }

    @Test func github() throws {
        let paths = RepositoryPaths(root: "/w/repo", currentDirectory: "/w/repo/infra")
        try Golden.expect(GitHubAnnotations(paths: paths).render(Self.report), like: "plan.github")
    }

    @Test func anEmptyPlanSaysSo() {
        let text = PlanText(usesColor: false).render(
            Scenario(desired: [Scenario.manifest()], actual: [Scenario.connection()]).plan())
        #expect(text == "Plan: no changes, 1 unchanged.")
    }
}

import Model
import PlanScenarios
import Testing

@testable import Planner
@testable import Reporting

/// Workflow commands of GitHub Actions.
@Suite struct AnnotationTests {
    private func render(_ report: RunReport, root: String? = nil, in directory: String = "/") -> [Substring] {
        GitHubAnnotations(paths: RepositoryPaths(root: root, currentDirectory: directory)).render(report)
            .split(separator: "\n")
    }

    private func diagnostics(_ errors: Int, _ warnings: Int) -> RunReport {
        var report = RunReport(mode: .validate)
        let place = SourceLocation(path: "Manifests/a.yaml", line: 7, column: 3)
        report.diagnostics =
            (0..<warnings).map { Diagnostic(.warning, "odd \($0)", at: place) }
            + (0..<errors).map { Diagnostic(.error, "wrong \($0)", at: place, help: "put it right") }
        return report
    }

    @Test func anErrorHasItsPlaceAndItsWayOut() {
        #expect(
            render(diagnostics(1, 0)) == [
                "::error file=Manifests/a.yaml,line=7,col=3,title=invalid::wrong 0%0Ahelp: put it right"
            ])
    }

    @Test func errorsComeFirstAndTenAreShown() {
        let lines = render(diagnostics(4, 8))
        #expect(lines.count == 11)
        #expect(lines.prefix(4).allSatisfy { $0.hasPrefix("::error ") })
        #expect(lines[4].hasSuffix("::odd 0"))
        #expect(lines[10] == "::warning title=reconcile::2 more: 2 warnings; see the summary of the step")
        #expect(render(diagnostics(10, 0)).count == 10)
        #expect(
            render(diagnostics(12, 1)).last
                == "::error title=reconcile::3 more: 2 errors, 1 warning; see the summary of the step")
        #expect(render(RunReport(mode: .validate)) == [])
    }

    @Test func refusalsFailuresAndChangesAreAnnotations() {
        var scenario = Scenario(
            desired: [Scenario.manifest(primaryKey: "email"), Scenario.manifest("stock", name: "Stock")],
            actual: [Scenario.connection(), Scenario.connection("uuid-old", key: "old", references: [])])
        scenario.policy.prune = true
        var report = RunReport(mode: .apply, plan: scenario.plan())
        report.failures = [RunReport.Event("the API is out of reach")]
        let lines = render(report)
        #expect(lines.count == 4)
        #expect(lines[0] == "::error title=reconcile::the API is out of reach")
        #expect(
            lines[1].hasPrefix(
                "::error file=Manifests/profiles.yaml,line=7,col=16,title=profiles refused::the primary key"))
        #expect(lines[2] == "::warning title=old::delete the connection and all of its rows (no manifest declares it)")
        #expect(lines[3] == "::notice file=Manifests/stock.yaml,line=4,col=9,title=stock::create (new connection)")
    }

    @Test func pathsAreRelativeToTheRepositoryWhereTheyCanBe() {
        let paths = RepositoryPaths(root: "/w/repo/", currentDirectory: "/w/repo/infra")
        #expect(paths.relative("Manifests/a.yaml") == "infra/Manifests/a.yaml")
        #expect(paths.relative("./../Manifests//a.yaml") == "Manifests/a.yaml")
        #expect(paths.relative("/w/repo/x/../a.yaml") == "a.yaml")
        #expect(paths.relative("../../elsewhere/a.yaml") == "../../elsewhere/a.yaml")
        #expect(paths.relative("/w/repository/a.yaml") == "/w/repository/a.yaml")
        #expect(RepositoryPaths(root: nil, currentDirectory: "/w").relative("../a") == "../a")
    }
}

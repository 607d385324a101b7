import JSON
import Testing

@testable import Daemon

/// The daemon's metrics and states are in the handbook.
@Suite struct MetricTests {
    /// Name to kind, as a daemon that has done nothing yet shows them: all families are there from the start.
    private static var metrics: [String: String] {
        let text = Status(version: "1", directory: "d", startedAt: 0).prometheus(uptime: 0, unix: 0)
        return Dictionary(
            text.matches(of: /# TYPE (\S+) (\S+)/).map { (String($0.1), String($0.2)) },
            uniquingKeysWith: { first, _ in first })
    }

    @Test func everyMetricIsInItsTable() throws {
        let rows = try Handbook.page("Service").rows(under: "Metrics")
        let documented = rows.map { (Page.codeSpans(in: $0[0]).first ?? "", $0[1]) }
        #expect(Dictionary(documented, uniquingKeysWith: { first, _ in first }) == Self.metrics)
        #expect(documented.count == Self.metrics.count)
    }

    @Test func everyMetricThatIsWrittenAboutExists() throws {
        let histograms = Self.metrics.filter { $0.value == "histogram" }.keys
        let known = Set(Self.metrics.keys).union(histograms.flatMap { ["\($0)_sum", "\($0)_count", "\($0)_bucket"] })
        for page in try Handbook.everything() {
            for match in page.text.matches(of: /\breconcile_[a-z_]+/) {
                #expect(known.contains(String(match.0)), "\(page.name) has \(match.0), which does not exist")
            }
        }
    }

    /// Each question of the dashboard is about metrics that there are.
    @Test func theDashboardAsksForWhatExists() throws {
        let text = try Page("\(Handbook.folder)/grafana-dashboard.json").text
        let document = try JSONValue.parse(text.utf8)
        let histograms = Self.metrics.filter { $0.value == "histogram" }.keys
        let known = Set(Self.metrics.keys).union(histograms.map { "\($0)_bucket" })
        let panels = document["panels"]?.arrayValue ?? []
        #expect(panels.count > 10)
        for panel in panels {
            let questions = (panel["targets"]?.arrayValue ?? []).compactMap { $0["expr"]?.stringValue }
            #expect(!questions.isEmpty)
            for question in questions {
                let names = question.matches(of: /\b(reconcile|process)_[a-z_]+/).map { String($0.0) }
                #expect(!names.isEmpty && known.isSuperset(of: names), "\(question)")
            }
        }
    }

    @Test func everyStateOfAConnectionIsDocumented() throws {
        let states = try Handbook.page("Service").names(under: "`status_connection`", column: "state")
        #expect(states == ConnectionEntry.State.allCases.map(\.rawValue))
    }

    @Test func everyResultOfAPassIsDocumented() throws {
        let result = try #require(
            try Handbook.page("Service").rows(under: "`last_pass`").first { $0.first == "`result`" })
        #expect(Page.codeSpans(in: result[1]) == PassStatus.allCases.map(\.rawValue))
    }
}

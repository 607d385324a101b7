import Foundation
import JSON
import Model
import Testing

@testable import Planner

/// What a reader sees, to the letter. `RECORD_GOLDEN=1 swift test` writes the files anew.
@Suite struct RenderingTests {
    private func scenario() -> Scenario {
        var scenario = Scenario()
        var stock = Scenario.manifest(
            "stock", name: "Stock", primaryKey: "sku", description: nil,
            details: ComparingTests.details([
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
        try expect(PlanText(usesColor: false).render(scenario().plan()), like: "plan.txt")
    }

    @Test func colour() {
        let text = PlanText(usesColor: true).render(scenario().plan())
        #expect(text.contains("\u{1B}[32m+\u{1B}[0m"))
    }

    @Test func json() throws {
        let document = JSONValue.object(PlanJSON.members(of: scenario().plan()))
        #expect(document["format_version"] == 1)
        try expect(document.prettyText, like: "plan.json")
    }

    @Test func anEmptyPlanSaysSo() {
        let text = PlanText(usesColor: false).render(
            Scenario(desired: [Scenario.manifest()], actual: [Scenario.connection()]).plan())
        #expect(text == "Plan: no changes, 1 unchanged.")
    }

    private func expect(_ text: String, like name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
        if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try (text + "\n").write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text + "\n")
    }
}

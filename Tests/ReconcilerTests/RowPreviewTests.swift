import DataFiles
import Foundation
import JSON
import Model
import Planner
import Reporting
import Synchronization
import Testing

@testable import Reconciler

/// A plan shows what an upload does to a table, and no value that nobody asked for.
@Suite struct RowPreviewTests {
    private func manifest(_ settings: String = "") -> String {
        "apiVersion: reconcile/v1\nkind: DataConnection\nmetadata: {name: shop}\n"
            + "spec: {name: Shop, primary_key: id, data: {files: [rows.csv]\(settings)}}\n"
    }

    private func csv(_ rows: Range<Int>, city: (Int) -> String = { _ in "Berlin" }, header: String = "id,city,mail")
        -> String
    {
        header + "\n" + rows.map { "u\($0),\(city($0)),secret\($0)@example.com\n" }.joined()
    }

    private func world(_ settings: String = "") async throws -> World {
        let world = try World()
        try world.write("shop.yaml", manifest(settings))
        try world.write("rows.csv", csv(0..<20))
        #expect(try await world.pass().exitStatus(detailed: false) == .done)
        return world
    }

    private func text(_ outcome: PassOutcome) throws -> String {
        PlanText(usesColor: false).render(try #require(outcome.plan))
    }

    private final class Lines: RowLines {
        let all = Mutex<[String]>([])

        func write(
            _ produce: ((_ line: [UInt8]) throws(StepFailure) -> Void) throws(StepFailure) -> Void
        ) throws(StepFailure) {
            all.withLock { $0 = [] }
            try produce { line in all.withLock { $0.append(String(decoding: line.dropLast(), as: UTF8.self)) } }
        }
    }

    @Test func keysAndColumnsAndNoValues() async throws {
        let world = try await world()
        try world.write("rows.csv", csv(2..<23, city: { $0 < 9 ? "Paris" : "Berlin" }, header: "id,town,mail"))
        let outcome = try await world.pass(dryRun: true)
        let shown = try text(outcome)
        for line in [
            "        + column town: string", "        - column city: string",
            "        added: \"u20\", \"u21\", \"u22\"",
            "        changed: \"u2\", \"u3\", \"u4\", \"u5\", \"u6\" and 13 more", "        removed: \"u0\", \"u1\"",
        ] { #expect(shown.contains(line + "\n"), "\(line) in\n\(shown)") }
        #expect(!shown.contains("Paris") && !shown.contains("example.com"))
        let document = JSONValue.object(PlanJSON.members(of: try #require(outcome.plan))).compactText
        #expect(!document.contains("Paris") && !document.contains("example.com"))
        await world.emulator.stop()
    }

    @Test func rowsAreReadBackWhereThatIsAskedFor() async throws {
        let world = try await world(", sensitive: [mail]")
        try world.write(
            "rows.csv",
            csv(0..<20, city: { $0 == 3 || $0 == 4 ? "Paris" : "Berlin" }).replacing("secret3", with: "other3"))
        let lines = Lines()
        let before = try await world.requestCount
        let outcome = try await world.pass(dryRun: true) {
            $0.inspection.comparedRows = 1
            $0.inspection.lines = lines
        }
        let shown = try text(outcome)
        #expect(shown.contains("        row \"u3\":  \(world.manifests.path)/rows.csv:5\n"))
        #expect(shown.contains("          city: \"Berlin\" → \"Paris\"\n"))
        #expect(shown.contains("          mail: (sensitive) → (sensitive)\n"))
        #expect(!shown.contains("row \"u4\""))
        #expect(try await world.requests(from: before).filter { $0.contains("quer") }.count == 1)
        let written = lines.all.withLock { $0 }
        #expect(
            written.contains(#"{"connection":"shop","kind":"column_changed","column":"city","rows":2,"exact":true}"#))
        #expect(written.contains { $0.hasPrefix(#"{"connection":"shop","kind":"changed","key":"u4","path":"#) })
        #expect(!(shown + written.joined()).contains("other3"))
        await world.emulator.stop()
    }

    @Test func aKeyThatIsSensitiveIsNeverShown() async throws {
        let world = try await world(", sensitive: [id, mail]")
        try world.write("rows.csv", csv(5..<25, city: { _ in "Paris" }))
        let lines = Lines()
        let outcome = try await world.pass(dryRun: true) {
            $0.inspection.comparedRows = 5
            $0.inspection.lines = lines
        }
        let all = try text(outcome) + lines.all.withLock { $0.joined() }
        #expect(!all.contains("u5") && !all.contains("u24") && !all.contains("secret"))
        #expect(all.contains("added: (sensitive)"))
        await world.emulator.stop()
    }

    @Test func theSchemaOfTheServiceTellsWhereNoLedgerDoes() async throws {
        let world = try await world()
        try FileManager.default.removeItem(at: world.state.appending(path: "rows"))
        try world.write("rows.csv", csv(0..<21, header: "id,town,mail"))
        let shown = try text(try await world.pass(dryRun: true) { $0.inspection.readsSchema = true })
        #expect(shown.contains("        + column town: string\n        - column city: string\n"), "\(shown)")
        await world.emulator.stop()
    }

    @Test func manyRowsThatLeftAreANoteAlsoWhereTheyStay() async throws {
        let world = try await world()
        try world.write("rows.csv", csv(0..<5))
        let shown = try text(try await world.pass(dryRun: true))
        #expect(
            shown.contains(
                "note: 15 of 20 rows left the files, and stay in the connection (removed_rows: keep): check that the files are complete"
            ), "\(shown)")
        await world.emulator.stop()
    }

    @Test func aCountThatChangedTooMuchIsRefused() async throws {
        let world = try await world(", expect: {rows: {max_change_percent: 20}}")
        try world.write("rows.csv", csv(0..<24))
        #expect(try await world.pass().exitStatus(detailed: false) == .done)
        try world.write("rows.csv", csv(0..<30))
        let refused = try await world.pass()
        #expect(refused.exitStatus(detailed: false) == .refused)
        #expect(refused.plan?.connections.first?.refusals.map(\.code) == [.rowCountChanged])
        try world.write("rows.csv", csv(0..<19))
        #expect(try await world.pass().plan?.connections.first?.refusals.map(\.code) == [.rowCountChanged])
        try world.write("rows.csv", csv(0..<20))
        #expect(try await world.pass().exitStatus(detailed: false) == .done)
        await world.emulator.stop()
    }

    @Test func readingIsHeardOf() async throws {
        let world = try World()
        try world.write("shop.yaml", manifest())
        try world.write("rows.csv", csv(0..<9000))
        let heard = Reading()
        _ = try await world.pass(dryRun: true, observer: heard) { $0.limits.maxRows = 5000 }
        let all = heard.all.withLock { $0 }
        #expect(all.map { $0?.rows } == [0, 4096, 8192, nil])
        let size = csv(0..<9000).utf8.count
        #expect(all.compactMap { $0 }.allSatisfy { $0.totalBytes == size && $0.bytes <= size })
        await world.emulator.stop()
    }
}

/// Hears how far files are read.
private final class Reading: PassObserver {
    let all = Mutex<[ReadingProgress?]>([])

    func reading(_ progress: ReadingProgress?, key: String) { all.withLock { $0.append(progress) } }
    func planned(_ plan: Plan) {}
    func waiting(for reason: String) {}
    func did(_ step: Step, key: String) {}
    func failed(_ failure: StepFailure, key: String) {}
    func warned(_ message: String, key: String) {}
    func uploading(_ progress: UploadProgress, key: String) {}
    func rejected(_ row: RejectedRow, key: String) {}
}

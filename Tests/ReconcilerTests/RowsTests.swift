import Emulator
import Foundation
import JSON
import Planner
import Reporting
import Testing

@testable import Reconciler

/// Rows at scale: only what changed is sent, and none is lost.
@Suite struct RowsTests {
    private static func manifest(_ settings: String = "") -> String {
        """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: profiles}
        spec:
          name: Profiles
          primary_key: id
          data: {files: [rows.csv]\(settings)}

        """
    }

    private static func csv(_ rows: [(String, String)]) -> String {
        "id,name\n" + rows.map { "\($0.0),\($0.1)\n" }.joined()
    }

    private static func rows(_ numbers: Range<Int>, _ name: String = "Name") -> [(String, String)] {
        numbers.map { ("u\($0)", "\(name) \($0)") }
    }

    /// A world whose first pass over 100 rows is done.
    private func world(_ settings: String = "", rejectValue: String? = nil) async throws -> World {
        let world = try World(rejectValue: rejectValue)
        try world.write("profiles.yaml", Self.manifest(settings))
        try world.write("rows.csv", Self.csv(Self.rows(0..<100)))
        let outcome = try await world.pass()
        #expect(outcome.exitStatus(detailed: false) == .done, "\(outcome)")
        return world
    }

    private func uploadPlan(_ outcome: PassOutcome) -> UploadPlan? {
        for action in outcome.plan?.connections.first?.actions ?? [] {
            if case .upload(let plan) = action { return plan }
        }
        return nil
    }

    private func uploads(_ world: World, from start: Int) async throws -> Int {
        try await world.requests(from: start).filter { $0.hasSuffix("/upload_data") }.count
    }

    private func texts(_ world: World) async throws -> Set<String> {
        let uuid = try #require(try await world.stored().first?.uuid)
        return Set(try await world.rowText(uuid).split(separator: "\n").map(String.init))
    }

    @Test func onlyAddedAndChangedRowsAreSent() async throws {
        let world = try await world()
        var rows = Self.rows(0..<101)
        rows[5].1 = "Changed"
        rows.shuffle()
        try world.write("rows.csv", Self.csv(rows))
        let before = try await world.requestCount
        let outcome = try await world.pass()
        let plan = try #require(uploadPlan(outcome))
        #expect(plan.isDelta)
        #expect(plan.sending.rows == 2 && plan.sending.requests == 1)
        #expect(plan.data.counts?.added == 1 && plan.data.counts?.changed == 1 && plan.data.counts?.unchanged == 99)
        #expect(try await uploads(world, from: before) == 1)
        #expect(try await texts(world).count == 101)
        #expect(try await texts(world).contains(#"{"id":"u5","name":"Changed"}"#))
        await world.emulator.stop()
    }

    @Test func anotherOrderLayoutOrFormatSendsNothing() async throws {
        let world = try await world()
        let lines = Self.rows(0..<100).reversed().map { #"{"name": "\#($0.1)", "id": "\#($0.0)"}"# + "\n" }
        try world.write("a.ndjson", lines[..<50].joined())
        try world.write("b.ndjson", lines[50...].joined())
        try world.write("profiles.yaml", Self.manifest().replacing("rows.csv", with: "\"*.ndjson\""))
        let before = try await world.requestCount
        let outcome = try await world.pass()
        #expect(outcome.exitStatus(detailed: true) == .done, "\(outcome)")
        #expect(try await world.writes(from: before) == [])
        await world.emulator.stop()
    }

    @Test func rowsThatLeftTheFilesAreDeletedWhereThatIsAskedFor() async throws {
        let world = try await world(", removed_rows: delete")
        try world.write("rows.csv", Self.csv(Self.rows(10..<100)))
        let outcome = try await world.pass()
        #expect(outcome.exitStatus(detailed: false) == .done, "\(outcome)")
        #expect(uploadPlan(outcome)?.deletes == 10)
        #expect(uploadPlan(outcome)?.sending.rows == 0)
        #expect(try await texts(world).count == 90)
        let before = try await world.requestCount
        #expect(try await world.pass().exitStatus(detailed: true) == .done)
        #expect(try await world.writes(from: before) == [])
        await world.emulator.stop()
    }

    @Test func rowsThatLeftTheFilesStayOtherwise() async throws {
        let world = try await world()
        try world.write("rows.csv", Self.csv(Self.rows(10..<100)))
        let outcome = try await world.pass()
        #expect(uploadPlan(outcome)?.deletes == 0)
        #expect(uploadPlan(outcome)?.data.counts?.removed == 10)
        #expect(PlanText(usesColor: false).render(try #require(outcome.plan)).contains("10 removed rows stay"))
        #expect(try await texts(world).count == 100)
        // Asked for later, they are deleted then.
        try world.write("profiles.yaml", Self.manifest(", removed_rows: delete"))
        try world.write("rows.csv", Self.csv(Self.rows(11..<100)))
        #expect(try await world.pass().exitStatus(detailed: false) == .done)
        #expect(try await texts(world).count == 89)
        await world.emulator.stop()
    }

    @Test func aHalfCopiedFileDoesNotEmptyATable() async throws {
        let world = try await world(", removed_rows: delete")
        try world.write("rows.csv", Self.csv(Self.rows(0..<50)))
        let refused = try await world.pass()
        #expect(refused.exitStatus(detailed: false) == .refused)
        #expect(refused.plan?.connections.first?.refusals.map(\.code) == [.removedLimit])
        #expect(try await texts(world).count == 100)
        let allowed = try await world.pass { $0.planning.allowRemoved = ["profiles"] }
        #expect(allowed.exitStatus(detailed: false) == .done)
        #expect(try await texts(world).count == 50)
        await world.emulator.stop()
    }

    @Test func aLostLedgerIsRebuiltFromTheFiles() async throws {
        let world = try await world()
        let folder = world.state.appending(path: "rows")
        try FileManager.default.removeItem(at: folder)
        let before = try await world.requestCount
        #expect(try await world.pass().exitStatus(detailed: true) == .done)
        #expect(try await world.writes(from: before) == [])
        try world.write("rows.csv", Self.csv(Self.rows(0..<101)))
        #expect(uploadPlan(try await world.pass())?.sending.rows == 1)
        await world.emulator.stop()
    }

    @Test func aDamagedLedgerIsNotTrusted() async throws {
        let world = try await world()
        let folder = world.state.appending(path: "rows")
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first)
        var bytes = try Data(contentsOf: folder.appending(path: name))
        bytes[bytes.count - 7] ^= 1
        try bytes.write(to: folder.appending(path: name))
        try world.write("rows.csv", Self.csv(Self.rows(0..<101)))
        let outcome = try await world.pass()
        #expect(uploadPlan(outcome)?.isDelta == false)
        #expect(outcome.plan?.connections.first?.notes.contains { $0.contains("damaged") } == true)
        #expect(try await texts(world).count == 101)
        await world.emulator.stop()
    }

    @Test func anotherWritersUploadMeansAFullOne() async throws {
        let world = try await world()
        let other = try World()
        try FileManager.default.removeItem(at: other.manifests)
        try FileManager.default.copyItem(at: world.manifests, to: other.manifests)
        // The same account, other files and another state directory.
        try other.write("rows.csv", Self.csv(Self.rows(0..<100, "Theirs")))
        let client = try world.client()
        defer { client.invalidate() }
        #expect(try await other.pass(with: client).exitStatus(detailed: false) == .done)
        let outcome = try await world.pass()
        #expect(uploadPlan(outcome)?.isDelta == false)
        #expect(outcome.plan?.connections.first?.notes.contains { $0.contains("another writer") } == true)
        #expect(try await texts(world).contains(#"{"id":"u5","name":"Name 5"}"#))
        await world.emulator.stop()
        await other.emulator.stop()
    }

    @Test func rejectedRowsAreTriedAgainOnlyWhenTheyChangeOrOnRequest() async throws {
        let world = try World(rejectValue: "bad")
        try world.write("profiles.yaml", Self.manifest(", on_row_error: skip"))
        var rows = Self.rows(0..<30)
        rows[3].1 = "bad"
        rows[27].1 = "bad"
        try world.write("rows.csv", Self.csv(rows))
        let first = try await world.pass()
        #expect(first.exitStatus(detailed: false) == .done, "\(first)")
        #expect(first.results["profiles"]?.rejected.map(\.place.line) == [5, 29], "\(first)")
        #expect(try await texts(world).count == 28)
        let list = try String(contentsOf: world.state.appending(path: "rejects/profiles.ndjson"), encoding: .utf8)
        #expect(list.split(separator: "\n").count == 2)

        let second = try await world.pass()
        #expect(second.exitStatus(detailed: true) == .done)
        #expect(second.plan?.connections.first?.notes == ["2 rejected rows are still left out"])

        rows.append(("u30", "Name 30"))
        try world.write("rows.csv", Self.csv(rows))
        let third = try await world.pass()
        #expect(third.exitStatus(detailed: false) == .done, "\(third)")
        #expect(uploadPlan(third)?.sending.rows == 1)

        let again = try await world.pass { $0.planning.retryRejected = true }
        #expect(again.exitStatus(detailed: false) == .done)
        #expect(again.results["profiles"]?.rejected.count == 2)
        #expect(uploadPlan(again)?.sending.rows == 2)

        rows[3].1 = "good"
        rows[27].1 = "good"
        try world.write("rows.csv", Self.csv(rows))
        let last = try await world.pass()
        #expect(last.exitStatus(detailed: false) == .done)
        #expect(uploadPlan(last)?.sending.rows == 2)
        #expect(try await texts(world).count == 31)
        #expect(!FileManager.default.fileExists(atPath: world.state.appending(path: "rejects/profiles.ndjson").path))
        await world.emulator.stop()
    }

    @Test func rowsAreRefreshedWholeBeforeTheyExpire() async throws {
        let world = try await world(", ttl_seconds: 900")
        world.time.advance(500)
        try world.write("rows.csv", Self.csv(Self.rows(0..<101)))
        #expect(uploadPlan(try await world.pass())?.isDelta == true)
        // The delta did not renew the others: they expire by the full upload that they came with.
        world.time.advance(150)
        let outcome = try await world.pass()
        #expect(uploadPlan(outcome)?.reason == .dataExpires)
        #expect(uploadPlan(outcome)?.isDelta == false)
        world.time.advance(400)
        #expect(try await texts(world).count == 101)
        #expect(try await world.pass().exitStatus(detailed: true) == .done)
        await world.emulator.stop()
    }

    @Test func aFullUploadCanBeForced() async throws {
        let world = try await world()
        let outcome = try await world.pass { $0.planning.full = true }
        #expect(uploadPlan(outcome)?.reason == .forced)
        #expect(uploadPlan(outcome)?.sending.rows == 100)
        await world.emulator.stop()
    }

    /// A file that cannot be opened any more, but is as the last survey saw it, is no trouble.
    @Test func anUntouchedFileIsNotOpened() async throws {
        let world = try World()
        // Surveys only trust files that are older than they are; the clock of this world is set after the files.
        world.time.advance(1_000_000_000)
        try world.write("profiles.yaml", Self.manifest())
        try world.write("rows.csv", Self.csv(Self.rows(0..<100)))
        #expect(try await world.pass().exitStatus(detailed: false) == .done)
        let outcome = try await world.pass { $0.temporaryDirectory = "/nowhere" }
        #expect(outcome.exitStatus(detailed: true) == .done, "a survey would have needed the directory")
        try world.write("rows.csv", Self.csv(Self.rows(0..<100)))
        let touched = try await world.pass()
        #expect(touched.exitStatus(detailed: true) == .done)
        await world.emulator.stop()
    }
}

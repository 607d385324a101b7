import APIClient
import Model
import Planner
import Reporting
import StateStore
import Synchronization
import Testing

@testable import Reconciler

/// How the requests of a batch go up: side by side, within bounds, the last one last, none without need.
@Suite struct UploadTests {
    private static let manifest = """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: rows}
        spec: {name: Rows, primary_key: id, data: {files: [rows.csv]}}

        """

    /// A world with one connection of that many rows, ten to a request.
    private func world(rows: Int) throws -> World {
        let world = try World()
        try world.write("rows.yaml", Self.manifest)
        try world.write("rows.csv", World.rows(0..<rows))
        return world
    }

    /// One pass through a writer that may refuse uploads.
    private func pass(
        _ world: World, observer: any PassObserver = SilentObserver(),
        configure: (inout PassConfiguration) -> Void = { _ in }, judge: @escaping FakeWriter.Judge = { _, _ in nil }
    ) async throws -> (PassOutcome, FakeWriter) {
        let client = try world.client()
        defer { client.invalidate() }
        let writer = FakeWriter(client, judge: judge)
        return (try await world.pass(writer: writer, observer: observer, configure: configure), writer)
    }

    @Test func requestsGoSideBySideAndTheLastAloneAndLast() async throws {
        let world = try world(rows: 200)
        let (outcome, writer) = try await pass(world)
        #expect(outcome.exitStatus(detailed: false) == .done, "\(outcome)")
        let uploads = writer.uploads
        #expect(uploads.count == 20)
        #expect(uploads.map(\.completes) == Array(repeating: false, count: 19) + [true])
        #expect(uploads.map(\.together).max() ?? 0 > 1)
        #expect(uploads.last?.together == 1)
        #expect(uploads.last?.ids == (190..<200).map { "u\($0)" })
        #expect(try await world.stored().map(\.rows) == [200])
        await world.emulator.stop()
    }

    @Test func theNextPassNeedNotReadTheFile() async throws {
        let world = try world(rows: 20)
        // A file that is as young as the pass is read again.
        world.time.advance(1_000_000_000)
        _ = try await pass(world)
        let applied = try StateStore.read(
            directory: world.state.path, identity: StateIdentity(apiURL: "emulator", owner: "default"))
        #expect(applied.connections["rows"]?.survey != nil)
        await world.emulator.stop()
    }

    @Test func noMoreThanAllowedAreUnderWay() async throws {
        let world = try world(rows: 200)
        let (_, one) = try await pass(world, configure: { $0.uploads.requests = 1 })
        #expect(one.uploads.count == 20)
        #expect(one.uploads.allSatisfy { $0.together == 1 })
        world.forgetState()
        try world.write("rows.csv", World.rows(1..<201))
        let (_, three) = try await pass(world, configure: { $0.uploads.requests = 3 })
        #expect(three.uploads.count == 20)
        #expect(three.uploads.allSatisfy { $0.together <= 3 })
        await world.emulator.stop()
    }

    @Test func bytesUnderWayStayBounded() async throws {
        let world = try world(rows: 200)
        let (_, writer) = try await pass(world, configure: { $0.uploads.bytes = 2000 })
        #expect(writer.uploads.count == 20)
        #expect(writer.uploads.map(\.bytesTogether).max() ?? .max <= 2000)
        #expect(writer.uploads.map(\.together).max() ?? 0 > 1)
        await world.emulator.stop()
    }

    @Test func aRequestThatIsTooLargeMakesAllLaterOnesSmaller() async throws {
        let world = try world(rows: 200)
        try world.write("more.yaml", Self.manifest.replacing("rows}", with: "more}").replacing("Rows", with: "More"))
        // Ten rows are too many for this service, five are not.
        let (outcome, writer) = try await pass(
            world,
            configure: {
                $0.connectionsAtOnce = 1
                $0.uploads.requests = 3
            },
            judge: { request, _ in request.rowCount > 5 ? FakeWriter.error(.tooLarge, request) : nil })
        #expect(outcome.exitStatus(detailed: false) == .done, "\(outcome)")
        let refused = writer.uploads.filter(\.wasRefused)
        // Only those that were under way before the first refusal was known.
        #expect(!refused.isEmpty && refused.count <= 3, "\(refused.count) were refused")
        let second = writer.uploads.filter { $0.batch != writer.uploads[0].batch }
        #expect(second.count > 20)
        #expect(second.allSatisfy { !$0.wasRefused }, "a later batch began with too large requests again")
        #expect(try await world.stored().map(\.rows) == [200, 200])
        await world.emulator.stop()
    }

    /// The service forgot the batch, or took its end already: nobody can tell, so all of it is sent once more, in one pass.
    @Test func aBatchWhoseEndIsRefusedBeginsAnewOnce() async throws {
        let world = try world(rows: 30)
        let refusals = Mutex(0)
        let (outcome, writer) = try await pass(
            world,
            judge: { request, _ in
                guard request.completesBatch else { return nil }
                return refusals.withLock { count in
                    count += 1
                    return count == 1 ? FakeWriter.error(.refused, request) : nil
                }
            })
        #expect(outcome.exitStatus(detailed: false) == .done, "\(outcome)")
        #expect(Set(writer.uploads.map(\.batch)).count == 2)
        #expect(try await world.stored().map(\.rows) == [30])
        try world.write("rows.csv", World.rows(1..<31))
        let (always, other) = try await pass(
            world, judge: { request, _ in request.completesBatch ? FakeWriter.error(.refused, request) : nil })
        #expect(always.exitStatus(detailed: false) == .failed)
        #expect(Set(other.uploads.map(\.batch)).count == 2, "once, and not for ever")
        await world.emulator.stop()
    }

    @Test func whatIsConfirmedOnDiskIsNotSentAgain() async throws {
        for failing in [1, 5, 12, 19] {
            let world = try world(rows: 200)
            let (first, before) = try await pass(
                world, judge: { request, number in number >= failing ? FakeWriter.error(.unreachable, request) : nil })
            #expect(first.exitStatus(detailed: false) == .unreachable)
            let applied = try StateStore.read(
                directory: world.state.path, identity: StateIdentity(apiURL: "emulator", owner: "default"))
            let confirmed = applied.connections["rows"]?.batch?.confirmed
            let succeeded = before.uploads.filter { !$0.wasRefused }
            #expect(confirmed?.count == succeeded.count, "every success before the failure is on disk")
            let (second, after) = try await pass(world)
            #expect(second.exitStatus(detailed: false) == .done, "\(second)")
            if succeeded.count > 0 {
                #expect(
                    second.results["rows"]?.steps.contains(.resumed(confirmed: succeeded.count, requests: 20)) == true)
            }
            let sentBefore = Set(succeeded.flatMap(\.ids))
            #expect(after.uploads.allSatisfy { sentBefore.isDisjoint(with: $0.ids) })
            #expect(after.uploads.count == 20 - succeeded.count)
            if failing > 1 { #expect(Set(after.uploads.map(\.batch)) == Set(before.uploads.map(\.batch))) }
            #expect(try await world.stored().map(\.rows) == [200])
            await world.emulator.stop()
        }
    }

    @Test func aBatchOfOtherLimitsIsNotResumed() async throws {
        let world = try world(rows: 200)
        let (_, before) = try await pass(
            world, judge: { request, number in number > 5 ? FakeWriter.error(.unreachable, request) : nil })
        let (outcome, after) = try await pass(world, configure: { $0.limits.maxBytes = 200 })
        #expect(outcome.exitStatus(detailed: false) == .done, "\(outcome)")
        #expect(Set(after.uploads.map(\.batch)).isDisjoint(with: before.uploads.map(\.batch)))
        #expect(after.uploads.allSatisfy { $0.bytes <= 200 })
        #expect(try await world.stored().map(\.rows) == [200])
        await world.emulator.stop()
    }

    /// The digest of a data set says nothing of order, which decides what rows a request holds.
    @Test func aBatchOfTheSameRowsInAnotherOrderIsNotResumed() async throws {
        let world = try world(rows: 60)
        _ = try await pass(
            world, judge: { request, number in number > 3 ? FakeWriter.error(.unreachable, request) : nil })
        let text = try String(contentsOf: world.manifests.appending(path: "rows.csv"), encoding: .utf8)
        let lines = text.split(separator: "\n")
        try world.write("rows.csv", ([lines[0]] + lines.dropFirst().reversed()).joined(separator: "\n") + "\n")
        let (outcome, _) = try await pass(world)
        #expect(outcome.exitStatus(detailed: false) == .done)
        #expect(try await world.stored().map(\.rows) == [60])
        await world.emulator.stop()
    }

    /// Rows of the last request are refused, so that another request completes the batch; and one is sent again.
    @Test func progressCountsTheRequestThatCompletesAndWhatIsRepeated() async throws {
        let world = try World(faults: "error_before=503@POST:3", rejectValue: "Name 27")
        try world.write("rows.yaml", Self.manifest.replacing("[rows.csv]", with: "[rows.csv], on_row_error: skip"))
        try world.write("rows.csv", World.rows(0..<30))
        let observer = ProgressObserver()
        let (outcome, writer) = try await pass(world, observer: observer)
        #expect(outcome.exitStatus(detailed: false) == .done, "\(outcome)")
        let last = try #require(observer.seen.last)
        let taken = writer.uploads.filter(\.isTaken)
        #expect(taken.last?.completes == true && taken.count > 3)
        #expect(last.bytes == taken.reduce(0) { $0 + $1.bodyBytes })
        #expect(last.requests == taken.count)
        #expect(last.retries == 1)
        await world.emulator.stop()
    }

    @Test func progressCountsRowsRequestsBytesAndWhatWasResumed() async throws {
        let world = try world(rows: 200)
        _ = try await pass(
            world, judge: { request, number in number > 5 ? FakeWriter.error(.unreachable, request) : nil })
        let observer = ProgressObserver()
        let (outcome, writer) = try await pass(world, observer: observer)
        let last = try #require(observer.seen.last)
        #expect(last.rows == 200 && last.totalRows == 200)
        #expect(last.resumedRows == 200 - writer.uploads.reduce(0) { $0 + $1.ids.count })
        #expect(last.requests == writer.uploads.count)
        #expect(last.bytes > writer.uploads.reduce(0) { $0 + $1.bytes })
        #expect(observer.seen.map(\.requests) == observer.seen.map(\.requests).sorted())
        let step = outcome.results["rows"]?.steps.last?.words ?? ""
        #expect(step.hasPrefix("uploaded 200 rows in ") && step.contains("\(last.requests) requests"), "\(step)")
        await world.emulator.stop()
    }
}

/// Keeps the progress of uploads.
final class ProgressObserver: PassObserver {
    private let all = Mutex<[UploadProgress]>([])
    var seen: [UploadProgress] { all.withLock { $0 } }

    func planned(_ plan: Plan) {}
    func waiting(for reason: String) {}
    func did(_ step: Step, key: String) {}
    func failed(_ failure: StepFailure, key: String) {}
    func warned(_ message: String, key: String) {}
    func uploading(_ progress: UploadProgress, key: String) { all.withLock { $0.append(progress) } }
    func rejected(_ row: RejectedRow, key: String) {}
}

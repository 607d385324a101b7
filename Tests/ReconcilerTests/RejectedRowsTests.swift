import APIClient
import Foundation
import JSON
import TestSupport
import Testing

@testable import Reconciler

/// Rows that the service refuses are found, reported and kept apart.
@Suite struct RejectedRowsTests {
    private static let manifest = """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: rows}
        spec: {name: Rows, primary_key: id, data: {files: [rows.csv], on_row_error: skip}}

        """

    /// A world of 512 rows, of which some are bad.
    private func world(bad: Set<Int>, policy: String = "") throws -> World {
        let world = try World()
        try world.write("rows.yaml", Self.manifest)
        if !policy.isEmpty { try world.write("policy.yaml", policy) }
        let lines = (0..<512).map { "u\($0),\(bad.contains($0) ? "bad" : "good")\n" }
        try world.write("rows.csv", "id,name\n" + lines.joined())
        return world
    }

    /// A service that refuses a request with a bad row and does not say which one it is.
    private func pass(_ world: World) async throws -> (PassOutcome, FakeWriter) {
        let client = try world.client()
        defer { client.invalidate() }
        let writer = FakeWriter(client) { request, _ in
            request.body.range(of: Data(#""bad""#.utf8)) == nil ? nil : FakeWriter.error(.rejected, request)
        }
        return (try await world.pass(with: client, writer: writer) { $0.limits.maxRows = 512 }, writer)
    }

    /// Each of k rows costs two requests for each of the log2 n times that its request is halved.
    @Test(arguments: [[77], [0, 511], [5, 6, 300], [10, 100, 200, 400]])
    func fewRequestsFindThem(bad: [Int]) async throws {
        let world = try world(bad: Set(bad))
        let (outcome, writer) = try await pass(world)
        #expect(outcome.exitStatus(detailed: false) == .done, "\(outcome)")
        let rejected = outcome.results["rows"]?.rejected ?? []
        #expect(Set(rejected.map(\.place.line)) == Set(bad.map { $0 + 2 }))
        #expect(Set(rejected.map(\.primaryKey)) == Set(bad.map { "\"u\($0)\"" }))
        #expect(try await world.stored().map(\.rows) == [512 - bad.count])
        // The whole goes up completing the batch and once more without that; one row that was taken completes it.
        #expect(writer.uploads.count <= 2 * bad.count * 9 + 3, "\(writer.uploads.count) requests")
        await world.emulator.stop()
    }

    @Test func theListIsForTheOwnerAlone() async throws {
        let world = try world(bad: [3])
        _ = try await pass(world)
        let file = world.state.appending(path: "rejects/rows.ndjson")
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        let entry = try JSONValue.parse(Data(try #require(lines.first).utf8))
        #expect(lines.count == 1)
        #expect(entry["line"]?.intValue == 5, "\(lines)")
        #expect(entry["row"] == ["id": "u3", "name": "bad"])
        #expect(lines[0].contains("u3") && lines[0].contains("as scripted"), "\(lines)")
        await world.emulator.stop()
    }

    /// With `fail` too each request is looked at, also the last, which is not sent to complete the batch any more.
    @Test func allOfThemAreNamedWhereTheUploadFails() async throws {
        let world = try world(bad: [3, 200, 301, 511])
        try world.write("rows.yaml", Self.manifest.replacing("on_row_error: skip", with: "on_row_error: fail"))
        let client = try world.client()
        defer { client.invalidate() }
        let writer = FakeWriter(client) { request, _ in
            request.body.range(of: Data(#""bad""#.utf8)) == nil ? nil : FakeWriter.error(.rejected, request)
        }
        let outcome = try await world.pass(with: client, writer: writer) { $0.limits.maxRows = 100 }
        #expect(outcome.exitStatus(detailed: false) == .failed)
        #expect(outcome.results["rows"]?.rejected.map(\.place.line) == [5, 202, 303, 513])
        #expect(try await world.stored().map(\.rows) == [0])
        await world.emulator.stop()
    }

    /// From a seed: whichever rows are bad, however they are cut into requests, all are named, and with `skip` all others
    /// are there.
    @Test(arguments: 1...16, [true, false])
    func allAreNamed(seed: Int, skips: Bool) async throws {
        var random = SeededRandom(seed: UInt64(seed) &* 141_650_939)
        let bad = Set((0..<Int.random(in: 1...20, using: &random)).map { _ in Int.random(in: 0..<512, using: &random) })
        let world = try world(bad: bad)
        if !skips {
            try world.write("rows.yaml", Self.manifest.replacing("on_row_error: skip", with: "on_row_error: fail"))
        }
        let client = try world.client()
        defer { client.invalidate() }
        let writer = FakeWriter(client) { request, _ in
            request.body.range(of: Data(#""bad""#.utf8)) == nil ? nil : FakeWriter.error(.rejected, request)
        }
        let maxRows = Int.random(in: 20...300, using: &random)
        let outcome = try await world.pass(with: client, writer: writer) { $0.limits.maxRows = maxRows }
        #expect(outcome.exitStatus(detailed: false) == (skips ? .done : .failed), "seed \(seed): \(outcome)")
        #expect(
            Set(outcome.results["rows"]?.rejected.map(\.place.line) ?? []) == Set(bad.map { $0 + 2 }), "seed \(seed)")
        #expect(try await world.stored().map(\.rows) == [skips ? 512 - bad.count : 0], "seed \(seed)")
        await world.emulator.stop()
    }

    @Test func tooManyGiveTheUploadUp() async throws {
        let world = try world(
            bad: Set(stride(from: 0, to: 512, by: 50)),
            policy: "apiVersion: reconcile/v1\nkind: Policy\nspec: {max_row_errors: 4}\n")
        let (outcome, _) = try await pass(world)
        #expect(outcome.exitStatus(detailed: false) == .failed)
        let message = outcome.results["rows"]?.failure?.message ?? ""
        #expect(message.contains("more than 4 rows"), "\(outcome)")
        #expect(try await world.stored().map(\.rows) == [0], "nothing of a batch that was given up is visible")
        await world.emulator.stop()
    }
}

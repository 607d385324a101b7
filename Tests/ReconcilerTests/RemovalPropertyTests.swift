import Foundation
import Synchronization
import TestSupport
import Testing

@testable import APIClient
@testable import Reconciler

/// From a seed: rows leave the files, a tenth of them at most in one step, beside other settings, cut markers and passes
/// that ended early. That is never more than a pass may delete, and in the end they are gone.
@Suite struct RemovalPropertyTests {
    private static func manifest(ttl: Int?) -> String {
        """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: rows}
        spec:
          name: Rows
          primary_key: id
          data: {files: [rows.csv], removed_rows: delete\(ttl.map { ", ttl_seconds: \($0)" } ?? "")}

        """
    }

    @Test(arguments: 1...40)
    func aFewRowsMayAlwaysLeave(_ seed: Int) async throws {
        let random = Mutex(SeededRandom(seed: UInt64(seed) &* 67_867_967))
        @Sendable func chance(_ of: Int) -> Bool { random.withLock { Int.random(in: 0..<of, using: &$0) == 0 } }
        let world = try World(isServed: false)
        var ids = Array(0..<200)
        var ttl: Int?
        for step in 0..<6 {
            if step > 0 {
                random.withLock { random in
                    ids.shuffle(using: &random)
                    ids.removeLast(Int.random(in: 1...ids.count / 10, using: &random))
                    if Int.random(in: 0..<2, using: &random) == 0 {
                        ttl = [nil, 86_400, 604_800].randomElement(using: &random)!
                    }
                }
            }
            try world.write("rows.yaml", Self.manifest(ttl: ttl))
            try world.write("rows.csv", "id,v\n" + ids.sorted().map { "r\($0),x\n" }.joined())
            let client = try InProcessTransport.client(world.emulator, time: world.time)
            if step > 0, chance(4), let there = try await client.listConnections().first {
                // Somebody cut what the marker says of the rows.
                let text = there.description.map { String($0.prefix { $0 != "d" }) } ?? ""
                _ = try await client.update(
                    there.uuid,
                    to: .init(
                        name: "Rows", primaryKey: "id",
                        description: text.firstRange(of: " data=").map { String(text[..<$0.lowerBound]) + "]" }
                            ?? "[reconcile owner=default key=rows]", details: nil))
            }
            if step > 0, chance(2) {
                let writer = FakeWriter(
                    client, judge: { request, _ in chance(2) ? FakeWriter.error(.unavailable, request) : nil },
                    loseAnswer: { request in chance(3) ? FakeWriter.error(.unreachable, request) : nil })
                let cut = try await world.pass(with: client, writer: writer)
                #expect(cut.plan?.hasRefusals == false, "seed \(seed), step \(step): \(cut)")
            }
            var outcome = try await world.pass(with: client)
            for _ in 0..<2 where outcome.exitStatus(detailed: false) != .done {
                outcome = try await world.pass(with: client)
            }
            #expect(outcome.exitStatus(detailed: false) == .done, "seed \(seed), step \(step): \(outcome)")
            let uuid = try #require(try await client.listConnections().first?.uuid)
            let rows = await world.emulator.handle(.init(method: "GET", target: "/_emulator/rows/\(uuid)"))
            #expect(
                rows.body.count { $0 == UInt8(ascii: "\n") } == ids.count, "seed \(seed), step \(step)")
        }
    }
}

import Emulator
import Foundation
import ManifestLoader
import TestSupport
import Testing

@testable import APIClient
@testable import Reconciler

/// From a seed: passes on machines whose clocks are ahead, behind, or jump. After one with the right time the rows are
/// there for a third of their time at least, whatever the others wrote.
@Suite struct ClockPropertyTests {
    private static let ttl = 86_400

    private static let manifest = """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: rows}
        spec: {name: Rows, primary_key: id, data: {files: [rows.csv], ttl_seconds: \(ttl)}}

        """

    @Test(arguments: 1...30)
    func rowsNeverExpireBehindAPassWithTheRightTime(_ seed: Int) async throws {
        var random = SeededRandom(seed: UInt64(seed) &* 86_028_121)
        let world = try World(isServed: false)
        try world.write("rows.yaml", Self.manifest)
        try world.write("rows.csv", "id,name\n1,a\n2,b\n3,c\n")
        func pass(ahead: Double) async throws -> PassOutcome {
            let time = ManualTime(unixTime: world.time.unixTime() + ahead)
            let client = try InProcessTransport.client(world.emulator, time: time)
            let configuration = PassConfiguration(
                directory: world.manifests.path,
                secrets: SystemSecrets(environment: [:], credentialsDirectory: nil, forbiddenFiles: []),
                apiIdentity: "emulator", stateDirectory: world.state.path, temporaryDirectory: world.root.path)
            return await ReconcilePass(
                configuration: configuration, reader: client, writer: client, observer: SilentObserver(), time: time
            ).run()
        }
        let client = try InProcessTransport.client(world.emulator, time: world.time)
        for step in 0..<8 {
            // Ten years ahead, a month, a minute; behind likewise; or right.
            let skews: [Double] = [0, 60, 2_592_000, 315_360_000, -60, -7200, -2_592_000]
            let outcome = try await pass(ahead: skews.randomElement(using: &random)!)
            #expect(outcome.failure == nil, "seed \(seed), step \(step): \(outcome)")
            if Int.random(in: 0..<4, using: &random) == 0 { world.forgetState() }
            world.time.advance(Double(Int.random(in: 0...Self.ttl, using: &random)))
            let right = try await pass(ahead: 0)
            #expect(right.exitStatus(detailed: false) == .done, "seed \(seed), step \(step): \(right)")
            let uuid = try #require(try await client.listConnections().first?.uuid)
            world.time.advance(Double(Self.ttl) / 3 - 400)
            for id in 1...3 {
                let row = try? await client.query(uuid, primaryKey: .string("\(id)"))
                #expect(row != nil, "seed \(seed), step \(step): row \(id) has expired")
            }
        }
    }
}

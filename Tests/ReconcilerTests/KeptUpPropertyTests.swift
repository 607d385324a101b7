import Foundation
import ManifestLoader
import Model
import TestSupport
import Testing

@testable import APIClient
@testable import Reconciler

/// From a seed: while manifests are invalid, those that were valid last are kept up: drift is put right and rows do not
/// expire; nothing is created, nothing deleted.
@Suite struct KeptUpPropertyTests {
    private static func manifest(_ name: String) -> String {
        """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: \(name)}
        spec: {name: \(name), primary_key: id, data: {files: [rows.csv], ttl_seconds: 86400, removed_rows: delete}}

        """
    }

    @Test(arguments: 1...20)
    func whatWasValidIsKeptUp(_ seed: Int) async throws {
        var random = SeededRandom(seed: UInt64(seed) &* 122_949_823)
        let world = try World(isServed: false)
        var names = ["a", "b", "c", "orphan"]
        try world.write("policy.yaml", "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: us, prune: true}\n")
        try world.write("rows.csv", "id,v\n1,x\n2,y\n")
        for name in names { try world.write("\(name).yaml", Self.manifest(name)) }
        let client = try InProcessTransport.client(world.emulator, time: world.time)
        let first = try await world.pass(with: client)
        var valid = try #require(first.desired)
        // One that no manifest of the last valid ones declares, and one that somebody deleted by hand.
        valid.connections.removeAll { $0.key == "orphan" }
        if Bool.random(using: &random), let gone = try await client.listConnections().first(where: { $0.name == "a" }) {
            try await client.delete(gone.uuid)
            names.removeFirst()
        }
        // Somebody breaks one, and adds or removes others in the same breath.
        try world.write("broken.yaml", "kind: Nonsense\n")
        for name in names where Bool.random(using: &random) { try world.remove("\(name).yaml") }
        if Bool.random(using: &random) { try world.write("new.yaml", Self.manifest("new")) }
        let before = Set(try await client.listConnections().map(\.uuid))
        for step in 0..<4 {
            world.time.advance(Double(Int.random(in: 1...43_000, using: &random)))
            if Bool.random(using: &random),
                let there = try await client.listConnections().filter({ $0.name != "orphan" }).randomElement(
                    using: &random)
            {
                _ = try await client.update(
                    there.uuid,
                    to: .init(name: "theirs", primaryKey: "id", description: there.description, details: nil))
            }
            let outcome = try await world.pass(with: client) { $0.lastValid = valid }
            #expect(outcome.exitStatus(detailed: false) == .invalid, "seed \(seed), step \(step)")
            #expect(outcome.keepsLastValid)
            let there = try await client.listConnections()
            #expect(Set(there.map(\.uuid)) == before, "seed \(seed), step \(step)")
            #expect(there.map(\.name).sorted() == names, "seed \(seed), step \(step)")
            for connection in there where connection.name != "orphan" {
                for id in ["1", "2"] {
                    let row = try? await client.query(connection.uuid, primaryKey: .string(id))
                    #expect(row != nil, "seed \(seed), step \(step): a row of \(connection.name) has expired")
                }
            }
        }
        // A pass that has seen no valid ones does nothing.
        let none = try await world.pass(with: client)
        #expect(none.plan == nil && none.exitStatus(detailed: false) == .invalid)
    }
}

import APIClient
import JSON
import Model
import Synchronization
import Testing

@testable import Reconciler

/// Two runs that know nothing of each other create the same connection at the same moment.
@Suite struct TwinTests {
    /// Creates, and then does what another run would do at that moment.
    private final class Crowded: ConnectionWriting {
        private let real: any ConnectionWriting
        private let afterCreate: @Sendable (Definition, String) async throws(APIError) -> Void

        init(
            _ real: any ConnectionWriting,
            afterCreate: @escaping @Sendable (Definition, String) async throws(APIError) -> Void
        ) {
            self.real = real
            self.afterCreate = afterCreate
        }

        func create(_ definition: Definition) async throws(APIError) -> String {
            let uuid = try await real.create(definition)
            try await afterCreate(definition, uuid)
            return uuid
        }
        func update(_ uuid: String, to definition: Definition) async throws(APIError) -> ActualConnection {
            try await real.update(uuid, to: definition)
        }
        func delete(_ uuid: String) async throws(APIError) { try await real.delete(uuid) }
        func upload(_ request: UploadRequest) async throws(APIError) { try await real.upload(request) }
        func deleteRows(_ uuid: String, primaryKeys: [JSONValue]) async throws(APIError) {
            try await real.deleteRows(uuid, primaryKeys: primaryKeys)
        }
        func createReference(_ reference: Reference, on uuid: String) async throws(APIError) -> ActualReference {
            try await real.createReference(reference, on: uuid)
        }
        func deleteReference(_ reference: String, of uuid: String) async throws(APIError) {
            try await real.deleteReference(reference, of: uuid)
        }
    }

    private func world() throws -> World {
        let world = try World()
        try world.write("policy.yaml", "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: tests}\n")
        try world.write("profiles.yaml", World.profiles)
        try world.write("rows.csv", World.rows(0..<25))
        return world
    }

    /// Whichever of the two has the smaller uuid: one is left, with all rows, and the next pass has nothing to do.
    @Test(arguments: 0..<6)
    func oneIsLeftWhereTheOtherRunStays(_: Int) async throws {
        let world = try world()
        let client = try world.client()
        let writer = Crowded(client) { definition, _ throws(APIError) in _ = try await client.create(definition) }
        let outcome = try await world.pass(with: client, writer: writer)
        #expect(outcome.exitStatus(detailed: false) == .done)
        #expect(outcome.results["profiles"]?.warnings.count == 1)
        #expect(
            outcome.results["profiles"]?.warnings.first?.contains("another run created it at the same time") == true)
        let left = try await client.listConnections()
        #expect(left.count == 1)
        let again = try await world.pass()
        #expect(again.plan?.hasChanges == false)
        #expect(try await client.query(left[0].uuid, primaryKey: "u24")["name"] == "Name 24")
    }

    /// The other run looks as well, and takes its own away where that has the larger uuid.
    @Test func theOtherRunMayGoFirst() async throws {
        let world = try world()
        let client = try world.client()
        let others = Mutex<[String]>([])
        let writer = Crowded(client) { definition, own throws(APIError) in
            // Until the other has the larger one.
            while others.withLock({ $0.last ?? "" }) <= own {
                if let last = others.withLock({ $0.last }) { try await client.delete(last) }
                let made = try await client.create(definition)
                others.withLock { $0.append(made) }
            }
        }
        // The other run goes away while this one waits for it.
        // The first list is the account as it was, the second shows both.
        let reader = HookedReader(client, beforeList: 3) {
            if let other = others.withLock({ $0.last }) { try await client.delete(other) }
        }
        let outcome = try await world.pass(with: client, reader: reader, writer: writer)
        #expect(outcome.exitStatus(detailed: false) == .done)
        #expect(outcome.results["profiles"]?.warnings == [])
        let left = try await client.listConnections()
        #expect(left.count == 1)
        #expect(left.first?.uuid != others.withLock { $0.last })
    }

    @Test func whereNobodyElseCreatesNothingIsWaitedFor() async throws {
        let world = try world()
        let before = world.time.uptime()
        let outcome = try await world.pass()
        #expect(outcome.results["profiles"]?.warnings == [])
        #expect(world.time.uptime() == before)
    }
}

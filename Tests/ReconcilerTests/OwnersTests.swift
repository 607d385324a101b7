import APIClient
import Foundation
import Model
import Planner
import Testing

@testable import Reconciler

/// Two owners on one account, and connections that nobody owns yet.
@Suite struct OwnersTests {
    private func policy(_ owner: String, _ more: String = "") -> String {
        "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: \(owner), prune: true\(more)}\n"
    }

    /// Both have connections of the same keys and names, and each prunes what its own manifests lost.
    @Test func twoOwnersNeverTouchEachOthersConnections() async throws {
        let world = try World()
        let manifests = world.root.appending(path: "b")
        func passOfB() async throws -> PassOutcome {
            try await world.pass {
                $0.directory = manifests.path
                $0.stateDirectory = world.root.appending(path: "state-b").path
            }
        }
        try world.write("policy.yaml", policy("a"))
        try world.write("../b/policy.yaml", policy("b"))
        for name in ["plain", "second"] {
            let text = World.plain.replacing("plain", with: name).replacing("Plain", with: name)
            try world.write("\(name).yaml", text)
            try world.write("../b/\(name).yaml", text)
        }
        #expect(try await world.pass().exitStatus(detailed: false) == .done)
        #expect(try await passOfB().exitStatus(detailed: false) == .done)
        let all = try await world.stored()
        #expect(all.map(\.name).sorted() == ["plain", "plain", "second", "second"])

        try world.remove("second.yaml")
        let start = try await world.requestCount
        #expect(try await world.pass().exitStatus(detailed: false) == .done)
        let theirs = Set(all.filter { $0.description?.contains("owner=b") == true }.map(\.uuid))
        #expect(try await world.writes(from: start).allSatisfy { write in !theirs.contains { write.contains($0) } })
        let left = try await world.stored()
        #expect(theirs.isSubset(of: left.map(\.uuid)) && left.count == 3)
        let idle = try await world.requestCount
        #expect(try await passOfB().exitStatus(detailed: true) == .done)
        #expect(try await world.writes(from: idle) == [], "nothing to repair")
    }

    @Test func aManifestThatPinsAnotherOwnersConnectionIsRefused() async throws {
        let world = try World()
        let client = try world.client()
        defer { client.invalidate() }
        let uuid = try await client.create(
            Definition(
                name: "Plain", primaryKey: "id", description: "x [reconcile owner=b key=plain]", details: nil))
        try world.write("policy.yaml", policy("a", ", adopt: true"))
        try world.write(
            "plain.yaml", World.plain.replacing("{name: Plain", with: "{data_connection_uuid: \(uuid), name: Mine"))
        let start = try await world.requestCount
        let outcome = try await world.pass { $0.planning.adopt = ["plain"] }
        #expect(outcome.exitStatus(detailed: false) == .refused)
        #expect(outcome.plan?.connections.first?.refusals.map(\.code) == [.otherOwner])
        #expect(try await world.writes(from: start) == [])
    }

    @Test(arguments: [true, false])
    func anUnownedConnectionIsTakenOverOnlyWhereAsked(byName: Bool) async throws {
        let world = try World()
        let client = try world.client()
        defer { client.invalidate() }
        let uuid = try await client.create(
            Definition(name: "Plain", primaryKey: "id", description: "by hand", details: nil))
        try world.write("policy.yaml", policy("a"))
        try world.write("plain.yaml", World.plain)
        let start = try await world.requestCount
        #expect(try await world.pass().exitStatus(detailed: false) == .refused)
        #expect(try await world.writes(from: start) == [])
        if !byName { try world.write("policy.yaml", policy("a", ", adopt: true")) }
        let outcome = try await world.pass { if byName { $0.planning.adopt = ["plain"] } }
        #expect(outcome.exitStatus(detailed: false) == .done)
        #expect(try await world.stored().map(\.uuid) == [uuid])
        let description = try await world.stored().first?.description
        #expect(description?.hasPrefix("by hand [reconcile owner=a key=plain def=") == true)
        #expect(try await world.pass(dryRun: true).plan?.hasChanges == false)
    }

    @Test(arguments: [true, false])
    func aMarkerThatPeopleCutIsRepairedFromStateOrReported(hasState: Bool) async throws {
        let world = try World()
        let client = try world.client()
        defer { client.invalidate() }
        try world.write("policy.yaml", policy("a"))
        try world.write("plain.yaml", World.plain)
        try await world.pass()
        let uuid = try #require(try await world.stored().first?.uuid)
        _ = try await client.update(
            uuid, to: Definition(name: "Plain", primaryKey: "id", description: "[reconcile owner=a ke", details: nil))
        if !hasState { world.forgetState() }
        let outcome = try await world.pass()
        #expect(outcome.exitStatus(detailed: false) == (hasState ? .done : .refused))
        let description = try await world.stored().first?.description
        #expect(
            description?.hasPrefix(hasState ? "[reconcile owner=a key=plain def=" : "[reconcile owner=a ke") == true)
        #expect(try await world.stored().count == 1)
    }

    @Test func renamedFromMovesTheKeyInOneRequest() async throws {
        let world = try World()
        try world.writeSamples()
        try await world.pass()
        let before = try #require(try await world.stored().first { $0.name == "Profiles" })
        try world.write(
            "profiles.yaml",
            World.profiles.replacing("{name: profiles}", with: "{name: customers, renamed_from: profiles}"))
        let start = try await world.requestCount
        let outcome = try await world.pass()
        #expect(outcome.exitStatus(detailed: false) == .done)
        #expect(try await world.writes(from: start).count == 1, "one PUT")
        let after = try #require(try await world.stored().first { $0.name == "Profiles" })
        #expect(after.uuid == before.uuid && after.rows == before.rows && after.references == before.references)
        #expect(after.description == before.description?.replacing("key=profiles", with: "key=customers"))
        #expect(try await world.pass(dryRun: true).plan?.hasChanges == false)
        // The old key stays in the manifest for a while, and is nothing new.
        func remembered() throws -> Data { try Data(contentsOf: world.state.appending(path: "state.jsonl")) }
        try await world.pass()
        let state = try remembered()
        try await world.pass()
        #expect(try remembered() == state)
    }
}

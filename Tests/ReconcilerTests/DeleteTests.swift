import APIClient
import Foundation
import JSON
import ManifestLoader
import Model
import Planner
import Reporting
import StateStore
import Testing

@testable import Reconciler

/// Deletes as they are carried out: judged anew right before the request, and never without a copy of what it was.
@Suite struct DeleteTests {
    /// A world of three connections of ours, the manifest of one of them gone.
    private func world(removing name: String = "profiles", ownership: String = "marker") async throws -> World {
        let world = try World()
        try world.writeSamples(ownership: ownership)
        try world.write(
            "policy.yaml",
            "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: tests, prune: true, ownership: \(ownership)}\n")
        try await world.pass()
        try world.remove("\(name).yaml")
        return world
    }

    private func copies(_ world: World) -> [URL] {
        let directory = world.state.appending(path: "deleted")
        return (try? FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)) ?? []
    }

    @Test func whatCanBeReadIsKeptBeforeADelete() async throws {
        let world = try await world()
        let uuid = try #require(try await world.stored().first { $0.name == "Profiles" }?.uuid)
        let outcome = try await world.pass()
        #expect(outcome.exitStatus(detailed: false) == .done, "\(outcome)")
        #expect(try await world.stored().map(\.name).sorted() == ["Plain", "Stock"])
        let file = try #require(copies(world).first)
        #expect(copies(world).count == 1)
        #expect(file.lastPathComponent.hasPrefix("profiles-\(uuid)-"))
        let steps = outcome.results["profiles"]?.steps ?? []
        #expect(steps.first?.words.contains(file.lastPathComponent) == true, "\(steps)")
        #expect(steps.last == .deleted)
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect((attributes[.posixPermissions] as? Int) == 0o600)
        let copy = try JSONValue.parse(Data(contentsOf: file))
        #expect(copy["name"] == "Profiles")
        #expect(copy["primary_key"] == "id")
        #expect(copy["description"]?.stringValue?.hasPrefix("Weekly [reconcile owner=tests key=profiles") == true)
        #expect(copy["references"]?.arrayValue?.first?["reference_id"] == "1742")
        #expect(copy["schema"]?.isNull == false)
    }

    @Test func withoutACopyNothingIsDeleted() async throws {
        let world = try await world()
        try Data().write(to: world.state.appending(path: "deleted"))
        let before = try await world.requestCount
        let outcome = try await world.pass()
        #expect(outcome.exitStatus(detailed: false) == .failed)
        #expect(outcome.results["profiles"]?.failure?.message.contains("could not be kept") == true)
        #expect(try await world.writes(from: before) == [])
    }

    @Test func aSchemaThatCannotBeReadIsNoReasonToStop() async throws {
        let world = try await world()
        let client = try world.client()
        defer { client.invalidate() }
        try await world.pass(with: client, reader: HookedReader(client, hidesSchemas: true))
        #expect(try await world.stored().count == 2)
        let copy = try JSONValue.parse(Data(contentsOf: try #require(copies(world).first)))
        #expect(copy["schema"]?.isNull == true)
        #expect(copy["schema_unreadable_because"]?.stringValue?.contains("as scripted") == true)
    }

    @Test(arguments: [true, false])
    func noSecretStandsInTheCopy(remembers: Bool) async throws {
        let world = try World()
        let policy = "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: tests, prune: true}\n"
        try world.write("policy.yaml", policy)
        try world.write("plain.yaml", World.plain)
        try world.write(
            "stock.yaml",
            World.stock.replacing("https://api.example.com/stock?", with: "https://a.example/${env:RECONCILE_T}/stock?")
        )
        let secrets = SystemSecrets(
            environment: ["RECONCILE_T": "hush-hush"], credentialsDirectory: nil, forbiddenFiles: [])
        try await world.pass { $0.secrets = secrets }
        try world.remove("stock.yaml")
        if !remembers { world.forgetState() }
        try await world.pass()
        #expect(try await world.stored().map(\.name) == ["Plain"])
        let text = try String(contentsOf: try #require(copies(world).first), encoding: .utf8)
        #expect(!text.contains("hush-hush"), "\(text)")
        #expect(!text.contains("abc"), "a header value is as good as a secret")
        #expect(text.contains("(sensitive)"))
        #expect(text.contains("A-1") == remembers, "what is known to be plain is kept")
    }

    /// What may happen between the plan and the request.
    @Test(arguments: ["protected", "unmarked", "handed over", "linked", "copied", "unchanged"])
    func everythingIsJudgedAgainRightBefore(_ change: String) async throws {
        let world = try await world()
        let client = try world.client()
        defer { client.invalidate() }
        let stored = try #require(try await world.stored().first { $0.name == "Profiles" })
        let marker = "[reconcile owner=tests key=profiles"
        let reader = HookedReader(client, beforeList: 2) {
            func describe(_ uuid: String, _ name: String, _ text: String) async throws {
                let definition = Definition(name: name, primaryKey: "id", description: text, details: nil)
                _ = try await client.update(uuid, to: definition)
            }
            switch change {
            case "protected": try await describe(stored.uuid, "Profiles", "Weekly \(marker) protect]")
            case "unmarked": try await describe(stored.uuid, "Profiles", "Weekly")
            case "handed over":
                try await describe(stored.uuid, "Profiles", "Weekly [reconcile owner=others key=profiles]")
            case "linked": _ = try await client.createReference(Reference(type: "sms", id: "9"), on: stored.uuid)
            case "copied":
                let other = Definition(name: "Copy", primaryKey: "id", description: "x \(marker)]", details: nil)
                _ = try await client.create(other)
            default: break
            }
        }
        let outcome = try await world.pass(with: client, reader: reader)
        let isThere = try await world.stored().contains { $0.uuid == stored.uuid }
        #expect(isThere == (change != "unchanged"), "\(change)")
        #expect(outcome.plan?.connections.last?.actions == [.delete])
        #expect(outcome.exitStatus(detailed: false) == (isThere ? .refused : .done), "\(change)")
        #expect(copies(world).isEmpty == isThere)
    }

    @Test func oneThatIsGoneByThenIsASuccessAndCountsForNothing() async throws {
        let world = try await world()
        let client = try world.client()
        defer { client.invalidate() }
        let uuid = try #require(try await world.stored().first { $0.name == "Profiles" }?.uuid)
        func traces() throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: world.state.path).filter { $0.contains(uuid) }
        }
        #expect(try !traces().isEmpty, "a ledger of its rows")
        let reader = HookedReader(client, beforeList: 2) { try await client.delete(uuid) }
        let outcome = try await world.pass(with: client, reader: reader)
        #expect(outcome.exitStatus(detailed: false) == .done, "\(outcome)")
        #expect(outcome.results["profiles"]?.steps == [.goneAlready])
        #expect(try traces().isEmpty)
        let identity = StateIdentity(apiURL: "emulator", owner: "tests")
        let remembered = try StateStore.read(directory: world.state.path, identity: identity).connections
        #expect(remembered.keys.sorted() == ["plain", "stock"])
        #expect(try await world.pass(dryRun: true).plan?.connections.map(\.key) == ["plain", "stock"])
    }

    @Test func manifestsThatMoveInTheLastMomentAreNotDeletedFor() async throws {
        let world = try await world()
        let client = try world.client()
        defer { client.invalidate() }
        let reader = HookedReader(client, beforeList: 2) { try world.write("profiles.yaml", World.profiles) }
        let outcome = try await world.pass(with: client, reader: reader)
        #expect(outcome.results["profiles"]?.failure?.message.contains("manifests changed") == true)
        #expect(try await world.stored().count == 3)
    }

    @Test(arguments: [true, false])
    func theLimitCountsWhatEarlierPassesDeleted(answersGetLost: Bool) async throws {
        let world = try World()
        try world.write(
            "policy.yaml", "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: tests, prune: true}\n")
        for number in 0..<6 {
            try world.write("c\(number).yaml", World.plain.replacing("plain", with: "c\(number)"))
        }
        try await world.pass()
        for number in 0..<2 { try world.remove("c\(number).yaml") }
        let client = try world.client()
        defer { client.invalidate() }
        let first = try await world.pass(with: client, writer: FakeWriter(client, losesDeletes: answersGetLost))
        #expect(first.exitStatus(detailed: false) == (answersGetLost ? .unreachable : .done))
        // After such an answer others may be left for the next pass.
        for _ in 0..<2 where try await world.stored().count > 4 {
            try await world.pass(with: client, writer: FakeWriter(client, losesDeletes: true))
        }
        for number in 2..<4 { try world.remove("c\(number).yaml") }
        #expect(try await world.pass().exitStatus(detailed: false) == .refused)
        #expect(try await world.stored().count == 4, "two, and two more, are over three")
        world.time.advance(86_401)
        #expect(try await world.pass().exitStatus(detailed: false) == .done)
        #expect(try await world.stored().count == 2)
    }

    /// Where there are no markers, state alone remembers that a connection was protected.
    @Test(arguments: ["marker", "state"])
    func protectionOutlivesItsManifest(ownership: String) async throws {
        let world = try World()
        try world.writeSamples(ownership: ownership)
        try world.write(
            "policy.yaml",
            "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: tests, prune: true, ownership: \(ownership)}\n")
        func plain(protect: Bool) -> String {
            World.plain.replacing("primary_key: id}", with: "primary_key: id, lifecycle: {protect: \(protect)}}")
        }
        try world.write("plain.yaml", plain(protect: true))
        try await world.pass()
        try world.remove("plain.yaml")
        let refused = try await world.pass { $0.planning.allowDelete = ["plain"] }
        #expect(refused.plan?.connections.last?.refusals.map(\.code) == [.protected])
        #expect(try await world.stored().count == 3)
        try world.write("plain.yaml", plain(protect: false))
        try await world.pass()
        try world.remove("plain.yaml")
        #expect(try await world.pass().exitStatus(detailed: false) == .done)
        #expect(try await world.stored().map(\.name).sorted() == ["Profiles", "Stock"])
    }
}

import APIClient
import Emulator
import Foundation
import JSON
import Model
import Planner
import Testing

@testable import Reconciler

/// Passes over a part of what there is: drift alone, or some of the manifests.
@Suite struct PartialRunTests {
    private func world() async throws -> World {
        let world = try World()
        try world.writeSamples()
        let outcome = try await world.pass()
        #expect(outcome.exitStatus(detailed: false) == .done, "\(outcome)")
        return world
    }

    /// Somebody else changes a connection, and leaves its marker alone.
    private func tamper(_ world: World, _ name: String, _ change: (inout Definition) -> Void) async throws {
        let client = try world.client()
        defer { client.invalidate() }
        let there = try #require(try await client.listConnections().first { $0.name == name })
        var details: ConfigValue?
        if case .apiBased(let shown) = there.details { details = ConfigValue(shown) }
        var definition = Definition(
            name: there.name, primaryKey: there.primaryKey, description: there.description, details: details)
        change(&definition)
        _ = try await client.update(there.uuid, to: definition)
    }

    private func description(_ world: World, _ name: String) async throws -> String? {
        try await world.stored().first { $0.name == name }?.description
    }

    private func actions(_ outcome: PassOutcome) -> [String: [String]] {
        var actions: [String: [String]] = [:]
        for connection in outcome.plan?.connections ?? [] where !connection.actions.isEmpty {
            actions[connection.key] = connection.actions.map(\.name)
        }
        return actions
    }

    // MARK: - Drift alone

    @Test func driftIsUndoneAndWhatTheManifestsNewlyAskForWaits() async throws {
        let world = try await world()
        try await tamper(world, "Profiles") { $0.name = "Theirs" }
        try world.write(
            "profiles.yaml", World.profiles.replacing("description: Weekly", with: "description: Daily"))
        try world.write("plain.yaml", World.plain.replacing("name: Plain", with: "name: Plainer"))
        try world.write("rows.csv", World.rows(0..<26))
        try world.write(
            "new.yaml", World.plain.replacing("name: plain", with: "name: new").replacing("Plain", with: "New"))

        let outcome = try await world.pass { $0.planning.driftOnly = true }
        #expect(outcome.exitStatus(detailed: false) == .done, "\(outcome)")
        #expect(actions(outcome) == ["profiles": ["update"]])
        #expect(Set(try await world.stored().map(\.name)) == ["Profiles", "Plain", "Stock"])
        #expect(try await description(world, "Profiles")?.hasPrefix("Weekly [reconcile") == true)
        #expect(try await world.stored().first { $0.name == "Profiles" }?.rows == 25)

        let again = try await world.pass(dryRun: true) { $0.planning.driftOnly = true }
        #expect(again.plan?.hasChanges == false)
        // Nothing of what waited is forgotten.
        let whole = try await world.pass()
        #expect(
            actions(whole) == ["new": ["create"], "plain": ["update"], "profiles": ["update", "upload"]])
        let changed = try #require(whole.plan?.connections.first { $0.key == "profiles" })
        #expect(changed.causes(of: changed.actions[0]) == [.manifestChanged])
        #expect(try await description(world, "Profiles")?.hasPrefix("Daily [reconcile") == true)
        #expect(Set(try await world.stored().map(\.name)) == ["Profiles", "Plainer", "Stock", "New"])
        #expect(try await world.pass(dryRun: true).plan?.hasChanges == false)
    }

    @Test func headersOfBothSidesKeepTheirPlaces() async throws {
        let world = try await world()
        try await tamper(world, "Stock") { definition in
            guard case .object(var members) = definition.details else { return }
            members["ttl"] = .number("90")
            definition.details = .object(members)
        }
        try world.write("stock.yaml", World.stock.replacing("X-Token: abc", with: "X-Other: def"))
        let outcome = try await world.pass { $0.planning.driftOnly = true }
        #expect(actions(outcome) == ["stock": ["update"]])
        var details = try await world.stored().first { $0.name == "Stock" }?.json["external_api_details"]
        #expect(details?["ttl"] == 60)
        #expect(details?["headers"]?["X-Token"] == "abc")
        #expect(details?["headers"]?["X-Other"] == nil)

        let whole = try await world.pass()
        #expect(whole.exitStatus(detailed: false) == .done, "\(whole)")
        details = try await world.stored().first { $0.name == "Stock" }?.json["external_api_details"]
        #expect(details?["headers"]?["X-Token"] == nil)
        #expect(details?["headers"]?["X-Other"] == "def")
        #expect(try await world.pass(dryRun: true).plan?.hasChanges == false)
    }

    @Test func withoutStateNothingIsDoneAndNothingIsRememberedWrongly() async throws {
        let world = try await world()
        try world.write("plain.yaml", World.plain.replacing("name: Plain", with: "name: Plainer"))
        world.forgetState()
        let before = try await world.requestCount
        let outcome = try await world.pass { $0.planning.driftOnly = true }
        #expect(try await world.writes(from: before) == [])
        #expect(
            outcome.plan?.connections.first { $0.key == "plain" }?.leftOut == [.manifestChanged], "the marker tells")
        let whole = try await world.pass()
        #expect(actions(whole) == ["plain": ["update"]])
        let changed = try #require(whole.plan?.connections.first { $0.key == "plain" })
        #expect(changed.causes(of: changed.actions[0]) == [.manifestChanged], "nobody remembered it as sent")
    }

    @Test func whatSomebodyDeletedComesBackWithItsRows() async throws {
        let world = try await world()
        let client = try world.client()
        defer { client.invalidate() }
        let profiles = try #require(try await world.stored().first { $0.name == "Profiles" })
        for reference in try await client.references(of: profiles.uuid) {
            try await client.deleteReference(reference.uuid, of: profiles.uuid)
        }
        try await client.delete(profiles.uuid)
        let outcome = try await world.pass { $0.planning.driftOnly = true }
        #expect(actions(outcome) == ["profiles": ["create", "upload", "add_reference"]])
        #expect(try await world.stored().first { $0.name == "Profiles" }?.rows == 25)
        #expect(try await world.pass(dryRun: true).plan?.hasChanges == false)
    }

    // MARK: - Some of the manifests

    @Test func nothingIsAskedAboutTheOthersAndTheirDataIsNotRead() async throws {
        let world = try await world()
        try world.write("rows.csv", "id,name\nbroken,line,of,many\n")
        try world.write("plain.yaml", World.plain.replacing("name: Plain", with: "name: Plainer"))
        // One that the list lacks would get a GET of its own.
        let client = try world.client()
        defer { client.invalidate() }
        try await client.delete(try #require(try await world.stored().first { $0.name == "Stock" }).uuid)
        let before = try await world.requestCount
        let outcome = try await world.pass { $0.filter = .names(["plain"]) }
        #expect(outcome.exitStatus(detailed: false) == .done, "\(outcome)")
        #expect(outcome.plan?.connections.map(\.key) == ["plain"])
        let uuid = try #require(try await world.stored().first { $0.name == "Plainer" }?.uuid)
        for request in try await world.requests(from: before) {
            #expect(request.hasSuffix("/connections") || request.contains(uuid), "\(request)")
        }
        let all = try await world.pass(dryRun: true)
        #expect(all.exitStatus(detailed: false) == .invalid, "the data file is bad")
    }

    @Test func allManifestsAreValidated() async throws {
        let world = try await world()
        try world.write("bad.yaml", "apiVersion: reconcile/v1\nkind: DataConnection\n")
        let before = try await world.requestCount
        let outcome = try await world.pass { $0.filter = .names(["plain"]) }
        #expect(outcome.exitStatus(detailed: false) == .invalid)
        #expect(try await world.requestCount == before)
    }

    @Test func anUnknownNameEndsThePassBeforeAnyRequest() async throws {
        let world = try await world()
        let before = try await world.requestCount
        let outcome = try await world.pass { $0.filter = .names(["plian"]) }
        #expect(outcome.exitStatus(detailed: false) == .invalid)
        #expect(outcome.failure?.message == "there is no manifest \"plian\"")
        #expect(outcome.failure?.help == "did you mean \"plain\"?")
        #expect(try await world.requestCount == before)
    }

    @Test(arguments: [true, false])
    func noConnectionIsDeleted(_ isDriftOnly: Bool) async throws {
        let world = try await world()
        try world.write(
            "policy.yaml",
            "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: tests, prune: true, max_delete_percent: 100}\n")
        try FileManager.default.removeItem(at: world.manifests.appending(path: "plain.yaml"))
        let outcome = try await world.pass {
            if isDriftOnly { $0.planning.driftOnly = true } else { $0.filter = .names(["stock", "profiles"]) }
        }
        #expect(actions(outcome) == [:])
        #expect(try await world.stored().count == 3)
        #expect(outcome.plan?.scope.notes.contains { $0.contains("never deletes") } == true)
        #expect(actions(try await world.pass(dryRun: true)) == ["plain": ["delete"]])
    }

    @Test func aSelectorThatMeansNothingIsNoFailure() async throws {
        let world = try await world()
        let selector = try LabelSelector("team=crm")
        let outcome = try await world.pass { $0.filter = .selector(selector) }
        #expect(outcome.exitStatus(detailed: true) == .done)
        #expect(outcome.plan?.scope.notes == ["no connection matches --selector team=crm; no manifest has labels"])
    }

    @Test func theNextRefreshIsOnTheInjectedClock() async throws {
        let world = try World()
        try world.write(
            "profiles.yaml", World.profiles.replacing("[rows.csv]", with: "[rows.csv], ttl_seconds: 3000"))
        try world.write("rows.csv", World.rows(0..<25))
        let first = try await world.pass()
        let began = try #require(first.plan?.now)
        #expect(first.plan?.connections.first?.nextRefresh(now: began) == began + 2000)
        world.time.advance(500)
        let second = try await world.pass(dryRun: true)
        let planned = try #require(second.plan?.connections.first)
        #expect(planned.actions == [])
        let due = try #require(planned.nextRefresh(now: second.plan?.now ?? 0))
        #expect((began + 2000...began + 2010).contains(due))
        world.time.advance(Double(due) - world.time.unixTime())
        #expect(actions(try await world.pass(dryRun: true)) == ["profiles": ["upload"]])
    }
}

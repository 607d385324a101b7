import APIClient
import Foundation
import ManifestLoader
import Model
import Planner
import Testing

@testable import Reconciler

/// A saved plan is carried out exactly as it was reviewed, or not at all.
@Suite struct SavedPlanTests {
    private func world() async throws -> World {
        let world = try World()
        try world.writeSamples()
        return world
    }

    private func expectRefused(
        _ world: World, _ plan: SavedPlan, _ words: [String], configure: (inout PassConfiguration) -> Void = { _ in }
    ) async throws {
        let start = try await world.requestCount
        let outcome = try await world.apply(plan, configure: configure)
        #expect(outcome.exitStatus(detailed: false) == .planOutdated, "\(words): \(outcome)")
        let message = outcome.failure?.message ?? ""
        for word in words { #expect(message.contains(word), "\(message)") }
        #expect(outcome.failure?.help?.contains("--out FILE") == true)
        #expect(outcome.plan == nil && outcome.results.isEmpty)
        #expect(try await world.writes(from: start) == [], "\(words)")
    }

    @Test func itDoesWhatItSaysAndIsRefusedTheSecondTime() async throws {
        let world = try await world()
        let plan = try await world.save()
        #expect(try await world.stored().isEmpty, "a dry run")
        let outcome = try await world.apply(plan)
        #expect(outcome.exitStatus(detailed: false) == .done, "\(outcome)")
        #expect(try await world.stored().map(\.name).sorted() == ["Plain", "Profiles", "Stock"])
        #expect(try await world.pass(dryRun: true).plan?.hasChanges == false)
        try await expectRefused(world, plan, ["carried out already"])
        world.forgetState()
        try await expectRefused(world, plan, ["the account changed (plain, profiles, stock)"])
    }

    @Test func aPlanWithoutChangesIsRefusedTheSecondTimeToo() async throws {
        let world = try await world()
        try await world.pass()
        let plan = try await world.save()
        #expect(try await world.apply(plan).exitStatus(detailed: false) == .done)
        try await expectRefused(world, plan, ["carried out already"])
    }

    @Test func ofTwoPlansOnlyTheFirstToBeAppliedFits() async throws {
        let world = try await world()
        let first = try await world.save()
        world.time.advance(1)
        let second = try await world.save()
        #expect(first.identity != second.identity)
        #expect(try await world.apply(second).exitStatus(detailed: false) == .done)
        try await expectRefused(world, first, ["the account changed"])
    }

    /// Whole uploads leave the account's rows as they are; where no marker says when, state does.
    @Test(arguments: ["marker", "state"])
    func aForcedUploadIsNotDoneTwice(ownership: String) async throws {
        let world = try World()
        try world.writeSamples(ownership: ownership)
        try await world.pass()
        world.time.advance(10)
        func force(_ configuration: inout PassConfiguration) { configuration.planning.full = true }
        let first = try await world.save(configure: force)
        world.time.advance(1)
        let second = try await world.save(configure: force)
        let outcome = try await world.apply(first)
        #expect(outcome.results["profiles"]?.uploadedRows == 25, "\(outcome)")
        try await expectRefused(world, second, ["the account changed (profiles)"])
    }

    @Test(arguments: ["changed", "added", "removed", "policy", "owner", "protected", "references", "ttl"])
    func manifestsThatMovedAreNamed(_ change: String) async throws {
        let world = try await world()
        try await world.pass()
        try world.write("plain.yaml", World.plain.replacing("primary_key: id", with: "primary_key: id, description: x"))
        let plan = try await world.save()
        var words = ["the manifests changed (profiles)"]
        switch change {
        case "changed": try world.write("profiles.yaml", World.profiles.replacing("Weekly", with: "Daily"))
        case "added":
            try world.write("new.yaml", World.plain.replacing("plain", with: "new").replacing("Plain", with: "New"))
            words = ["the manifests changed (new)"]
        case "removed": try world.remove("profiles.yaml")
        case "policy":
            try world.write(
                "policy.yaml", "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: tests, prune: true}\n")
            words = ["the manifests changed (the Policy)"]
        case "owner":
            try world.write("policy.yaml", "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: others}\n")
            words = ["owner \"tests\"", "\"others\" now"]
        case "protected":
            try world.write("profiles.yaml", World.profiles + "  lifecycle: {protect: true}\n")
        case "references": try world.write("profiles.yaml", World.profiles.replacing("1742", with: "1743"))
        default: try world.write("profiles.yaml", World.profiles.replacing("files:", with: "ttl_seconds: 9, files:"))
        }
        try await expectRefused(world, plan, words)
    }

    @Test(arguments: ["edited", "linked", "deleted", "handed over", "header"])
    func anAccountThatMovedIsNamed(_ change: String) async throws {
        let world = try await world()
        try await world.pass()
        try world.write("plain.yaml", World.plain.replacing("primary_key: id", with: "primary_key: id, description: x"))
        let plan = try await world.save()
        let client = try world.client()
        defer { client.invalidate() }
        let name = change == "header" ? "Stock" : "Profiles"
        let uuid = try #require(try await world.stored().first { $0.name == name }?.uuid)
        let there = try await client.connection(uuid)
        func put(_ description: String?, _ details: ConfigValue? = nil) async throws {
            let definition = Definition(
                name: name, primaryKey: there.primaryKey, description: description, details: details)
            _ = try await client.update(uuid, to: definition)
        }
        switch change {
        case "edited": try await put("Somebody's " + (there.description ?? ""))
        case "linked": _ = try await client.createReference(Reference(type: "sms", id: "9"), on: uuid)
        case "deleted": try await client.delete(uuid)
        case "handed over": try await put("[reconcile owner=others key=profiles]")
        default:
            guard case .apiBased(let details) = there.details, case .object(var members) = ConfigValue(details),
                case .object(var headers)? = members["headers"]
            else {
                Issue.record("there are no headers")
                return
            }
            headers["X-Token"] = .string(ConfigString("another"))
            members["headers"] = .object(headers)
            try await put(there.description, .object(members))
        }
        try await expectRefused(world, plan, ["the account changed (\(name.lowercased()))"])
    }

    @Test func dataThatMovedIsNamed() async throws {
        let world = try await world()
        try await world.pass()
        try world.write("plain.yaml", World.plain.replacing("primary_key: id", with: "primary_key: id, description: x"))
        let plan = try await world.save()
        try world.write("rows.csv", World.rows(0..<26))
        try await expectRefused(world, plan, ["the data changed (profiles)"])
        try world.remove("rows.csv")
        try await expectRefused(world, plan, ["the data changed (profiles)"])
    }

    /// Nothing that is part of it moved, and all the same something else would be done.
    @Test func otherActionsFromTheSameInputsAreRefused() async throws {
        let world = try World()
        try world.writeSamples()
        try world.write("profiles.yaml", World.profiles.replacing("files:", with: "ttl_seconds: 3000, files:"))
        try await world.pass()
        let plan = try await world.save()
        world.time.advance(2500)
        try await expectRefused(world, plan, ["the same inputs come to other actions now (profiles)"])
    }

    @Test func aNewConnectionOfThatNameIsNoted() async throws {
        let world = try await world()
        let plan = try await world.save()
        let client = try world.client()
        defer { client.invalidate() }
        _ = try await client.create(Definition(name: "Plain", primaryKey: "id", description: nil, details: nil))
        try await expectRefused(world, plan, ["(plain)"])
    }

    @Test func whatChangesNoPlanIsNoReason() async throws {
        let world = try await world()
        try await world.pass()
        try world.write("plain.yaml", World.plain.replacing("primary_key: id", with: "primary_key: id, description: x"))
        let plan = try await world.save()
        try world.write("profiles.yaml", "# a comment\n\n" + World.profiles)
        try world.write(
            "rows.csv",
            "id,name,score\n" + World.rows(0..<25).split(separator: "\n").dropFirst().reversed().joined(separator: "\n")
        )
        let client = try world.client()
        defer { client.invalidate() }
        _ = try await client.create(
            Definition(
                name: "Theirs", primaryKey: "id", description: "[reconcile owner=others key=theirs]", details: nil))
        let outcome = try await world.apply(plan)
        #expect(outcome.exitStatus(detailed: false) == .done, "\(outcome)")
        #expect(outcome.results["plain"]?.steps == [.updated])
    }

    /// The pass begins anew where files moved, and then the rest of the plan is no longer what was reviewed.
    @Test func filesThatMoveMeanwhileLeaveTheRest() async throws {
        let world = try await world()
        try world.write(
            "policy.yaml", "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: tests, prune: true}\n")
        try await world.pass()
        try world.remove("plain.yaml")
        try world.write("rows.csv", World.rows(0..<26))
        let plan = try await world.save()
        let client = try world.client()
        defer { client.invalidate() }
        let writer = FakeWriter(client) { _, _ in
            try? world.write("plain.yaml", World.plain)
            return nil
        }
        let outcome = try await world.apply(plan, writer: writer)
        #expect(outcome.exitStatus(detailed: false) == .planOutdated, "\(outcome)")
        #expect(outcome.failure?.message.contains("the rest of it was left") == true)
        #expect(outcome.results["profiles"]?.uploadedRows == 1)
        #expect(try await world.stored().count == 3)
    }

    @Test func aRestrictedPlanStaysRestricted() async throws {
        let world = try await world()
        let plan = try await world.save { $0.filter = .names(["plain"]) }
        try world.write("profiles.yaml", World.profiles.replacing("Weekly", with: "Daily"))
        #expect(try await world.apply(plan).exitStatus(detailed: false) == .done)
        #expect(try await world.stored().map(\.name) == ["Plain"])
        let next = try await world.save { $0.filter = .names(["stock"]) }
        try world.remove("stock.yaml")
        let outcome = try await world.apply(next)
        #expect(outcome.exitStatus(detailed: false) == .planOutdated)
    }

    @Test func refusalsStopTheirConnectionAsInAnyPass() async throws {
        let world = try await world()
        let client = try world.client()
        defer { client.invalidate() }
        _ = try await client.create(Definition(name: "Plain", primaryKey: "id", description: nil, details: nil))
        let outcome = try await world.apply(try await world.save())
        #expect(outcome.exitStatus(detailed: false) == .refused)
        #expect(try await world.stored().map(\.name).sorted() == ["Plain", "Profiles", "Stock"])
    }

    @Test func itsOptionsComeAlong() async throws {
        let world = try await world()
        let client = try world.client()
        defer { client.invalidate() }
        _ = try await client.create(Definition(name: "Plain", primaryKey: "id", description: nil, details: nil))
        let plan = try await world.save { $0.planning.adopt = ["plain"] }
        #expect(try await world.apply(plan).exitStatus(detailed: false) == .done)
        #expect(try await world.stored().filter { $0.name == "Plain" }.count == 1)
    }
}

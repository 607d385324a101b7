import Model
import PlanScenarios
import Testing

@testable import Planner

/// Whose is it: which connection a manifest means, and whether it may be touched.
@Suite struct LocatingTests {
    @Test func aConnectionThatIsNotThereIsCreatedWithAMarker() throws {
        let scenario = Scenario(desired: [Scenario.manifest()])
        let planned = try #require(scenario.planned())
        #expect(planned.actionNames == ["create"])
        #expect(
            planned.definition(data: nil, nil)?.description == "Weekly [reconcile owner=default key=profiles]")
    }

    @Test func ourMarkerIsEnoughWithoutState() {
        let scenario = Scenario(desired: [Scenario.manifest()], actual: [Scenario.connection()])
        #expect(!scenario.plan().hasChanges)
        #expect(scenario.planned()?.uuid == Scenario.uuid)
    }

    @Test func stateFindsAConnectionWhoseMarkerWasRemovedAndRepairsIt() {
        var scenario = Scenario(desired: [Scenario.manifest()], actual: [Scenario.connection(owner: nil)])
        scenario.applied["profiles"] = AppliedConnection(uuid: Scenario.uuid, name: "Profiles", primaryKey: "user_id")
        #expect(scenario.planned()?.changedPaths == ["ownership marker"])
        #expect(scenario.planned()?.refusals == [])
    }

    @Test func aPinAdoptsAnUnownedConnection() {
        var manifest = Scenario.manifest()
        manifest.pinnedUUID = Scenario.uuid
        let scenario = Scenario(desired: [manifest], actual: [Scenario.connection(owner: nil)])
        #expect(scenario.planned()?.changedPaths == ["ownership marker"])
    }

    @Test func aPinThatNamesNothingIsRefused() {
        var manifest = Scenario.manifest()
        manifest.pinnedUUID = Scenario.other
        let scenario = Scenario(desired: [manifest], actual: [Scenario.connection(owner: nil)])
        #expect(scenario.planned()?.refusalCodes == [.pinnedMissing])
    }

    @Test func aPinDoesNotOverrideAnotherOwner() {
        var manifest = Scenario.manifest()
        manifest.pinnedUUID = Scenario.uuid
        let scenario = Scenario(desired: [manifest], actual: [Scenario.connection(owner: "brand-b")])
        #expect(scenario.planned()?.refusalCodes == [.otherOwner])
    }

    @Test func anUnownedConnectionOfTheSameNameIsRefusedWithoutAdopt() throws {
        let scenario = Scenario(desired: [Scenario.manifest()], actual: [Scenario.connection(owner: nil)])
        let refusal = try #require(scenario.planned()?.refusals.first)
        #expect(refusal.code == .unowned)
        #expect(refusal.help.contains("--adopt profiles"))
        #expect(!scenario.plan().hasChanges)
    }

    @Test(arguments: [true, false])
    func adoptingTakesItOver(byPolicy: Bool) {
        var scenario = Scenario(desired: [Scenario.manifest()], actual: [Scenario.connection(owner: nil)])
        if byPolicy { scenario.policy.adopt = true } else { scenario.options.adopt = ["profiles"] }
        #expect(scenario.planned()?.changedPaths == ["ownership marker"])
        #expect(scenario.planned()?.uuid == Scenario.uuid)
    }

    @Test func adoptingNeedsTheSamePrimaryKey() {
        var scenario = Scenario(
            desired: [Scenario.manifest()], actual: [Scenario.connection(primaryKey: "email", owner: nil)])
        scenario.policy.adopt = true
        #expect(scenario.planned()?.refusalCodes == [.primaryKeyChanged])
    }

    @Test func adoptingOneOfSeveralIsRefused() {
        var scenario = Scenario(
            desired: [Scenario.manifest()],
            actual: [Scenario.connection(owner: nil), Scenario.connection(Scenario.other, owner: nil)])
        scenario.policy.adopt = true
        #expect(scenario.planned()?.refusalCodes == [.ambiguous])
    }

    @Test func anotherOwnersConnectionOfTheSameNameIsNotOurs() {
        let scenario = Scenario(desired: [Scenario.manifest()], actual: [Scenario.connection(owner: "brand-b")])
        #expect(scenario.planned()?.actionNames == ["create"])
    }

    @Test func stateThatPointsAtAnotherOwnersConnectionIsRefused() {
        var scenario = Scenario(desired: [Scenario.manifest()], actual: [Scenario.connection(owner: "brand-b")])
        scenario.applied["profiles"] = AppliedConnection(uuid: Scenario.uuid, name: "Profiles", primaryKey: "user_id")
        #expect(scenario.planned()?.refusalCodes == [.otherOwner])
    }

    @Test func aMarkerThatStandsTwiceRefusesTheManifest() {
        var scenario = Scenario(
            desired: [Scenario.manifest()], actual: [Scenario.connection(), Scenario.connection(Scenario.other)])
        #expect(scenario.planned()?.refusalCodes == [.markerCopied])
        scenario.applied["profiles"] = AppliedConnection(uuid: Scenario.uuid, name: "Profiles", primaryKey: "user_id")
        #expect(scenario.planned()?.refusalCodes == [.markerCopied])
    }

    @Test func aDamagedMarkerIsNeitherCreatedAgainNorAdopted() {
        var damaged = Scenario.connection()
        damaged.description = "Weekly [reconcile owner=def"
        var scenario = Scenario(desired: [Scenario.manifest()], actual: [damaged])
        scenario.policy.adopt = true
        #expect(scenario.planned()?.refusalCodes == [.markerDamaged])
    }

    @Test func stateRepairsADamagedMarker() {
        var damaged = Scenario.connection()
        damaged.description = "Weekly [reconcile owner=def"
        var scenario = Scenario(desired: [Scenario.manifest()], actual: [damaged])
        scenario.applied["profiles"] = AppliedConnection(uuid: Scenario.uuid, name: "Profiles", primaryKey: "user_id")
        #expect(scenario.planned()?.changedPaths == ["ownership marker"])
    }

    @Test func aServiceThatCutsTheMarkerIsNotAskedAgainAndAgain() throws {
        var cut = Scenario.connection()
        cut.description = "Weekly [reconcile owner=def"
        let manifest = Scenario.manifest()
        var scenario = Scenario(desired: [manifest], actual: [cut])
        scenario.applied["profiles"] = Scenario.remembered(manifest, cut)
        let refusal = try #require(scenario.planned()?.refusals.first)
        #expect(refusal.help.contains("ownership: state"))
        scenario.desired[0].description = "W"
        #expect(scenario.planned()?.refusals == [])
    }

    @Test func twoManifestsAtOneConnectionAreBothRefused() {
        var pinned = Scenario.manifest("copy")
        pinned.pinnedUUID = Scenario.uuid
        pinned.renamedFrom = "profiles"
        let scenario = Scenario(desired: [pinned, Scenario.manifest()], actual: [Scenario.connection()])
        #expect(scenario.planned("copy")?.refusalCodes == [.sharedConnection])
        #expect(scenario.planned("profiles")?.refusalCodes == [.sharedConnection])
    }

    @Test func renamedFromMovesTheMarkerAndNothingElse() {
        var manifest = Scenario.manifest("customers")
        manifest.renamedFrom = "profiles"
        let scenario = Scenario(desired: [manifest], actual: [Scenario.connection()])
        #expect(scenario.plan().connections.count == 1)
        #expect(scenario.planned("customers")?.changedPaths == ["ownership marker"])
        #expect(
            scenario.planned("customers")?.definition(data: nil, nil)?.description
                == "Weekly [reconcile owner=default key=customers]")
    }

    @Test func aKnownConnectionThatIsGoneIsCreatedAgainUnlessAllAre() {
        var scenario = Scenario(
            desired: [Scenario.manifest(), Scenario.manifest("stock", name: "Stock")],
            actual: [Scenario.connection(name: "Stock", key: "stock")])
        scenario.applied["profiles"] = AppliedConnection(uuid: Scenario.other, name: "Profiles", primaryKey: "user_id")
        scenario.applied["stock"] = AppliedConnection(uuid: Scenario.uuid, name: "Stock", primaryKey: "user_id")
        #expect(scenario.planned("profiles")?.actionNames == ["create"])
        scenario.actual = []
        #expect(scenario.planned("profiles")?.refusalCodes == [.allGone])
        scenario.options.allowRecreate = true
        #expect(scenario.planned("profiles")?.actionNames == ["create"])
        #expect(scenario.planned("stock")?.actionNames == ["create"])
    }

    @Test func aCreateThatWasBegunWithoutAMarkerFindsItsConnection() {
        var scenario = Scenario(desired: [Scenario.manifest()], actual: [Scenario.connection(owner: nil)])
        scenario.policy.ownership = .state
        scenario.applied["profiles"] = AppliedConnection(uuid: nil, name: "Profiles", primaryKey: "user_id")
        #expect(scenario.planned()?.refusals == [])
        #expect(scenario.planned()?.uuid == Scenario.uuid)
    }

    @Test func listsOnlyWhatNeedsItsOwnLook() {
        var scenario = Scenario(desired: [Scenario.manifest()], actual: [])
        scenario.applied["profiles"] = AppliedConnection(uuid: Scenario.uuid, name: "Profiles", primaryKey: "user_id")
        let input = scenario.input
        #expect(
            Locator.unlistedUUIDs(desired: input.desired, actual: input.actual, applied: input.applied, in: nil)
                == [Scenario.uuid])
    }
}

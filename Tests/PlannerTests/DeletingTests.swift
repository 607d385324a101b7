import Model
import PlanScenarios
import Testing

@testable import Planner

/// A delete is irreversible: everything that must stand in its way does.
@Suite struct DeletingTests {
    /// One declared connection, and one of ours that no manifest declares.
    private func scenario() -> Scenario {
        var scenario = Scenario(
            desired: [Scenario.manifest("stock", name: "Stock")],
            actual: [
                Scenario.connection(references: []),
                Scenario.connection(Scenario.other, name: "Stock", key: "stock", references: []),
            ])
        scenario.policy.owner = "default"
        scenario.policy.prune = true
        return scenario
    }

    @Test func anOwnedConnectionWithoutManifestIsDeletedWherePruneIsOn() {
        #expect(scenario().planned()?.actions == [.delete])
        #expect(scenario().plan().connections.last?.key == "profiles", "deletes come last")
    }

    @Test func withoutPruneItStays() {
        var scenario = scenario()
        scenario.policy.prune = false
        #expect(scenario.planned()?.actions == [])
        #expect(scenario.planned()?.notes.first?.contains("prune is off") == true)
    }

    @Test func othersAreNeverDeleted() {
        var scenario = scenario()
        scenario.actual[0] = Scenario.connection(owner: "brand-b", references: [])
        #expect(scenario.planned() == nil)
        scenario.actual[0] = Scenario.connection(owner: nil, references: [])
        #expect(scenario.planned() == nil)
    }

    @Test func protectionOutlivesTheManifest() {
        var scenario = scenario()
        scenario.actual[0] = Scenario.connection(isProtected: true, references: [])
        #expect(scenario.planned()?.refusalCodes == [.protected])
    }

    @Test func referencesThatAreNotOursStandInTheWay() {
        var scenario = scenario()
        scenario.actual[0].references = [ActualReference(uuid: "r", reference: Reference(type: "mail", id: "1"))]
        #expect(scenario.planned()?.refusalCodes == [.foreignReferences])
        scenario.applied["profiles"] = AppliedConnection(
            uuid: Scenario.uuid, name: "Profiles", primaryKey: "user_id",
            references: [AppliedReference(uuid: "r", type: "mail", id: "1")])
        #expect(scenario.planned()?.actions == [.delete])
        scenario.actual[0].references = nil
        #expect(scenario.planned()?.refusalCodes == [.foreignReferences], "unreadable means refused")
    }

    @Test func aMarkerThatIsGoneIsNoLicence() {
        var scenario = scenario()
        scenario.actual[0] = Scenario.connection(owner: nil, references: [])
        scenario.applied["profiles"] = AppliedConnection(uuid: Scenario.uuid, name: "Profiles", primaryKey: "user_id")
        #expect(scenario.planned()?.refusalCodes == [.markerMissing])
    }

    @Test func stateIsTheLicenceWhereThereAreNoMarkers() {
        var scenario = scenario()
        scenario.policy.ownership = .state
        scenario.actual[0] = Scenario.connection(owner: nil, references: [])
        scenario.applied["profiles"] = AppliedConnection(uuid: Scenario.uuid, name: "Profiles", primaryKey: "user_id")
        #expect(scenario.planned()?.actions == [.delete])
    }

    @Test func aMarkerThatStandsTwiceDeletesNeither() {
        var scenario = scenario()
        scenario.actual.append(Scenario.connection("third", references: []))
        let planned = scenario.plan().connections.filter { $0.key == "profiles" }
        #expect(planned.map(\.refusalCodes) == [[.markerCopied], [.markerCopied]])
    }

    @Test func notTheLastManifestIsDeletedWithEverything() {
        var scenario = scenario()
        scenario.desired = []
        #expect(scenario.plan().connections.map(\.refusalCodes) == [[.allManifestsGone], [.allManifestsGone]])
    }

    @Test func aCreateOfTheSameNameIsARename() {
        var scenario = scenario()
        scenario.desired.append(Scenario.manifest("customers"))
        #expect(scenario.planned("customers")?.refusalCodes == [.createAndPrune])
        #expect(scenario.planned("profiles")?.refusalCodes == [.createAndPrune])
        #expect(scenario.planned("customers")?.refusals.first?.help.contains("renamed_from: profiles") == true)
    }

    @Test(arguments: [(9, 3, true), (9, 4, false), (20, 6, true), (20, 7, false)])
    func overTheLimitNothingIsDeleted(owned: Int, deleted: Int, isAllowed: Bool) {
        var scenario = Scenario(
            actual: (0..<owned).map {
                Scenario.connection("uuid-\($0)", name: "C\($0)", key: "key-\($0)", references: [])
            })
        scenario.policy.prune = true
        scenario.desired = (deleted..<owned).map { Scenario.manifest("key-\($0)", name: "C\($0)") }
        let deletes = scenario.plan().connections.filter { $0.actions == [.delete] }
        #expect(deletes.count == (isAllowed ? deleted : 0))
    }

    @Test func deletesOfTheLastDayCountToo() {
        var scenario = scenario()
        scenario.deletions = [1, 2, 3].map { Scenario.now - $0 * 3600 }
        #expect(scenario.planned()?.refusalCodes == [.deleteLimit])
        scenario.deletions = [1, 2, 3].map { Scenario.now - 86_400 - $0 }
        #expect(scenario.planned()?.actions == [.delete])
    }

    @Test func renamedConnectionsAreNotPruned() {
        var scenario = scenario()
        var manifest = Scenario.manifest("customers")
        manifest.renamedFrom = "profiles"
        scenario.desired.append(manifest)
        #expect(scenario.plan().connections.allSatisfy { $0.actions != [.delete] })
    }

    /// A file that was cut to nothing, or got another name, may be the manifest of what would be deleted.
    @Test func doubtfulFilesHoldDeletesBack() {
        var scenario = Scenario(
            desired: [Scenario.manifest()],
            actual: [
                Scenario.connection(), Scenario.connection(Scenario.other, name: "Old", key: "old", references: []),
            ])
        scenario.policy.prune = true
        #expect(scenario.planned("old")?.actions == [.delete])
        scenario.doubtfulFiles = ["Manifests/old.YAML"]
        #expect(scenario.planned("old")?.refusals.map(\.code) == [.doubtfulManifest])
        #expect(scenario.planned("old")?.refusals.first?.message.contains("Manifests/old.YAML") == true)
        scenario.options.allowDelete = ["old"]
        #expect(scenario.planned("old")?.actions == [.delete])
    }
}

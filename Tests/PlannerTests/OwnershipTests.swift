import Model
import PlanScenarios
import Testing

@testable import Planner
@testable import Reporting

/// Two owners on one account, and people who edit, cut, copy and move markers.
@Suite struct OwnershipTests {
    private static func known(_ uuid: String = Scenario.uuid) -> AppliedConnection {
        AppliedConnection(uuid: uuid, name: "Profiles", primaryKey: "user_id")
    }

    @Test func takingOverAnotherOwnersConnectionByNameIsRefused() {
        var scenario = Scenario(desired: [Scenario.manifest()], actual: [Scenario.connection(owner: "brand-b")])
        scenario.options.adopt = ["profiles"]
        #expect(scenario.planned()?.refusalCodes == [.otherOwner])
        #expect(scenario.planned()?.refusals.first?.message.contains("brand-b") == true)
    }

    @Test func adoptingShowsAllThatWouldChange() {
        var scenario = Scenario(
            desired: [Scenario.manifest(description: "Daily", data: Scenario.files)],
            actual: [Scenario.connection(owner: nil)])
        scenario.data["profiles"] = .surveyed(Scenario.summary())
        scenario.desired[0].references = [Reference(type: "mail", id: "1")]
        scenario.actual[0].references = []
        scenario.options.adopt = ["profiles"]
        #expect(scenario.planned()?.changedPaths == ["description", "ownership marker"])
        #expect(scenario.planned()?.actionNames == ["update", "upload", "add_reference"])
        let text = PlanText(usesColor: false).render(scenario.plan())
        #expect(text.contains("\"Weekly\" → \"Daily\""))
        #expect(text.contains("earlier rows unknown"))
    }

    /// Somebody renamed the connection and cut its marker: what is left of it still names the manifest.
    @Test func aDamagedMarkerThatNamesTheKeyIsNotCreatedAgain() {
        var damaged = Scenario.connection(name: "Renamed by hand")
        damaged.description = "Weekly [reconcile owner=default key=profiles data=1:01"
        var scenario = Scenario(desired: [Scenario.manifest()], actual: [damaged])
        #expect(scenario.planned()?.refusalCodes == [.markerDamaged])
        scenario.desired = [Scenario.manifest("customers", name: "Customers")]
        scenario.desired[0].renamedFrom = "profiles"
        #expect(scenario.planned("customers")?.refusalCodes == [.markerDamaged])
        scenario.desired = [Scenario.manifest("stock", name: "Stock")]
        #expect(scenario.planned("stock")?.actionNames == ["create"], "it is somebody else's business")
    }

    @Test(arguments: [
        ("x [reconcile owner=default key=profiles data=1", "profiles"), ("x [reconcile owner=default key=prof", nil),
        ("x [reconcile owner=brand-b key=profiles data=1", nil), ("x", nil), ("x [reconcile key=profiles ]", nil),
        ("x [reconcile  owner=default key=profiles]", "profiles"), ("x [reconcile owner=default key=PROFILES ]", nil),
    ])
    func whatADamagedMarkerStillTells(_ description: String, _ key: String?) {
        #expect(MarkedDescription.legibleKey(in: description, owner: "default") == key, "\(description)")
    }

    /// Its uuid is gone and a damaged marker of the same key is there: that may well be the same connection.
    @Test func aGoneConnectionIsNotCreatedBesideADamagedOne() {
        var damaged = Scenario.connection(Scenario.other, name: "Other")
        damaged.description = "[reconcile owner=default key=profiles "
        var scenario = Scenario(
            desired: [Scenario.manifest(), Scenario.manifest("stock", name: "Stock")],
            actual: [damaged, Scenario.connection("third", name: "Stock", key: "stock")])
        scenario.applied["profiles"] = Self.known()
        scenario.applied["stock"] = AppliedConnection(uuid: "third", name: "Stock", primaryKey: "user_id")
        #expect(scenario.planned()?.refusalCodes == [.markerDamaged])
    }

    /// Somebody deleted it and made it anew by hand, or the keys are another brand's.
    @Test func aGoneConnectionIsNotCreatedBesideAnUnownedOneOfItsName() {
        var scenario = Scenario(
            desired: [Scenario.manifest(), Scenario.manifest("stock", name: "Stock")],
            actual: [
                Scenario.connection(Scenario.other, owner: nil),
                Scenario.connection("third", name: "Stock", key: "stock"),
            ])
        scenario.applied["profiles"] = Self.known()
        scenario.applied["stock"] = AppliedConnection(uuid: "third", name: "Stock", primaryKey: "user_id")
        scenario.policy.adopt = true
        #expect(scenario.planned()?.refusalCodes == [.unowned])
        scenario.options.adopt = ["profiles"]
        #expect(scenario.planned()?.changedPaths == ["ownership marker"])
        #expect(scenario.planned()?.uuid == Scenario.other)
        #expect(scenario.planned()?.applied == nil, "what was sent to another one")
    }

    /// A create would make the account look right to the next pass, which then made all the others again.
    @Test func whereAllIsGoneNothingNewIsCreatedEither() {
        var scenario = Scenario(desired: [Scenario.manifest(), Scenario.manifest("new", name: "New")])
        scenario.applied["profiles"] = Self.known()
        #expect(scenario.planned("new")?.refusalCodes == [.allGone])
        scenario.options.allowRecreate = true
        #expect(scenario.planned("new")?.actionNames == ["create"])
    }

    @Test func oneThatNoManifestDeclaresShowsThatItIsTheRightAccount() {
        var scenario = Scenario(
            desired: [Scenario.manifest()], actual: [Scenario.connection(Scenario.other, key: "old")])
        scenario.applied["profiles"] = Self.known()
        scenario.applied["old"] = Self.known(Scenario.other)
        #expect(scenario.planned()?.actionNames == ["create"])
    }

    @Test func aPinIsNoWordAboutADamagedMarker() {
        var scenario = Scenario(desired: [Scenario.manifest()], actual: [Scenario.connection()])
        scenario.desired[0].pinnedUUID = Scenario.uuid
        scenario.actual[0].description = "Weekly [reconcile owner=them key=prof"
        #expect(scenario.planned()?.refusalCodes == [.markerDamaged])
    }

    @Test func adoptingWithoutMarkersIsNoted() {
        var scenario = Scenario(desired: [Scenario.manifest()], actual: [Scenario.connection(owner: nil)])
        scenario.policy.ownership = .state
        scenario.policy.adopt = true
        #expect(scenario.planned()?.actions == [])
        #expect(scenario.planned()?.notes.first?.contains("taken over") == true)
    }

    @Test func whatAManifestPinsIsNobodyElsesByItsName() {
        var pinning = Scenario.manifest("customers", name: "Customers")
        pinning.pinnedUUID = Scenario.uuid
        let scenario = Scenario(desired: [pinning, Scenario.manifest()], actual: [Scenario.connection(owner: nil)])
        #expect(scenario.planned("customers")?.actionNames == ["update"])
        #expect(scenario.planned()?.actionNames == ["create"])
    }

    /// Another machine made it anew: rows that this one sent to the old one are not in the new one.
    @Test func rowsOfAnotherConnectionAreNotTakenForThisOnes() {
        var scenario = Scenario(
            desired: [Scenario.manifest(data: Scenario.files)], actual: [Scenario.connection(Scenario.other)])
        scenario.data["profiles"] = .surveyed(Scenario.summary())
        scenario.applied["profiles"] = Self.known()
        scenario.applied["profiles"]?.batch = AppliedBatch(
            uuid: "b", digest: Scenario.digest, began: Scenario.now - 5, touched: Scenario.now - 5, maxRows: 5000,
            maxBytes: 8 << 20)
        #expect(scenario.planned()?.applied == nil)
        #expect(scenario.planned()?.actionNames == ["upload"])
    }

    /// Somebody cut the marker out of the one that state knows and pasted it into another.
    @Test func aMovedMarkerRefusesRatherThanStandingTwice() {
        var scenario = Scenario(
            desired: [Scenario.manifest()],
            actual: [Scenario.connection(owner: nil), Scenario.connection(Scenario.other, name: "Copy")])
        scenario.applied["profiles"] = Self.known()
        #expect(scenario.planned()?.refusalCodes == [.markerCopied])
        scenario.applied = [:]
        scenario.desired[0].pinnedUUID = Scenario.uuid
        #expect(scenario.planned()?.refusalCodes == [.markerCopied])
    }

    @Test func aConnectionThatAnotherOwnerTookOverIsLeftToThem() {
        var scenario = Scenario(
            desired: [Scenario.manifest("stock", name: "Stock")],
            actual: [Scenario.connection(owner: "brand-b", references: [])])
        scenario.applied["profiles"] = Self.known()
        for prune in [false, true] {
            scenario.policy.prune = prune
            #expect(scenario.planned()?.actions == [])
            #expect(scenario.planned()?.refusals == [])
            #expect(scenario.planned()?.notes.first?.contains("brand-b") == true)
        }
    }

    @Test func renamedFromMovesWhatStateRemembers() {
        var manifest = Scenario.manifest("customers")
        manifest.renamedFrom = "profiles"
        let actual = Scenario.connection()
        var scenario = Scenario(desired: [manifest], actual: [actual])
        scenario.policy.prune = true
        scenario.applied["profiles"] = Scenario.remembered(Scenario.manifest(), actual)
        #expect(scenario.plan().connections.map(\.key) == ["customers"])
        #expect(scenario.planned("customers")?.actionNames == ["update"])
        #expect(scenario.planned("customers")?.changedPaths == ["ownership marker"])
    }
}

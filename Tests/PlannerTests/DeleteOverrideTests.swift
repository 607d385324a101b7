import Model
import PlanScenarios
import Testing

@testable import Planner

/// Each refusal of a delete says what allows it, and only that does.
@Suite struct DeleteOverrideTests {
    /// One declared connection, and one of ours that no manifest declares.
    private func scenario() -> Scenario {
        var scenario = Scenario(
            desired: [Scenario.manifest("stock", name: "Stock")],
            actual: [
                Scenario.connection(references: []),
                Scenario.connection(Scenario.other, name: "Stock", key: "stock", references: []),
            ])
        scenario.policy.prune = true
        return scenario
    }

    private func expect(_ scenario: Scenario, refusedAs code: Refusal.Code, allowedBy option: String) {
        let refusal = scenario.planned()?.refusals.first
        #expect(refusal?.code == code)
        #expect(refusal?.help.contains(option) == true, "\(refusal?.help ?? "")")
        #expect(scenario.planned()?.actions == [])
        var allowed = scenario
        allowed.options.allowDelete = ["profiles"]
        #expect(allowed.planned()?.actions == [.delete], "\(code)")
        allowed.options.allowDelete = ["another"]
        #expect(allowed.planned()?.actions == [], "\(code)")
    }

    @Test func foreignReferences() {
        var scenario = scenario()
        scenario.actual[0].references = [ActualReference(uuid: "r", reference: Reference(type: "mail", id: "1"))]
        expect(scenario, refusedAs: .foreignReferences, allowedBy: "--allow-delete profiles")
    }

    @Test func everyManifestGone() {
        var scenario = scenario()
        scenario.desired = []
        expect(scenario, refusedAs: .allManifestsGone, allowedBy: "--allow-delete profiles")
    }

    @Test func aCreateOfTheSameNameAndKey() {
        var scenario = scenario()
        scenario.desired.append(Scenario.manifest("customers"))
        expect(scenario, refusedAs: .createAndPrune, allowedBy: "--allow-delete profiles")
        scenario.options.allowDelete = ["profiles"]
        #expect(scenario.planned("customers")?.actionNames == ["create"])
    }

    @Test func aCreateBesideOneThatIsProtectedIsRefusedToo() {
        var scenario = scenario()
        scenario.actual[0] = Scenario.connection(isProtected: true, references: [])
        scenario.desired.append(Scenario.manifest("customers"))
        #expect(scenario.planned("customers")?.refusalCodes == [.createAndPrune])
        #expect(scenario.planned("customers")?.refusals.first?.help.contains("renamed_from: profiles") == true)
        #expect(scenario.planned("profiles")?.refusalCodes == [.protected])
    }

    @Test func invalidDataFiles() {
        var scenario = scenario()
        scenario.desired[0].data = Scenario.files
        scenario.data["stock"] = .bad([Diagnostic(.error, "no such file")])
        expect(scenario, refusedAs: .invalidRun, allowedBy: "--allow-delete profiles")
        #expect(scenario.planned()?.refusals.first?.message.contains("stock") == true)
    }

    @Test func referencesThatCannotBeReadHaveNoOverride() {
        var scenario = scenario()
        scenario.actual[0].references = nil
        scenario.options.allowDelete = ["profiles"]
        #expect(scenario.planned()?.refusalCodes == [.foreignReferences])
    }

    @Test(arguments: [true, false])
    func protectionHasNoOverride(ownershipInState: Bool) {
        var scenario = scenario()
        scenario.options.allowDelete = ["profiles"]
        scenario.options.allowDeletePercent = 100
        if ownershipInState {
            scenario.policy.ownership = .state
            scenario.actual[0] = Scenario.connection(owner: nil, references: [])
            scenario.applied["profiles"] = AppliedConnection(
                uuid: Scenario.uuid, name: "Profiles", primaryKey: "user_id")
            #expect(scenario.planned()?.actions == [.delete])
            scenario.applied["profiles"]?.isProtected = true
        } else {
            scenario.actual[0] = Scenario.connection(isProtected: true, references: [])
        }
        #expect(scenario.planned()?.refusalCodes == [.protected])
        #expect(scenario.planned()?.refusals.first?.help.contains("protect: false") == true)
    }

    @Test func protectionThatSomebodyCutOutOfTheMarkerStandsInState() {
        var scenario = scenario()
        scenario.applied["profiles"] = AppliedConnection(uuid: Scenario.uuid, name: "Profiles", primaryKey: "user_id")
        scenario.applied["profiles"]?.isProtected = true
        #expect(scenario.planned()?.refusalCodes == [.protected])
    }

    @Test func protectIsLostByACommitThatRemovesIt() {
        var scenario = scenario()
        scenario.actual[0] = Scenario.connection(isProtected: true, references: [])
        scenario.desired.append(Scenario.manifest())
        #expect(scenario.planned()?.changedPaths == ["ownership marker"])
        #expect(scenario.planned()?.marker?.isProtected == false)
    }

    @Test(arguments: ["none", "damaged", "copied", "edited", "moved"])
    func withoutALicenceNoOptionHelps(_ what: String) {
        var scenario = scenario()
        scenario.options.allowDelete = ["profiles", "profits"]
        scenario.options.allowDeletePercent = 100
        scenario.applied["profiles"] = AppliedConnection(uuid: Scenario.uuid, name: "Profiles", primaryKey: "user_id")
        switch what {
        case "none": scenario.actual[0] = Scenario.connection(owner: nil, references: [])
        case "damaged": scenario.actual[0].description = "Weekly [reconcile owner=default key=profiles"
        case "copied": scenario.actual.append(Scenario.connection("third", references: []))
        case "edited": scenario.actual[0] = Scenario.connection(key: "profits", references: [])
        default:
            scenario.actual[0] = Scenario.connection(owner: nil, references: [])
            scenario.actual.append(Scenario.connection("third", references: []))
        }
        let plan = scenario.plan()
        #expect(plan.connections.allSatisfy { !$0.actions.contains(.delete) }, "\(what)")
        #expect(plan.hasRefusals, "\(what)")
    }

    @Test func whereStateIsTheLicenceAMarkerElsewhereTakesItAway() {
        var scenario = scenario()
        scenario.policy.ownership = .state
        scenario.actual[0] = Scenario.connection(owner: nil, references: [])
        scenario.applied["profiles"] = AppliedConnection(uuid: Scenario.uuid, name: "Profiles", primaryKey: "user_id")
        scenario.actual.append(Scenario.connection("third", references: []))
        let planned = scenario.plan().connections.filter { $0.key == "profiles" }
        #expect(planned.map(\.refusalCodes) == [[.markerCopied], [.markerCopied]])
    }

    @Test func theLimitNamesThePercentThatWouldDo() throws {
        var scenario = Scenario(
            actual: (0..<20).map {
                Scenario.connection("uuid-\($0)", name: "C\($0)", key: "key-\($0)", references: [])
            })
        scenario.policy.prune = true
        scenario.desired = (7..<20).map { Scenario.manifest("key-\($0)", name: "C\($0)") }
        let refusal = try #require(scenario.planned("key-0")?.refusals.first)
        #expect(refusal.code == .deleteLimit)
        #expect(refusal.help.contains("--allow-delete-percent 35"), "\(refusal.help)")
        scenario.options.allowDelete = ["key-0"]
        #expect(scenario.planned("key-0")?.refusalCodes == [.deleteLimit], "a name does not lift a number")
        scenario.options.allowDeletePercent = 34
        #expect(scenario.planned("key-0")?.refusalCodes == [.deleteLimit])
        scenario.options.allowDeletePercent = 35
        #expect(scenario.plan().connections.filter { $0.actions == [.delete] }.count == 7)
    }

    @Test func othersConnectionsDoNotRaiseTheLimit() {
        var scenario = scenario()
        scenario.actual += (0..<20).map {
            Scenario.connection("theirs-\($0)", name: "T\($0)", owner: "brand-b", key: "t\($0)", references: [])
        }
        scenario.actual += (0..<4).map {
            Scenario.connection("ours-\($0)", name: "O\($0)", key: "o\($0)", references: [])
        }
        #expect(scenario.planned("o0")?.refusalCodes == [.deleteLimit], "5 of 6 owned, not of 26")
    }

    @Test func aRestrictedRunDeletesNothingWhateverIsAllowed() {
        var scenario = scenario()
        scenario.options.restriction = Restriction(text: "--name stock")
        scenario.options.restriction?.keys = ["stock"]
        scenario.options.allowDelete = ["profiles"]
        #expect(scenario.plan().connections.allSatisfy { $0.actions.isEmpty })
        #expect(LocatedState(scenario.input).referenceUUIDs(scenario.input) == [], "nothing needs to be read for it")
        let refusals = Planner.refusals(
            ofDeleting: scenario.actual[0], key: "profiles", applied: nil, among: scenario.actual,
            policy: scenario.policy, options: scenario.options)
        #expect(refusals.map(\.code) == [.invalidRun])
    }
}

import JSON
import Model
import PlanScenarios
import Testing

@testable import Planner
@testable import Reporting

/// Runs over a part of the manifests, and selectors.
@Suite struct RestrictedRunTests {
    private func scenario() -> Scenario {
        var crm = Scenario.manifest(name: "New name")
        crm.labels = ["team": "crm"]
        var stock = Scenario.manifest("stock", name: "New stock")
        stock.labels = ["team": "shop", "tier": "1"]
        return Scenario(
            desired: [crm, stock],
            actual: [
                Scenario.connection(),
                Scenario.connection(Scenario.other, name: "Stock", key: "stock"),
                Scenario.connection("uuid-old", name: "Old", key: "old", references: []),
            ])
    }

    private func restriction(_ filter: RunFilter) throws -> Restriction {
        try filter.restriction(of: scenario().input.desired)
    }

    @Test func onlyWhatIsMeantIsPlanned() throws {
        var scenario = scenario()
        scenario.options.restriction = try restriction(.names(["stock"]))
        #expect(scenario.plan().connections.map(\.key) == ["stock"])
        #expect(PlanSummary(scenario.plan()).text == "Plan: 1 to update, 1 left out by --name stock.")
        let scope = JSONValue.object(PlanJSON.members(of: scenario.plan()))["scope"]
        #expect(scope?["restriction"] == "--name stock")
        #expect(scope?["left_out"] == 1)
    }

    @Test func aRestrictedRunNeverDeletes() throws {
        var scenario = scenario()
        scenario.policy.prune = true
        #expect(scenario.plan().connections.map(\.key) == ["profiles", "stock", "old"])
        #expect(LocatedState(scenario.input).referenceUUIDs(scenario.input) == ["uuid-old"])
        scenario.options.restriction = try restriction(.selector(LabelSelector("team")))
        #expect(scenario.plan().connections.map(\.key) == ["profiles", "stock"])
        #expect(scenario.plan().scope.notes.contains { $0.contains("never deletes") })
        #expect(
            LocatedState(scenario.input).referenceUUIDs(scenario.input) == [],
            "nothing is read for a delete that cannot be")
    }

    @Test func aRestrictedRunCreatesNothingThatAWholeOneWouldRefuse() throws {
        var scenario = scenario()
        scenario.policy.prune = true
        scenario.desired.append(Scenario.manifest("young", name: "Old"))
        scenario.options.restriction = try RunFilter.names(["young"]).restriction(of: scenario.input.desired)
        #expect(scenario.planned("young")?.refusalCodes == [.createAndPrune])
    }

    @Test func oneThatMayBeCreatedDoesNotHideOneThatMayNot() throws {
        var scenario = scenario()
        scenario.policy.prune = true
        scenario.desired.append(Scenario.manifest("another", name: "Another"))
        scenario.desired.append(Scenario.manifest("young", name: "Old"))
        scenario.options.restriction = try RunFilter.names(["another", "young"]).restriction(of: scenario.input.desired)
        #expect(scenario.planned("another")?.refusalCodes == [])
        #expect(scenario.planned("young")?.refusalCodes == [.createAndPrune])
    }

    @Test func twoManifestsThatEndAtOneConnectionAreRefusedWhicheverIsMeant() throws {
        var scenario = scenario()
        scenario.desired[1].pinnedUUID = Scenario.uuid
        scenario.desired[1].key = "profiles-too"
        scenario.actual = [Scenario.connection(owner: nil)]
        scenario.desired[0].pinnedUUID = Scenario.uuid
        scenario.options.restriction = try RunFilter.names(["profiles"]).restriction(of: scenario.input.desired)
        #expect(scenario.plan().connections.map(\.key) == ["profiles"])
        #expect(scenario.planned()?.refusalCodes == [.sharedConnection])
    }

    @Test func nothingIsRequestedForWhatIsLeftOut() throws {
        var scenario = scenario()
        scenario.desired[0].references = [Reference(type: "mail", id: "1")]
        scenario.desired[1].references = [Reference(type: "mail", id: "1")]
        scenario.options.restriction = try restriction(.names(["stock"]))
        #expect(LocatedState(scenario.input).referenceUUIDs(scenario.input) == [Scenario.other])
        scenario.actual = []
        scenario.applied["profiles"] = AppliedConnection(uuid: "uuid-1", name: "", primaryKey: "")
        scenario.applied["stock"] = AppliedConnection(uuid: "uuid-2", name: "", primaryKey: "")
        let input = scenario.input
        func unlisted(in restriction: Restriction?) -> [String] {
            Locator.unlistedUUIDs(
                desired: input.desired, actual: input.actual, applied: input.applied, in: restriction)
        }
        #expect(unlisted(in: scenario.options.restriction) == ["uuid-2"])
        #expect(unlisted(in: nil) == ["uuid-1", "uuid-2"])
    }

    @Test func anUnknownNameIsAnErrorWithTheNearest() {
        func failure(_ name: String) -> UnknownName? {
            do throws(UnknownName) {
                var desired = scenario().input.desired
                desired.connections[1].renamedFrom = "inventory"
                _ = try RunFilter.names(["profiles", name]).restriction(of: desired)
                return nil
            } catch {
                return error
            }
        }
        #expect(failure("profile")?.message == "there is no manifest \"profile\"")
        #expect(failure("profile")?.help == "did you mean \"profiles\"?")
        #expect(failure("inventory")?.help == "it was renamed to \"stock\"")
        #expect(failure("zzzzzzzz")?.help == "the manifests are \"profiles\", \"stock\"")
        #expect(failure("stock") == nil)
    }

    @Test func aSelectorThatMeansNothingSaysSo() throws {
        var scenario = scenario()
        scenario.options.restriction = try restriction(.selector(LabelSelector("team=none")))
        #expect(
            PlanText(usesColor: false).render(scenario.plan())
                == "note: no connection matches --selector team=none; the labels are team, tier\n\n"
                + "Plan: no changes, 2 left out by --selector team=none.")
    }

    @Test(arguments: [
        ("team=crm", [true, false, false]), ("team==crm", [true, false, false]),
        ("team!=crm", [false, true, true]), ("team", [true, true, false]), ("!team", [false, false, true]),
        ("team,tier", [false, true, false]), ("team=shop,tier=1", [false, true, false]),
        ("team=shop,tier!=1", [false, false, false]), ("team in (crm, shop)", [true, true, false]),
        ("team notin (crm)", [false, true, true]), ("team in (crm,shop),!tier", [true, false, false]),
        (" team = crm ", [true, false, false]),
    ])
    func selectorsMeanWhatKubectlMeans(_ text: String, _ expected: [Bool]) throws {
        let labels = [["team": "crm"], ["team": "shop", "tier": "1"], [:]]
        let selector = try LabelSelector(text)
        #expect(labels.map(selector.matches) == expected)
    }

    @Test(arguments: [
        "", "team=crm,", ",team", "=crm", "team=", "team==", "a b", "team in crm", "in (a)", "!", "a=b=c", "a in ()",
    ])
    func malformedSelectorsAreErrors(_ text: String) {
        #expect(throws: LabelSelector.Malformed.self) { try LabelSelector(text) }
    }
}

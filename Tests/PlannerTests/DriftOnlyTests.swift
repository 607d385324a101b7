import JSON
import Model
import PlanScenarios
import Testing

@testable import Planner
@testable import Reporting

/// `--drift-only`: nothing but what somebody changed in the account.
@Suite struct DriftOnlyTests {
    /// Sent as One, changed by somebody to `theirs`, and asked for as `wanted` now.
    private func scenario(
        wanted: DesiredConnection, sent: DesiredConnection, answered: ActualConnection, theirs: ActualConnection
    ) -> Scenario {
        var scenario = Scenario(desired: [wanted], actual: [theirs])
        scenario.applied["profiles"] = Scenario.remembered(sent, answered)
        scenario.options.driftOnly = true
        return scenario
    }

    @Test func whatOnlyTheManifestChangedIsLeftOutAndLeftAlone() throws {
        let scenario = scenario(
            wanted: Scenario.manifest(name: "One", description: "Two"),
            sent: Scenario.manifest(name: "One", description: "One"),
            answered: Scenario.connection(name: "One", text: "One"),
            theirs: Scenario.connection(name: "Theirs", text: "One"))
        let planned = try #require(scenario.planned())
        #expect(planned.changedPaths == ["name"])
        #expect(planned.sending?.base.name == "One")
        #expect(planned.sending?.base.description == "One", "as the account has it, not as the manifest newly asks")
        #expect(planned.sending?.heldBack == ["description"])
        #expect(planned.leftOut == [.manifestChanged])
    }

    @Test func whereBothChangedAFieldTheManifestDecides() throws {
        let scenario = scenario(
            wanted: Scenario.manifest(description: "Two"), sent: Scenario.manifest(description: "One"),
            answered: Scenario.connection(text: "One"), theirs: Scenario.connection(text: "Theirs"))
        let planned = try #require(scenario.planned())
        #expect(planned.definitionChanges?.map(\.cause) == [.manifestAndDrift])
        #expect(planned.sending?.base.description == "Two")
    }

    @Test func noDriftIsNoAction() {
        let scenario = scenario(
            wanted: Scenario.manifest(description: "Two"), sent: Scenario.manifest(description: "One"),
            answered: Scenario.connection(text: "One"), theirs: Scenario.connection(text: "One"))
        #expect(!scenario.plan().hasChanges)
        #expect(PlanSummary(scenario.plan()).text == "Plan of drift only: no changes, 1 with other changes left out.")
    }

    @Test func singleFieldsOfDetailsAreHeldBack() throws {
        func details(_ headers: [String: String], ttl: String) -> ConfigValue {
            Scenario.details([
                "headers": .object(headers.mapValues { .string(ConfigString($0)) }), "ttl": .number(ttl),
            ])
        }
        func shown(_ headers: [(String, String)], ttl: String) -> ActualDetails {
            .apiBased(
                .object(
                    Scenario.shown + [
                        JSONMember("headers", .object(headers.map { JSONMember($0.0, .string($0.1)) })),
                        JSONMember("ttl", .number(ttl)),
                    ]))
        }
        let planned = try #require(
            scenario(
                wanted: Scenario.manifest(details: details(["Accept": "b", "X.New": "n"], ttl: "60")),
                sent: Scenario.manifest(details: details(["Accept": "a", "X-Old": "o"], ttl: "60")),
                answered: Scenario.connection(details: shown([("Accept", "a"), ("X-Old", "o")], ttl: "60")),
                theirs: Scenario.connection(details: shown([("Accept", "a"), ("X-Old", "o")], ttl: "90"))
            ).planned())
        #expect(planned.changedPaths == ["external_api_details.ttl"])
        let sending = planned.sending?.base.details?.revealed()
        #expect(sending?["ttl"] == 60)
        #expect(sending?["headers"] == ["Accept": "a", "X-Old": "o"])
        #expect(planned.sending?.heldBack.count == 3)
    }

    @Test func whatTheAccountMasksCannotBeHeldBack() {
        func details(_ token: String) -> ConfigValue {
            Scenario.details(["headers": .object(["X-Token": .string(ConfigString(token, isSecret: true))])])
        }
        let masked = ActualDetails.apiBased(
            .object(Scenario.shown + [JSONMember("headers", ["X-Token": "****"])]))
        let scenario = scenario(
            wanted: Scenario.manifest(name: "One", details: details("new")),
            sent: Scenario.manifest(name: "One", details: details("old")),
            answered: Scenario.connection(name: "One", details: masked),
            theirs: Scenario.connection(name: "Theirs", details: masked))
        #expect(scenario.planned()?.refusalCodes == [.headersNotShown])
        #expect(scenario.planned()?.actions == [])
        #expect(scenario.planned()?.refusals.first?.help == "run it without --drift-only")
    }

    @Test func movingTheMarkerIsNotDriftAndRepairingItIs() throws {
        var renamed = Scenario.manifest("customers", name: "One")
        renamed.renamedFrom = "profiles"
        renamed.isProtected = true
        let moved = scenario(
            wanted: renamed, sent: Scenario.manifest(name: "One"), answered: Scenario.connection(name: "One"),
            theirs: Scenario.connection(name: "Theirs"))
        let planned = try #require(moved.planned("customers"))
        #expect(planned.changedPaths == ["name"])
        #expect(planned.definition(data: nil, nil)?.description == "Weekly [reconcile owner=default key=profiles]")

        let cut = scenario(
            wanted: Scenario.manifest(), sent: Scenario.manifest(), answered: Scenario.connection(),
            theirs: Scenario.connection(owner: nil))
        #expect(cut.planned()?.changedPaths == ["ownership marker"])
        #expect(cut.planned()?.definition(data: nil, nil)?.description?.hasSuffix("key=profiles]") == true)
    }

    @Test func rowsGoUpWhereSomebodyElseWroteThem() {
        let others = Scenario.rows(digest: String(repeating: "f", count: 32))
        var drifted = CauseTests.uploaded(marker: others)
        drifted.options.driftOnly = true
        #expect(drifted.planned()?.actionNames == ["upload"])
        var changed = CauseTests.uploaded()
        changed.data["profiles"] = .surveyed(Scenario.summary(digest: others.digest))
        changed.options.driftOnly = true
        #expect(changed.planned()?.actionNames == [])
        #expect(changed.planned()?.leftOut == [.rowsChanged])
    }

    @Test func whatSomebodyDeletedIsCreatedAgainAndWhatIsNewIsNot() {
        var scenario = CauseTests.uploaded()
        scenario.desired += [Scenario.manifest("new", name: "New"), Scenario.manifest("other", name: "Other")]
        scenario.actual = [Scenario.connection(Scenario.other, name: "Other", key: "other")]
        scenario.applied["other"] = Scenario.remembered(scenario.desired[2], scenario.actual[0])
        scenario.options.driftOnly = true
        #expect(scenario.planned()?.actionNames == ["create", "upload"])
        #expect(scenario.planned("new")?.actions == [])
        #expect(scenario.planned("new")?.leftOut == [.newConnection])
    }

    @Test func nothingIsDeletedOrAdopted() {
        var scenario = Scenario(desired: [Scenario.manifest()], actual: [Scenario.connection(owner: nil)])
        scenario.actual.append(Scenario.connection("uuid-old", name: "Old", key: "old", references: []))
        scenario.policy.prune = true
        scenario.policy.adopt = true
        scenario.options.driftOnly = true
        #expect(!scenario.plan().hasChanges)
        #expect(scenario.plan().connections.map(\.key) == ["profiles"])
    }

    @Test func withoutStateItSaysWhatCannotBeTold() {
        var scenario = Scenario(
            desired: [
                Scenario.manifest("absent", name: "Absent"), Scenario.manifest(name: "Other name"),
                Scenario.manifest("rows", name: "Rows", data: Scenario.files), Scenario.manifest("same", name: "Same"),
            ],
            actual: [
                Scenario.connection(),
                Scenario.connection(
                    "uuid-rows", name: "Rows", key: "rows",
                    data: Scenario.rows(digest: String(repeating: "f", count: 32))),
                Scenario.connection("uuid-same", name: "Same", key: "same"),
            ])
        scenario.data["rows"] = .surveyed(Scenario.summary())
        scenario.options.driftOnly = true
        let plan = scenario.plan()
        #expect(!plan.hasChanges)
        let text = PlanText(usesColor: false).render(plan)
        #expect(
            text == """
                  absent: it is not in the account: without state nobody can tell whether it is new or was deleted by somebody

                  profiles: name differs from the manifest: no state remembers what was sent, so nobody can tell whether that is drift

                  rows: its rows are not those of the files: no state remembers what was uploaded, so nobody can tell whether that is drift

                note: there is no state, so what differs cannot be told apart: drift, or a change of the manifests; a plan without --drift-only shows all of it

                Plan of drift only: no changes, 1 unchanged, 3 that cannot be told.
                """)
        #expect(
            JSONValue.object(PlanJSON.members(of: plan))["summary"]?["undetermined"] == 3)
    }
}

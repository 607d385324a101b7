import JSON
import Model
import PlanScenarios
import Platform
import Testing

@testable import Planner
@testable import Reporting

/// Why a plan does what it does.
@Suite struct CauseTests {
    /// The causes of each action of the only connection, in the order of the actions.
    private func causes(_ scenario: Scenario, _ key: String = "profiles") -> [[Cause]] {
        guard let planned = scenario.planned(key) else { return [] }
        return planned.actions.map(planned.causes)
    }

    /// A connection with files that was uploaded, and is remembered as it is there.
    static func uploaded(
        _ manifest: DesiredConnection? = nil, marker: DataStamp? = Scenario.rows(),
        state: DataStamp? = Scenario.rows()
    ) -> Scenario {
        let manifest = manifest ?? Scenario.manifest(data: Scenario.files)
        let actual = Scenario.connection(data: marker)
        var scenario = Scenario(desired: [manifest], actual: [actual])
        scenario.data["profiles"] = .surveyed(Scenario.summary())
        var applied = Scenario.remembered(manifest, actual)
        if let state {
            applied.data = AppliedData(version: 1, digest: state.digest, at: state.at, rows: 12_000)
        }
        scenario.applied["profiles"] = applied
        return scenario
    }

    private static let others = Scenario.rows(digest: String(repeating: "f", count: 32))

    @Test func aNewConnectionAndWhatItBrings() {
        var manifest = Scenario.manifest(data: Scenario.files)
        manifest.references = [Reference(type: "mail", id: "1")]
        var scenario = Scenario(desired: [manifest])
        scenario.data["profiles"] = .surveyed(Scenario.summary())
        #expect(causes(scenario) == [[.newConnection], [.firstUpload], [.newConnection]])
    }

    @Test func aConnectionThatSomebodyDeletedIsDrift() {
        var scenario = Self.uploaded()
        scenario.actual = []
        scenario.desired.append(Scenario.manifest("other", name: "Other"))
        scenario.actual = [Scenario.connection(Scenario.other, name: "Other", key: "other")]
        scenario.applied["other"] = Scenario.remembered(scenario.desired[1], scenario.actual[0])
        #expect(causes(scenario) == [[.drift], [.drift, .firstUpload]])
    }

    /// What was never sent is new in the manifest.
    @Test func aFieldThatTheManifestDeclaresAnewIsItsChange() throws {
        let sent = Scenario.manifest(details: Scenario.details())
        let answered = Scenario.connection(details: .apiBased(.object(Scenario.shown)))
        var scenario = Scenario(
            desired: [Scenario.manifest(details: Scenario.details(["timeout": .number("5")]))], actual: [answered])
        scenario.applied["profiles"] = Scenario.remembered(sent, answered)
        let planned = try #require(scenario.planned())
        let change = try #require(planned.definitionChanges?.first { $0.path.hasSuffix(".timeout") })
        #expect(change.cause == .manifest)
        #expect(planned.causes(of: change) == [.manifestChanged])
    }

    @Test func manifestDriftAndBothAreToldApartFieldByField() throws {
        let sent = Scenario.manifest(name: "One", description: "One")
        let answered = Scenario.connection(name: "One", text: "One")
        var scenario = Scenario(
            desired: [Scenario.manifest(name: "Two", description: "Two")],
            actual: [Scenario.connection(name: "One", text: "Theirs")])
        scenario.applied["profiles"] = Scenario.remembered(sent, answered)
        let planned = try #require(scenario.planned())
        let changes = try #require(planned.definitionChanges)
        #expect(changes.map(\.path) == ["description", "name"])
        #expect(changes.map(planned.causes) == [[.manifestChanged, .drift], [.manifestChanged]])
        #expect(causes(scenario) == [[.manifestChanged, .drift]])
        #expect(
            PlanText(usesColor: false).render(scenario.plan()).contains(
                "\"Theirs\" → \"Two\"  (manifest changed, drift)"))
    }

    @Test func withoutStateNobodyCanTell() {
        let scenario = Scenario(desired: [Scenario.manifest(name: "New")], actual: [Scenario.connection()])
        #expect(causes(scenario) == [[.undetermined]])
    }

    @Test func adoptingIsTheCauseOfAllThatItChanges() {
        var scenario = Scenario(
            desired: [Scenario.manifest(description: "New")], actual: [Scenario.connection(owner: nil)])
        scenario.options.adopt = ["profiles"]
        #expect(causes(scenario) == [[.adopted]])
        scenario.options.adopt = []
        scenario.desired[0].pinnedUUID = Scenario.uuid
        #expect(causes(scenario) == [[.adopted]], "a pin adopts as well")
    }

    @Test func aMarkerThatSomebodyTookAwayIsRepaired() {
        let manifest = Scenario.manifest()
        var scenario = Scenario(desired: [manifest], actual: [Scenario.connection(owner: nil)])
        scenario.applied["profiles"] = Scenario.remembered(manifest, Scenario.connection())
        #expect(causes(scenario) == [[.ownershipRepair]])
    }

    @Test func renamingAndProtecting() {
        var manifest = Scenario.manifest("customers")
        manifest.renamedFrom = "profiles"
        var scenario = Scenario(desired: [manifest], actual: [Scenario.connection()])
        scenario.applied["profiles"] = Scenario.remembered(Scenario.manifest(), Scenario.connection())
        #expect(causes(scenario, "customers") == [[.renamed]])

        manifest = Scenario.manifest()
        manifest.isProtected = true
        scenario = Scenario(desired: [manifest], actual: [Scenario.connection()])
        scenario.applied["profiles"] = Scenario.remembered(Scenario.manifest(), Scenario.connection())
        #expect(causes(scenario) == [[.manifestChanged]])
    }

    @Test func rowsThatChangedHereAndRowsThatSomebodyElseWrote() {
        #expect(causes(Self.uploaded()) == [])
        var changed = Self.uploaded()
        changed.data["profiles"] = .surveyed(Scenario.summary(digest: String(repeating: "e", count: 32)))
        #expect(causes(changed) == [[.rowsChanged]])
        #expect(causes(Self.uploaded(marker: Self.others)) == [[.drift]])
        var both = Self.uploaded(marker: Self.others)
        both.data = changed.data
        #expect(causes(both) == [[.rowsChanged, .drift]])
        var stateless = changed
        stateless.applied = [:]
        #expect(causes(stateless) == [[.rowsChanged]])
    }

    @Test func rowsThatNothingVouchesForAnyMore() {
        #expect(causes(Self.uploaded(marker: nil, state: nil)) == [[.firstUpload]])
        var cut = Self.uploaded(marker: nil, state: Scenario.rows(at: Scenario.now - 7200))
        #expect(causes(cut) == [[.resumed]], "the marker stands whole: only its last write is missing")
        cut.actual = [Scenario.connection(owner: nil)]
        #expect(causes(cut) == [[.ownershipRepair], [.drift]])
    }

    @Test func rowsThatExpireSayWhatElseIsNew() {
        var files = Scenario.files
        files.ttlSeconds = 60
        let manifest = Scenario.manifest(data: files)
        #expect(causes(Self.uploaded(manifest)) == [[.dataExpires]])
        #expect(causes(Self.uploaded(manifest, marker: Self.others)) == [[.dataExpires, .drift]])
        var forced = Self.uploaded()
        forced.options.full = true
        #expect(causes(forced) == [[.forced]])
    }

    @Test func anInterruptedUploadIsResumed() {
        var scenario = Self.uploaded(marker: nil, state: nil)
        scenario.applied["profiles"]?.batch = AppliedBatch(
            uuid: "b", digest: Scenario.digest, began: 1, touched: 1, maxRows: 5000, maxBytes: 1 << 23)
        #expect(causes(scenario) == [[.resumed]])
        scenario.applied["profiles"]?.batch?.digest = "other"
        #expect(causes(scenario) == [[.resumed, .rowsChanged]])
    }

    @Test func referencesThatWeMadeAndThatAreGoneAreDrift() {
        var manifest = Scenario.manifest()
        manifest.references = [Reference(type: "mail", id: "1"), Reference(type: "mail", id: "2")]
        let actual = Scenario.connection(references: [
            ActualReference(uuid: "r3", reference: Reference(type: "mail", id: "3"))
        ])
        var scenario = Scenario(desired: [manifest], actual: [actual])
        scenario.applied["profiles"] = Scenario.remembered(manifest, actual)
        scenario.applied["profiles"]?.references = [
            AppliedReference(uuid: "r1", type: "mail", id: "1"), AppliedReference(uuid: "r3", type: "mail", id: "3"),
        ]
        #expect(causes(scenario) == [[.drift], [.manifestChanged], [.manifestChanged]])
        scenario.applied = [:]
        #expect(causes(scenario) == [[.undetermined], [.undetermined]])
    }

    @Test func aDeleteSaysThatNoManifestDeclaresIt() {
        var scenario = Scenario(desired: [Scenario.manifest("other", name: "Other")])
        scenario.actual = [Scenario.connection(references: [])]
        scenario.policy.prune = true
        #expect(causes(scenario) == [[.manifestRemoved]])
    }

    @Test func eachActionHasACauseInJSON() {
        for scenario in [Self.uploaded(marker: Self.others), Scenario(desired: [Scenario.manifest()])] {
            let document = JSONValue.object(PlanJSON.members(of: scenario.plan()))
            let actions = document["connections"]?.arrayValue?.first?["actions"]?.arrayValue ?? []
            #expect(!actions.isEmpty)
            for action in actions {
                #expect(Cause(rawValue: action["cause"]?.stringValue ?? "") != nil, "\(action)")
                #expect(action["causes"]?.arrayValue?.first == action["cause"])
            }
        }
    }

    // MARK: - The next refresh

    @Test func theNextRefreshIsWhenTwoThirdsOfTheTimeAreOver() throws {
        var files = Scenario.files
        files.ttlSeconds = 100
        let at = Scenario.now - 10
        let standing = try #require(
            Self.uploaded(Scenario.manifest(data: files), marker: Scenario.rows(at: at)).planned())
        #expect(standing.actions == [])
        #expect(standing.nextRefresh(now: Scenario.now) == at + 67)
        var fresh = Scenario(desired: [Scenario.manifest(data: files)])
        fresh.data["profiles"] = .surveyed(Scenario.summary())
        #expect(fresh.planned()?.nextRefresh(now: Scenario.now) == Scenario.now + 67)
        #expect(PlanText(usesColor: false).render(fresh.plan()).contains("next refresh 2023-11-14T22:14:27Z"))
        #expect(
            JSONValue.object(PlanJSON.members(of: fresh.plan()))["connections"]?.arrayValue?.first?["next_refresh"]
                == "2023-11-14T22:14:27Z")
        #expect(Self.uploaded().planned()?.nextRefresh(now: Scenario.now) == nil, "no time to live")
    }

    @Test func aDeltaLeavesTheNextRefreshAsItIs() throws {
        var files = Scenario.files
        files.ttlSeconds = 3000
        var scenario = Self.uploaded(Scenario.manifest(data: files))
        var summary = Scenario.summary(digest: String(repeating: "e", count: 32))
        summary.delta = RowsToSend(rows: 1, requests: 1, bytes: 10)
        scenario.data["profiles"] = .surveyed(summary)
        #expect(scenario.planned()?.nextRefresh(now: Scenario.now) == Scenario.now - 100 + 2000)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (951_868_799, "2000-02-29T23:59:59Z"), (951_868_800, "2000-03-01T00:00:00Z"),
        (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59Z"), (1_700_000_067, "2023-11-14T22:14:27Z"),
    ])
    func timesAreWritten(_ seconds: Int, _ text: String) {
        #expect(CivilTime(utc: Double(seconds)).rfc3339 == text)
    }
}

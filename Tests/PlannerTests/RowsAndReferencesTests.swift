import Model
import PlanScenarios
import Testing

@testable import Planner

/// When rows go up, and which references come and go.
@Suite struct RowsAndReferencesTests {
    private func scenario(marker: DataStamp?, ttl: Int? = nil) -> Scenario {
        var files = Scenario.files
        files.ttlSeconds = ttl
        var scenario = Scenario(
            desired: [Scenario.manifest(data: files)], actual: [Scenario.connection(data: marker)])
        scenario.data["profiles"] = .surveyed(Scenario.summary())
        return scenario
    }

    private func reason(_ scenario: Scenario) -> UploadReason? {
        for action in scenario.planned()?.actions ?? [] { if case .upload(let plan) = action { return plan.reason } }
        return nil
    }

    @Test func rowsThatTheMarkerVouchesForStay() {
        #expect(reason(scenario(marker: Scenario.rows())) == nil)
        #expect(!scenario(marker: Scenario.rows()).plan().hasChanges)
        #expect(
            scenario(marker: Scenario.rows()).planned()?.notes == [], "without memory nothing is said of rejected rows")
    }

    @Test func rowsThatNobodyVouchesForGoUp() {
        #expect(reason(scenario(marker: nil)) == .firstUpload)
        #expect(reason(scenario(marker: Scenario.rows(digest: String(repeating: "f", count: 32)))) == .rowsChanged)
        var newer = Scenario.rows()
        newer.version = 2
        #expect(reason(scenario(marker: newer)) == .digestVersion)
    }

    @Test func rowsAreRefreshedWhenTwoThirdsOfTheirTimeAreOver() {
        let began = Scenario.now - 600
        #expect(reason(scenario(marker: Scenario.rows(at: began), ttl: 901)) == nil)
        #expect(reason(scenario(marker: Scenario.rows(at: began), ttl: 900)) == .dataExpires)
        #expect(reason(scenario(marker: Scenario.rows(at: 0), ttl: nil)) == nil)
    }

    /// A clock that was ahead wrote the time: it proves nothing, once.
    @Test func rowsFromTheFutureAreDue() {
        let ahead = Scenario.now + 10 * 365 * 86_400
        #expect(reason(scenario(marker: Scenario.rows(at: ahead), ttl: 86_400)) == .dataExpires)
        #expect(reason(scenario(marker: Scenario.rows(at: ahead), ttl: nil)) == nil)
        #expect(reason(scenario(marker: Scenario.rows(at: Scenario.now + 299), ttl: 86_400)) == nil)
        let planned = scenario(marker: Scenario.rows(at: ahead), ttl: 86_400).planned()
        #expect(planned?.notes.contains { $0.contains("a clock that was ahead") } == true)
        #expect(planned?.nextRefresh(now: Scenario.now, isUploaded: false) == Scenario.now)
    }

    @Test func anInterruptedUploadSaysSo() {
        var scenario = scenario(marker: nil)
        scenario.applied["profiles"] = AppliedConnection(
            uuid: Scenario.uuid, name: "Profiles", primaryKey: "user_id",
            batch: AppliedBatch(
                uuid: "b", digest: Scenario.digest, began: 1, touched: 1, maxRows: 5000, maxBytes: 1 << 23))
        #expect(reason(scenario) == .interrupted)
    }

    @Test func anUploadCompletedAMomentAgoOnlyNeedsItsMarker() {
        var scenario = scenario(marker: nil)
        var applied = AppliedConnection(uuid: Scenario.uuid, name: "Profiles", primaryKey: "user_id")
        applied.data = AppliedData(version: 1, digest: Scenario.digest, at: Scenario.now - 60, rows: 12_000)
        scenario.applied["profiles"] = applied
        #expect(scenario.planned()?.changedPaths == ["ownership marker"])
        #expect(reason(scenario) == nil)
        applied.data?.at = Scenario.now - 3600
        scenario.applied["profiles"] = applied
        #expect(reason(scenario) == .firstUpload)
    }

    @Test func stateVouchesWhereThereAreNoMarkers() {
        var scenario = scenario(marker: nil)
        scenario.policy.ownership = .state
        scenario.actual = [Scenario.connection(owner: nil)]
        var applied = AppliedConnection(uuid: Scenario.uuid, name: "Profiles", primaryKey: "user_id")
        scenario.applied["profiles"] = applied
        #expect(reason(scenario) == .firstUpload)
        applied.data = AppliedData(version: 1, digest: Scenario.digest, at: Scenario.now - 60, rows: 12_000)
        scenario.applied["profiles"] = applied
        #expect(!scenario.plan().hasChanges)
    }

    @Test func badDataStopsItsConnectionAndNothingElse() throws {
        var scenario = scenario(marker: nil)
        scenario.desired.append(Scenario.manifest("stock", name: "Stock"))
        scenario.desired[0].name = "Renamed"
        scenario.data["profiles"] = .bad([Diagnostic(.error, "broken")])
        #expect(scenario.planned("profiles")?.actions == [])
        #expect(scenario.planned("stock")?.actionNames == ["create"])
        #expect(scenario.plan().hasProblems)
    }

    // MARK: - References

    private static let mail = Reference(type: "mail", id: "1742")
    private static let sms = Reference(type: "sms", id: "9")

    @Test func missingReferencesAreAddedAndForeignOnesLeftAlone() {
        var scenario = Scenario(desired: [Scenario.manifest()])
        scenario.desired[0].references = [Self.mail]
        scenario.actual = [
            Scenario.connection(references: [ActualReference(uuid: "r1", reference: Self.sms)])
        ]
        #expect(scenario.planned()?.actions == [.addReference(Self.mail)])
        #expect(scenario.planned()?.notes == ["the reference sms 9 is not declared: left alone"])
    }

    @Test func aReferenceOfOursThatIsNoLongerDeclaredIsRemoved() {
        var scenario = Scenario(desired: [Scenario.manifest()])
        scenario.actual = [
            Scenario.connection(references: [
                ActualReference(uuid: "r1", reference: Self.mail), ActualReference(uuid: "r2", reference: Self.sms),
            ])
        ]
        let ours = AppliedReference(uuid: "r1", type: "mail", id: "1742")
        scenario.applied["profiles"] = AppliedConnection(
            uuid: Scenario.uuid, name: "Profiles", primaryKey: "user_id", references: [ours])
        #expect(scenario.planned()?.actions == [.removeReference(ours)])
    }

    @Test func referencesAreReadOnlyWhereTheyMatter() {
        var scenario = Scenario(
            desired: [Scenario.manifest(), Scenario.manifest("stock", name: "Stock")],
            actual: [Scenario.connection(), Scenario.connection(Scenario.other, name: "Stock", key: "stock")])
        #expect(LocatedState(scenario.input).referenceUUIDs(scenario.input) == [])
        scenario.desired[1].references = [Self.mail]
        #expect(LocatedState(scenario.input).referenceUUIDs(scenario.input) == [Scenario.other])
    }
}

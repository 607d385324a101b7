import JSON
import Model
import PlanScenarios
import Testing

@testable import Planner
@testable import Reporting

/// Planning: what is a difference, what is a refusal, and what is no difference at all.
@Suite struct ComparingTests {
    @Test func aPrimaryKeyCannotChange() throws {
        for hasState in [true, false] {
            let manifest = Scenario.manifest(primaryKey: "email")
            let actual = Scenario.connection()
            var scenario = Scenario(desired: [manifest], actual: [actual])
            if hasState { scenario.applied["profiles"] = Scenario.remembered(Scenario.manifest(), actual) }
            let planned = try #require(scenario.planned())
            let refusal = try #require(planned.refusals.first)
            #expect(refusal.code == .primaryKeyChanged)
            #expect(refusal.location?.line == 7)
            #expect(refusal.message.contains("\"user_id\"") && refusal.message.contains("\"email\""))
            #expect(refusal.help.contains("new metadata.name"))
            #expect(planned.actions.isEmpty)
        }
    }

    @Test func uploadBasedAndAPIBasedDoNotTurnIntoEachOther() {
        let toAPI = Scenario(desired: [Scenario.manifest(details: Scenario.details())], actual: [Scenario.connection()])
        #expect(toAPI.planned()?.refusalCodes == [.kindChanged])
        let toUpload = Scenario(
            desired: [Scenario.manifest()], actual: [Scenario.connection(details: .apiBased(.object(Scenario.shown)))])
        #expect(toUpload.planned()?.refusalCodes == [.kindChanged])
    }

    /// A credential that a dry run does not have: its field is no change, and neither is anything that did not change.
    @Test func anUnknownFieldIsANoteAndNoChange() throws {
        let header = ConfigValue.object(["Authorization": .string(ConfigString("${credential:t}", isUnknown: true))])
        let manifest = Scenario.manifest(details: Scenario.details(["headers": header]))
        let shown = Scenario.shown + [JSONMember("headers", ["Authorization": "other"])]
        let actual = Scenario.connection(details: .apiBased(.object(shown)))
        for hasState in [true, false] {
            var scenario = Scenario(desired: [manifest], actual: [actual])
            if hasState { scenario.applied["profiles"] = Scenario.remembered(manifest, actual) }
            let planned = try #require(scenario.planned())
            #expect(planned.actions.isEmpty, "\(planned.actions)")
            #expect(planned.notes.contains { $0.contains("headers.Authorization is (unknown)") }, "\(planned.notes)")
        }
        let created = try #require(Scenario(desired: [manifest], actual: []).planned())
        guard case .create(let changes)? = created.actions.first else { throw Unexpected() }
        #expect(changes.filter(\.isUnknown).map(\.path) == ["external_api_details.headers.Authorization"])
        #expect(changes.first(where: \.isUnknown)?.new == nil)
    }

    private struct Unexpected: Error {}

    @Test func nameAndDescriptionAreOneUpdateListingOldAndNew() {
        let scenario = Scenario(
            desired: [Scenario.manifest(name: "New", description: "Daily")], actual: [Scenario.connection()])
        #expect(scenario.planned()?.changedPaths == ["description", "name"])
        guard case .update(let changes)? = scenario.planned()?.actions.first else {
            Issue.record("no update")
            return
        }
        #expect(changes.map(\.old) == ["Weekly", "Profiles"])
        #expect(changes.map(\.new) == ["Daily", "New"])
    }

    @Test func aDescriptionThatIsLeftOutIsKept() {
        let scenario = Scenario(desired: [Scenario.manifest(description: nil)], actual: [Scenario.connection()])
        #expect(!scenario.plan().hasChanges)
        #expect(scenario.planned()?.sending?.base.description == "Weekly")
    }

    @Test func blanksAndNullForEmptyAreNoDifference() {
        let spaced = Scenario(desired: [Scenario.manifest(description: "Weekly \n")], actual: [Scenario.connection()])
        #expect(!spaced.plan().hasChanges)
        var bare = Scenario.connection(text: nil)
        bare.description = OwnershipMarker(owner: "default", key: "profiles").text
        let empty = Scenario(desired: [Scenario.manifest(description: "")], actual: [bare])
        #expect(!empty.plan().hasChanges)
    }

    @Test func defaultsThatTheServiceAddsAreNoDifference() {
        let there = ActualDetails.apiBased(.object(Scenario.shown + [JSONMember("ttl", 30), JSONMember("retries", 0)]))
        let scenario = Scenario(
            desired: [Scenario.manifest(details: Scenario.details())], actual: [Scenario.connection(details: there)])
        #expect(!scenario.plan().hasChanges)
        // And a PUT that may replace everything carries them along.
        #expect(scenario.planned()?.sending?.base.details?["ttl"] == .number("30"))
    }

    @Test func equalNumbersAreNoDifference() {
        let there = ActualDetails.apiBased(.object(Scenario.shown + [JSONMember("ttl", .number("60.0"))]))
        let scenario = Scenario(
            desired: [Scenario.manifest(details: Scenario.details(["ttl": .number("60")]))],
            actual: [Scenario.connection(details: there)])
        #expect(!scenario.plan().hasChanges)
    }

    @Test func aMaskedHeaderWithoutStateIsNotComparable() {
        let headers = ConfigValue.object(["Authorization": .string(ConfigString("Bearer s3cret", isSecret: true))])
        let there = ActualDetails.apiBased(
            .object(Scenario.shown + [JSONMember("headers", ["Authorization": "********"])]))
        let manifest = Scenario.manifest(details: Scenario.details(["headers": headers]))
        var scenario = Scenario(desired: [manifest], actual: [Scenario.connection(details: there)])
        #expect(!scenario.plan().hasChanges)
        #expect(scenario.planned()?.notes.contains { $0.contains("not comparable") } == true)

        scenario.applied["profiles"] = Scenario.remembered(manifest, scenario.actual[0])
        #expect(!scenario.plan().hasChanges)
        #expect(scenario.planned()?.notes == [])

        let rotated = ConfigValue.object(["Authorization": .string(ConfigString("Bearer other", isSecret: true))])
        scenario.desired = [Scenario.manifest(details: Scenario.details(["headers": rotated]))]
        #expect(scenario.planned()?.changedPaths == ["external_api_details.headers.Authorization"])
        #expect(scenario.planned()?.causes == [.manifest])
    }

    @Test func secretsAndHeadersAreNeverShown() {
        let headers = ConfigValue.object([
            "Authorization": .string(ConfigString("Bearer hush-hush", isSecret: true)),
            "X-Token": .string(ConfigString("plain-but-a-header")),
            "Accept": .string(ConfigString("application/json")),
        ])
        let url = ConfigValue.string(ConfigString("https://api.example.com/?key=hush-hush", isSecret: true))
        let there = ActualDetails.apiBased(
            .object([
                JSONMember("url", "https://api.example.com/?key=old-hush"), JSONMember("http_method", "GET"),
                JSONMember("headers", ["X-Token": "old-header", "Accept": "text/plain"]),
            ]))
        let manifest = Scenario.manifest(details: Scenario.details(["headers": headers, "url": url]))
        for actual in [[], [Scenario.connection(details: there)]] {
            let plan = Scenario(desired: [manifest], actual: actual).plan()
            let text = PlanText(usesColor: false).render(plan) + JSONValue.object(PlanJSON.members(of: plan)).prettyText
            for secret in ["hush-hush", "plain-but-a-header", "old-hush", "old-header"] {
                #expect(!text.contains(secret), "\(secret) is shown")
            }
            #expect(text.contains("application/json"))
            #expect(text.contains("(sensitive)"))
        }
    }

    @Test func driftIsWhatDiffersFromTheLastAnswerOnly() {
        let manifest = Scenario.manifest(description: "Weekly")
        var truncated = Scenario.connection(text: "We")
        var scenario = Scenario(desired: [manifest], actual: [truncated])
        scenario.applied["profiles"] = Scenario.remembered(manifest, truncated)
        #expect(!scenario.plan().hasChanges, "the service answered that already")

        truncated.name = "Changed by somebody"
        scenario.actual = [truncated]
        #expect(scenario.planned()?.changedPaths == ["name"])
        #expect(scenario.planned()?.causes == [.drift])
    }

    @Test func aHeaderThatSomebodyAddedIsDriftAndOneThatWeRemovedIsAChange() {
        let one = ConfigValue.object(["Accept": .string(ConfigString("a"))])
        let two = ConfigValue.object(["Accept": .string(ConfigString("a")), "X-B": .string(ConfigString("b"))])
        let thereOne = ActualDetails.apiBased(.object(Scenario.shown + [JSONMember("headers", ["Accept": "a"])]))
        let thereTwo = ActualDetails.apiBased(
            .object(Scenario.shown + [JSONMember("headers", ["Accept": "a", "X-B": "b"])]))
        let manifestOne = Scenario.manifest(details: Scenario.details(["headers": one]))
        let manifestTwo = Scenario.manifest(details: Scenario.details(["headers": two]))

        var drifted = Scenario(desired: [manifestOne], actual: [Scenario.connection(details: thereTwo)])
        #expect(drifted.planned()?.changedPaths == ["external_api_details.headers.X-B"], "an update takes it away")
        #expect(drifted.planned()?.causes == [.differs], "without memory nobody knows who put it there")
        drifted.applied["profiles"] = Scenario.remembered(manifestOne, Scenario.connection(details: thereOne))
        #expect(drifted.planned()?.changedPaths == ["external_api_details.headers.X-B"])
        #expect(drifted.planned()?.causes == [.drift])

        var removed = Scenario(desired: [manifestOne], actual: [Scenario.connection(details: thereTwo)])
        removed.applied["profiles"] = Scenario.remembered(manifestTwo, Scenario.connection(details: thereTwo))
        #expect(removed.planned()?.causes == [.manifest])
    }

    @Test func headersThatAreMaskedAndNotDeclaredStopAnUpdate() {
        let there = ActualDetails.apiBased(.object(Scenario.shown + [JSONMember("headers", ["Authorization": "***"])]))
        let scenario = Scenario(
            desired: [Scenario.manifest(description: "New", details: Scenario.details())],
            actual: [Scenario.connection(details: there)])
        #expect(scenario.planned()?.refusalCodes == [.headersNotShown])
    }

    @Test func detailsThatTheAccountDoesNotShowAreNotComparable() {
        let scenario = Scenario(
            desired: [Scenario.manifest(details: Scenario.details())], actual: [Scenario.connection(details: .notShown)]
        )
        #expect(!scenario.plan().hasChanges)
        #expect(scenario.planned()?.notes.isEmpty == false)
    }

    @Test func protectingIsWrittenIntoTheMarker() {
        var manifest = Scenario.manifest()
        manifest.isProtected = true
        let scenario = Scenario(desired: [manifest], actual: [Scenario.connection()])
        #expect(scenario.planned()?.changedPaths == ["ownership marker"])
        #expect(scenario.planned()?.definition(data: nil, nil)?.description?.contains(" protect]") == true)
    }

    @Test func ownershipInStateTakesTheMarkerAway() {
        var scenario = Scenario(desired: [Scenario.manifest()], actual: [Scenario.connection()])
        scenario.policy.ownership = .state
        #expect(scenario.planned()?.changedPaths == ["ownership marker"])
        #expect(scenario.planned()?.definition(data: nil, nil)?.description == "Weekly")
    }

    @Test func aSuspendedConnectionIsLeftAloneAndShown() {
        var manifest = Scenario.manifest(name: "Other")
        manifest.isSuspended = true
        let scenario = Scenario(desired: [manifest], actual: [Scenario.connection()])
        #expect(!scenario.plan().hasChanges)
        #expect(PlanText(usesColor: false).render(scenario.plan()).contains("profiles: suspended"))
    }

    @Test func samePlanForTheSameInputInAnyOrderOfTheAccount() {
        let actual = (0..<20).map {
            Scenario.connection("uuid-\($0)", name: "Connection \($0)", key: "key-\($0)")
        }
        let desired = (0..<20).map { Scenario.manifest("key-\($0)", name: "Renamed \($0)") }
        let plan = Scenario(desired: desired, actual: actual).plan()
        #expect(Scenario(desired: desired, actual: actual.reversed()).plan() == plan)
    }
}

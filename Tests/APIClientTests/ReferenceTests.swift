import JSON
import Model
import Testing

@testable import APIClient

@Suite struct ReferenceTests {
    private let reference = Reference(type: "mail", id: "1742")
    private let shown = #"{"reference_uuid": "r1", "reference_type": "mail", "reference_id": "1742"}"#
    private let other = #"{"reference_uuid": "r0", "reference_type": "sms", "reference_id": "1742"}"#

    @Test func aReferenceIsCreatedOverAConnectionOfItsOwn() async throws {
        let transport = FakeTransport([.json(shown)])
        let created = try await client(transport).createReference(reference, on: uuid)
        #expect(created == ActualReference(uuid: "r1", reference: reference))
        #expect(try transport.body(0) == ["reference_type": "mail", "reference_id": "1742"])
        #expect(transport.calls[0].needsOwnConnection)
    }

    @Test(arguments: [FakeTransport.Outcome.fails(.lost), .status(502), .cut("{"), .json("{\"refer")])
    func aLostAnswerIsLookedUpFirst(outcome: FakeTransport.Outcome) async throws {
        let transport = FakeTransport([outcome, .json("[\(other), \(shown)]")])
        let created = try await client(transport).createReference(reference, on: uuid)
        #expect(created.uuid == "r1")
        #expect(
            transport.requests == ["POST /connections/\(uuid)/references", "GET /connections/\(uuid)/references"])
    }

    @Test func onlyWhatIsNotThereIsSentAgain() async throws {
        let transport = FakeTransport([.fails(.timedOut), .json("[\(other)]"), .json(shown)])
        let created = try await client(transport).createReference(reference, on: uuid)
        #expect(created.uuid == "r1")
        #expect(transport.requests.map { $0.prefix(4) } == ["POST", "GET ", "POST"])
    }

    @Test func itIsGivenUpAfterSomeRounds() async throws {
        let transport = FakeTransport { call in call.method == "GET" ? .json("[]") : .status(500) }
        let error = await failure { try await client(transport).createReference(reference, on: uuid) }
        #expect(error?.kind == .unavailable)
        #expect(transport.requests.count { $0.hasPrefix("POST") } == 4)
    }

    @Test func aListThatCannotBeReadStopsIt() async throws {
        let transport = FakeTransport([.fails(.lost), .json("{}", status: 403)])
        let error = await failure { try await client(transport).createReference(reference, on: uuid) }
        #expect(error?.kind == .authentication)
        #expect(error?.mayHaveTakenEffect == true)
        #expect(error?.operation == .createReference)
    }

    @Test(arguments: [FakeTransport.Outcome.status(201), .json("{}"), .status(409)])
    func whatIsThereWithoutBeingShownIsFound(outcome: FakeTransport.Outcome) async throws {
        let transport = FakeTransport([outcome, .json("[\(shown)]")])
        #expect(try await client(transport).createReference(reference, on: uuid).uuid == "r1")
    }

    @Test func aRejectedReferenceIsNotLookedUp() async throws {
        let transport = FakeTransport([.status(422)])
        let error = await failure { try await client(transport).createReference(reference, on: uuid) }
        #expect(error?.kind == .rejected)
        #expect(transport.calls.count == 1)
    }
}

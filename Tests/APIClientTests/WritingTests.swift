import JSON
import Model
import Testing

@testable import APIClient

@Suite struct WritingTests {
    @Test func aCreateCarriesWhatTheDefinitionSays() async throws {
        let transport = FakeTransport([.json(#"{"data_connection_uuid": "\#(uuid)"}"#, status: 201)])
        let created = try await client(transport).create(definition(details: secretDetails("s3cr3t-value")))
        #expect(created == uuid)
        #expect(transport.requests == ["POST /connections"])
        #expect(transport.calls[0].needsOwnConnection)
        #expect(
            try transport.body(0) == [
                "name": "Profiles", "primary_key": "user_id", "description": "text",
                "external_api_details": [
                    "headers": ["Authorization": "Bearer s3cr3t-value"], "http_method": "GET",
                    "url": "https://example.com/{user_id}",
                ],
            ])
    }

    @Test func aCreateOfAnUploadBasedConnectionHasNoDetails() async throws {
        let transport = FakeTransport([.json(#"{"uuid": "\#(uuid)"}"#)])
        _ = try await client(transport).create(definition(description: nil))
        #expect(try transport.body(0) == ["name": "Profiles", "primary_key": "user_id"])
    }

    @Test(
        arguments: [
            #"{"id": "\#(uuid)"}"#, #"{"data": {"data_connection_uuid": "\#(uuid)"}}"#, "\"\(uuid)\"",
            #"{"data_connection_uuid": "\#(uuid.uppercased())", "name": "x"}"#,
        ])
    func theNewUUIDIsFound(body: String) async throws {
        #expect(try await client(FakeTransport([.json(body)])).create(definition()) == uuid)
    }

    @Test(
        arguments: [
            FakeTransport.Outcome.fails(.lost), .fails(.timedOut), .status(500), .status(503), .status(408),
            .json("{\"data_conn"), .cut(""), .json("<html>"), .json("{}"), .status(201),
        ])
    func aCreateThatMayHaveHappenedIsNeverSentAgain(outcome: FakeTransport.Outcome) async throws {
        let transport = FakeTransport([outcome])
        let error = await failure { try await client(transport).create(definition()) }
        #expect(error?.mayHaveTakenEffect == true)
        #expect(transport.calls.count == 1)
    }

    @Test(
        arguments: [FakeTransport.Outcome.fails(.notConnected), .fails(.unknownHost), .status(429)])
    func aCreateThatCannotHaveHappenedIsSentAgain(outcome: FakeTransport.Outcome) async throws {
        let transport = FakeTransport([outcome, .json(#"{"uuid": "\#(uuid)"}"#)])
        _ = try await client(transport).create(definition())
        #expect(transport.calls.count == 2)
    }

    @Test func anUpdateCarriesAllThreeFieldsAndNoPrimaryKey() async throws {
        let transport = FakeTransport([.json(shownConnection)])
        let shown = try await client(transport).update(uuid, to: definition(description: nil))
        #expect(shown.uuid == uuid)
        #expect(transport.requests == ["PUT /connections/\(uuid)"])
        #expect(try transport.body(0) == ["name": "Profiles", "description": nil, "external_api_details": nil])
    }

    @Test(
        arguments: [
            "", "OK", "{}", #"{"message": "updated"}"#, #"{"data_connection_uuid": "\#(uuid)", "name": "Profiles"}"#,
        ])
    func anUpdateIsReadBackWhereTheAnswerDoesNotShowIt(body: String) async throws {
        let transport = FakeTransport([.json(body), .json(shownConnection)])
        let shown = try await client(transport).update(uuid, to: definition())
        #expect(shown.description == "text")
        #expect(transport.requests == ["PUT /connections/\(uuid)", "GET /connections/\(uuid)"])
    }

    @Test func anUpdateThatCannotBeReadBackSaysThatItWasSent() async throws {
        let transport = FakeTransport([.status(204), .status(404)])
        let error = await failure { try await client(transport).update(uuid, to: definition()) }
        #expect(error?.operation == .updateConnection)
        #expect(error?.mayHaveTakenEffect == true)
        #expect(error?.cause.hasPrefix("it was sent, but reading it back failed") == true)
    }

    @Test func deletingWhatIsGoneIsASuccess() async throws {
        let transport = FakeTransport([.status(404), .status(404), .status(204), .json("whatever")])
        let client = try client(transport)
        try await client.delete(uuid)
        try await client.deleteReference(otherUUID, of: uuid)
        try await client.delete(uuid)
        try await client.delete(uuid)
        #expect(
            transport.requests.prefix(2) == [
                "DELETE /connections/\(uuid)", "DELETE /connections/\(uuid)/references/\(otherUUID)",
            ])
    }

    @Test func elsewhereA404IsAFailure() async throws {
        let transport = FakeTransport { _ in .status(404) }
        let client = try client(transport)
        let errors = [
            await failure { try await client.update(uuid, to: definition()) },
            await failure { try await client.upload(upload("{}")) },
            await failure { try await client.deleteRows(uuid, primaryKeys: [1]) },
            await failure { try await client.references(of: uuid) },
            await failure { try await client.createReference(Reference(type: "mail", id: "1"), on: uuid) },
            await failure { try await client.query(uuid, primaryKey: "1") },
        ]
        #expect(errors.allSatisfy { $0?.kind == .notFound })
    }

    @Test func anUploadCarriesItsRecordsAsTheyAre() async throws {
        let transport = FakeTransport([.json("{}"), .status(200)])
        let client = try client(transport)
        try await client.upload(upload(#"{"user_id": 1.10},{"user_id":12345678901234567890}"#, ttl: 60))
        try await client.upload(upload("", completes: true))
        #expect(transport.requests[0] == "POST /connections/\(uuid)/upload_data")
        #expect(
            String(decoding: transport.calls[0].body!, as: UTF8.self)
                == #"{"data":[{"user_id": 1.10},{"user_id":12345678901234567890}],"ttl_seconds":60,"#
                + #""batch_uuid":"\#(otherUUID)","batch_completed":false}"#)
        #expect(
            try transport.body(1) == [
                "data": [], "ttl_seconds": nil, "batch_uuid": .string(otherUUID), "batch_completed": true,
            ])
    }

    @Test(
        arguments: [FakeTransport.Outcome.fails(.lost), .status(500), .cut(""), .json("<html>")])
    func anUploadIsSentAgain(outcome: FakeTransport.Outcome) async throws {
        let transport = FakeTransport([outcome, .status(200)])
        try await client(transport).upload(upload("{}"))
        #expect(transport.calls.count == 2)
        #expect(transport.calls[0].body == transport.calls[1].body)
    }

    @Test func rowsAreDeletedByTheirKeysAsWritten() async throws {
        let transport = FakeTransport([.json(#"{"records": 2}"#)])
        try await client(transport).deleteRows(uuid, primaryKeys: ["a", .number("1.10")])
        #expect(transport.requests == ["DELETE /connections/\(uuid)/delete_data"])
        #expect(String(decoding: transport.calls[0].body!, as: UTF8.self) == #"{"primary_keys":["a",1.10]}"#)
    }

    @Test func queriesAskForARowOrFillInPlaceholders() async throws {
        let transport = FakeTransport([.json(#"{"data": {"a": 1.10}}"#), .json("[1]")])
        let client = try client(transport)
        #expect(try await client.query(uuid, primaryKey: 7) == ["a": .number("1.10")])
        #expect(try await client.query(uuid, placeholders: ["b": 2, "a": "x"]) == [1])
        #expect(try transport.body(0) == ["primary_key": 7])
        #expect(try transport.body(1) == ["placeholder_values": ["a": "x", "b": 2]])
    }

    private func upload(_ records: String, ttl: Int? = nil, completes: Bool = false) -> UploadRequest {
        Array(records.utf8).withUnsafeBytes { records in
            UploadRequest(
                connection: uuid, records: records, rowCount: 2, ttlSeconds: ttl, batchUUID: otherUUID,
                completesBatch: completes)
        }
    }
}

import Model
import Testing

@testable import APIClient

@Suite struct ListTests {
    @Test(
        arguments: [
            "[\(shownConnection)]", #"{"connections": [\#(shownConnection)]}"#, #"{"data": [\#(shownConnection)]}"#,
            #"{"items": [\#(shownConnection)], "total": 1, "page": 1, "size": 50, "pages": 1}"#,
            #"{"results": [\#(shownConnection)], "next": null, "has_more": false, "count": 1}"#,
            #"{"whatever": [\#(shownConnection)], "errors": []}"#,
            #"{"data": {"connections": [\#(shownConnection)]}, "status": "ok"}"#,
            #"{"items": [\#(shownConnection)], "limit": 1, "offset": 0, "total": 1}"#,
        ])
    func theListIsFoundWhereverItStands(body: String) async throws {
        let transport = FakeTransport([.json(body)])
        let connections = try await client(transport).listConnections()
        #expect(
            connections == [
                ActualConnection(
                    uuid: uuid, name: "Profiles", primaryKey: "user_id", description: "text", details: .uploadBased)
            ])
        #expect(transport.requests == ["GET /connections"])
    }

    @Test(arguments: ["[]", #"{"connections": []}"#])
    func anEmptyListIsEmpty(body: String) async throws {
        #expect(try await client(FakeTransport([.json(body)])).listConnections().isEmpty)
    }

    @Test(
        arguments: [
            #"{"items": [], "next": "/connections?page=2"}"#, #"{"items": [], "has_more": true}"#,
            #"{"items": [], "total": 3}"#, #"{"items": [], "pages": 2}"#, #"{"items": [], "page": 2}"#,
            #"{"items": [], "meta": {"next_cursor": "abc"}}"#, #"{"items": [], "links": {"next": "/x"}}"#,
            #"{"items": [], "offset": 100}"#, #"{"items": [\#(shownConnection)], "limit": 1}"#,
            #"{"data": {"items": [], "next_page_token": "t"}}"#, #"{"data": {"items": []}, "total_count": 1}"#,
        ])
    func signsOfPagingAreAnError(body: String) async throws {
        let error = await failure { try await client(FakeTransport([.json(body)])).listConnections() }
        #expect(error?.kind == .invalidAnswer)
        #expect(error?.cause.contains("one page of several") == true)
    }

    @Test(
        arguments: [
            ["link": "<https://api.test/v1/connections?page=2>; rel=\"next\""], ["x-total-count": "5"],
            ["x-next-page": "2"],
        ])
    func signsOfPagingInHeadersAreAnError(headers: [String: String]) async throws {
        let transport = FakeTransport([.json("[]", headers: headers)])
        let error = await failure { try await client(transport).listConnections() }
        #expect(error?.cause.contains("one page of several") == true)
    }

    @Test func apartialAnswerIsAnError() async throws {
        let error = await failure { try await client(FakeTransport([.json("[]", status: 206)])).listConnections() }
        #expect(error?.kind == .invalidAnswer)
    }

    @Test(
        arguments: [
            (#"[{"name": "x", "primary_key": "y"}]"#, "the connection \"x\" has no \"data_connection_uuid\""),
            (#"[{"uuid": "u", "primary_key": "y"}]"#, "connection u has no \"name\""),
            (#"[{"uuid": "u", "name": 7}]"#, "connection u has no \"name\" that is a string"),
            ("[7]", "an item that is not an object"), (#"{"a": [{}], "b": [{}]}"#, "several lists (a, b)"),
            ("[\(shownConnection), \(shownConnection)]", "the list shows connection \(uuid) twice"),
            ("\"text\"", "the answer is not a list"), ("{}", "the answer holds no list"),
            (#"[{"uuid": "u", "name": "n", "description": 7}]"#, "\"description\" that is not a string"),
            (#"[{"uuid": "u", "name": "n", "external_api_details": "x"}]"#, "that is not an object"),
        ])
    func halfAListIsAnError(body: String, words: String) async throws {
        let error = await failure { try await client(FakeTransport([.json(body)])).listConnections() }
        #expect(error?.kind == .invalidAnswer)
        #expect(error?.cause.contains(words) == true)
    }

    @Test func uuidsAreReadUnderOtherNamesAndInOneSpelling() async throws {
        let upper = otherUUID.uppercased()
        let rest = #""name": "n", "primary_key": "k", "description": null, "external_api_details": {}"#
        let body = #"[{"uuid": "\#(upper)", \#(rest)}, {"id": 7, \#(rest), "created_at": "x"}]"#
        let connections = try await client(FakeTransport([.json(body)])).listConnections()
        #expect(connections.map(\.uuid) == [otherUUID, "7"])
        #expect(connections.map(\.details) == [.uploadBased, .uploadBased])
        #expect(connections[0].description == nil)
    }

    @Test func itemsThatLackFieldsAreReadSinglyInPlace() async throws {
        let body = """
            [{"uuid": "a", "name": "A"}, {"uuid": "b", "name": "B", "primary_key": "k", "description": null,
              "external_api_details": {"url": "u"}}, {"uuid": "c", "name": "C", "primary_key": "k"}]
            """
        let transport = FakeTransport([.json(body)]) { call in
            let id = call.url.lastPathComponent
            if id == "c" { return .status(404) }
            return .json(#"{"data": {"name": "A now", "primary_key": "k"}}"#)
        }
        let connections = try await client(transport).listConnections()
        #expect(connections.map(\.uuid) == ["a", "b"])
        #expect(connections[0].name == "A now")
        #expect(connections[0].details == .notShown)
        #expect(connections[1].details == .apiBased(["url": "u"]))
        #expect(Set(transport.requests.dropFirst()) == ["GET /connections/a", "GET /connections/c"])
    }

    @Test func aSingleReadThatFailsFailsTheList() async throws {
        let transport = FakeTransport([.json(#"[{"uuid": "a", "name": "A"}, {"uuid": "b", "name": "B"}]"#)]) { _ in
            .json("{}", status: 403)
        }
        let error = await failure { try await client(transport).listConnections() }
        #expect(error?.kind == .authentication)
    }

    @Test func aConnectionOfAnotherUUIDIsAnError() async throws {
        let error = await failure {
            try await client(FakeTransport([.json(connectionJSON(otherUUID))])).connection(uuid)
        }
        #expect(error?.cause.contains("shows connection \(otherUUID) instead") == true)
    }

    @Test(arguments: ["", ".", ".."])
    func whatWouldLeadElsewhereIsNotSent(id: String) async throws {
        let transport = FakeTransport()
        let error = await failure { try await client(transport).connection(id) }
        #expect(error?.kind == .refused)
        #expect(transport.calls.isEmpty)
    }

    @Test func uuidsAreEncodedInPaths() async throws {
        let transport = FakeTransport([.status(404)])
        _ = await failure { try await client(transport).schema(of: "a/../b?c") }
        #expect(transport.requests == ["GET /connections/a%2F..%2Fb%3Fc/schema"])
    }

    @Test func referencesAreReadTolerantly() async throws {
        let body = """
            {"references": [{"reference_uuid": "r1", "reference_type": "mail", "reference_id": "1742"},
                            {"id": "r2", "type": "sms", "reference_id": 8}]}
            """
        let references = try await client(FakeTransport([.json(body)])).references(of: uuid)
        #expect(
            references == [
                ActualReference(uuid: "r1", reference: Reference(type: "mail", id: "1742")),
                ActualReference(uuid: "r2", reference: Reference(type: "sms", id: "8")),
            ])
        let error = await failure {
            try await client(FakeTransport([.json(#"[{"reference_uuid": "r"}]"#)])).references(of: uuid)
        }
        #expect(error?.kind == .invalidAnswer)
    }
}

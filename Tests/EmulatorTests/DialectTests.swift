import HTTPServer
import JSON
import Testing

@testable import Emulator

@Suite struct DialectTests {
    private static let details =
        #"{"url":"https://h","http_method":"GET","headers":{"Authorization":"s","accept":"*/*","Content-Type":"t"}}"#

    @Test(arguments: [
        (Dialect.wrappedList, "connections"), (.wrappedListItems, "items"), (.wrappedListData, "data"),
    ])
    func listIsWrapped(dialect: Dialect, key: String) async throws {
        let harness = try Harness(dialect)
        _ = try await harness.create()
        let list = await harness.send("GET", "/connections").document
        #expect(list[key]?.arrayValue?.count == 1)
        #expect(list.objectValue?.count == 1)
    }

    @Test func listIsPaged() async throws {
        let harness = try Harness(.pagedList)
        for _ in 0..<3 { _ = try await harness.create() }
        let list = await harness.send("GET", "/connections").document
        #expect(list["items"]?.arrayValue?.count == 2)
        #expect(list["total"] == 3)
        #expect(list["pages"] == 2)
    }

    @Test func listItemsAreBareAndOnesOwnAnswerIsNot() async throws {
        let harness = try Harness(.bareListItems, .wrappedList)
        let uuid = try await harness.create(#"{"name":"n","primary_key":"id","description":"d"}"#)
        let list = await harness.send("GET", "/connections").document
        #expect(
            list["connections"]?[0]?.objectValue?.map(\.key) == ["data_connection_uuid", "name", "primary_key"])
        #expect(await harness.send("GET", "/connections/\(uuid)").document["description"] == "d")
    }

    @Test func listIsStaleTwice() async throws {
        let harness = try Harness(.staleList)
        func count() async -> Int? { await harness.send("GET", "/connections").document.arrayValue?.count }
        let uuid = try await harness.create()
        #expect([await count(), await count(), await count()] == [0, 0, 1])
        _ = await harness.send("PUT", "/connections/\(uuid)", #"{"name":"x"}"#)
        #expect(await harness.send("GET", "/connections").document[0]?["name"] == "n")
        _ = await harness.send("DELETE", "/connections/\(uuid)")
        #expect([await count(), await count(), await count()] == [1, 1, 0])
    }

    @Test func headersAreMasked() async throws {
        let harness = try Harness(.maskedHeaders)
        let uuid = try await harness.create(apiBody(Self.details))
        for answer in [
            await harness.send("GET", "/connections/\(uuid)").document,
            await harness.send("GET", "/connections").document[0],
            await harness.send("PUT", "/connections/\(uuid)", "{}").document,
        ] {
            #expect(
                answer?["external_api_details"]?["headers"]
                    == ["Authorization": "********", "accept": "*/*", "Content-Type": "t"])
        }
        #expect(await harness.admin("GET", "connections").text.contains(#""Authorization":"s""#))
    }

    @Test func descriptionsAreTrimmedAndCut() async throws {
        let long = " \\t" + String(repeating: "é", count: 70) + "\\n "
        let body = #"{"name":"n","primary_key":"id","description":"\#(long)"}"#
        let both = try Harness(.trimmedDescriptions, .truncatedDescriptions)
        let uuid = try await both.create(body)
        let cut = await both.send("GET", "/connections/\(uuid)").document["description"]
        #expect(cut?.stringValue == String(repeating: "é", count: 64))
        let trimming = try Harness(.trimmedDescriptions)
        let other = try await trimming.create()
        let put = await trimming.send("PUT", "/connections/\(other)", #"{"description":"  a b "}"#)
        #expect(put.document["description"] == "a b")
    }

    @Test func defaultsAreFilled() async throws {
        let harness = try Harness(.defaultsFilled)
        let uuid = try await harness.create(apiBody(#"{"url":"https://h","http_method":"GET","retries":2}"#))
        let details = await harness.send("GET", "/connections/\(uuid)").document["external_api_details"]
        #expect(details?["ttl"] == 30)
        #expect(details?["timeout"] == 10)
        #expect(details?["retries"] == 2)
        #expect(details?["is_batch_endpoint"] == false)
    }

    @Test func putReplacesTheWhole() async throws {
        let harness = try Harness(.replacingPut)
        let uuid = try await harness.create(
            #"{"name":"n","primary_key":"id","description":"d","external_api_details":\#(Self.details)}"#)
        let nameless = await harness.send("PUT", "/connections/\(uuid)", #"{"description":"e"}"#)
        #expect(nameless.locs == [#"["body","name"]"#])
        let put = await harness.send("PUT", "/connections/\(uuid)", #"{"name":"m"}"#)
        #expect(put.document["description"] == .null)
        #expect(put.document["external_api_details"] == .null)
    }

    @Test func putIgnoresDetails() async throws {
        let harness = try Harness(.putIgnoresDetails)
        let uuid = try await harness.create(apiBody(Self.details))
        let put = await harness.send(
            "PUT", "/connections/\(uuid)",
            #"{"name":"m","external_api_details":{"url":"https://other","http_method":"GET"}}"#)
        #expect(put.document["name"] == "m")
        #expect(put.document["external_api_details"]?["url"] == "https://h")
    }

    @Test func putAnswersNothing() async throws {
        let harness = try Harness(.putEmptyAnswer)
        let uuid = try await harness.create()
        let put = await harness.send("PUT", "/connections/\(uuid)", #"{"name":"m"}"#)
        #expect(put.status == 200)
        #expect(put.body.isEmpty)
        #expect(await harness.send("GET", "/connections/\(uuid)").document["name"] == "m")
    }

    @Test func repeatOfACompletedBatchIsRefused() async throws {
        let harness = try Harness(.noRepeatOfCompleted)
        let uuid = try await harness.create()
        let batch = "22222222-2222-4222-8222-222222222222"
        let part = #"{"data":[{"id":1}],"batch_uuid":"\#(batch)","batch_completed":false}"#
        let last = #"{"data":[{"id":2}],"batch_uuid":"\#(batch)"}"#
        for body in [part, part, last] { #expect(await harness.upload(uuid, body).status == 200) }
        for body in [part, last] {
            let again = await harness.upload(uuid, body)
            #expect(again.status == 422)
            #expect(again.locs == [#"["body","batch_uuid"]"#])
        }
    }

    @Test func referencesAreIdempotentUnlessNot() async throws {
        for (dialects, count) in [([], 1), ([Dialect.duplicateReferences], 2)] {
            let harness = try Harness { $0.dialects = Set(dialects) }
            let uuid = try await harness.create()
            let body = #"{"reference_type":"mail","reference_id":"7"}"#
            let first = await harness.send("POST", "/connections/\(uuid)/references", body)
            let second = await harness.send("POST", "/connections/\(uuid)/references", body)
            #expect((first == second) == (count == 1))
            let list = await harness.send("GET", "/connections/\(uuid)/references")
            #expect(list.document.arrayValue?.count == count)
            let id = first.document["reference_uuid"]?.stringValue ?? ""
            let path = "/connections/\(uuid)/references/\(id)"
            #expect(await harness.send("DELETE", path).status == 204)
            #expect(await harness.send("DELETE", path).text == #"{"detail":"Reference not found"}"#)
        }
    }

    @Test(arguments: [(Dialect?.none, 422), (.forbiddenKeys, 401), (.forbiddenKeys403, 403)])
    func keysAreForbidden(dialect: Dialect?, status: Int) async throws {
        let harness = try Harness { options in
            options.dialects = dialect.map { [$0] } ?? []
            options.acceptedAPIKeys = ["good"]
        }
        let answer = await harness.send("GET", "/connections")
        #expect(answer.status == status)
        if status == 422 { #expect(answer.locs == [#"["header","x-api-key"]"#]) }
    }

    @Test func deleteDataIsMissing() async throws {
        let harness = try Harness(.noDeleteData)
        let uuid = try await harness.create()
        let answer = await harness.send("DELETE", "/connections/\(uuid)/delete_data", #"{"primary_keys":[1]}"#)
        #expect(answer.status == 404)
        #expect(answer.text == #"{"detail":"Not Found"}"#)
    }

    @Test func emptyStringsComeBackAsNull() async throws {
        let harness = try Harness(.emptyAsNull)
        let uuid = try await harness.create(#"{"name":"n","primary_key":"id","description":""}"#)
        #expect(await harness.send("GET", "/connections/\(uuid)").document["description"] == .null)
        await harness.upload(uuid, #"{"data":[{"id":1,"v":"","w":[""]}]}"#)
        let query = await harness.send("POST", "/connections/\(uuid)/query", #"{"primary_key":1}"#)
        #expect(query.text == #"{"data":{"id":1,"v":null,"w":[null]}}"#)
    }

    @Test func rowsAreRefusedWithoutAPlace() async throws {
        let harness = try Harness(.noLoc)
        let uuid = try await harness.create()
        let answer = await harness.upload(uuid, #"{"data":[{"id":1},{"secret":"x"}]}"#)
        #expect(answer.status == 422)
        #expect(answer.locs == [#"["body"]"#])
        #expect(!answer.text.contains("secret"))
        let other = await harness.upload(uuid, #"{"data":[],"ttl_seconds":0}"#)
        #expect(other.locs == [#"["body","ttl_seconds"]"#])
    }

    @Test func configuredValueIsRejected() async throws {
        let harness = try Harness { $0.rejectValue = "reject-me" }
        let uuid = try await harness.create()
        let answer = await harness.upload(
            uuid, #"{"data":[{"id":1},{"id":2,"v":"please reject-me now"},{"reject-me":1,"id":3}]}"#)
        #expect(answer.status == 422)
        #expect(answer.locs == [#"["body","data",1,"v"]"#])
        #expect(await harness.rows(uuid) == "")
    }

    @Test func unknownNamesAreListed() throws {
        let error = try #require(throws: EmulatorError.self) { try Dialect.parse("stale-list, wraped-list") }
        #expect(error.description.hasPrefix("unknown dialect \"wraped-list\"; known are wrapped-list, "))
        #expect(try Dialect.parse("stale-list,wrapped-list ") == [.staleList, .wrappedList])
        #expect(try Dialect.parse("") == [])
    }
}

import HTTPServer
import JSON
import Testing

@testable import Emulator

@Suite struct ConnectionTests {
    @Test func createsReadsAndLists() async throws {
        let harness = try Harness()
        let first = try await harness.create(#"{"name":"A","primary_key":"id","description":" x "}"#)
        let second = try await harness.create(#"{"name":"A","primary_key":"sku"}"#)
        #expect(first != second)
        #expect(UUIDText.normal(first) == first)
        let one = await harness.send("GET", "/connections/\(first)")
        #expect(
            one.text
                == #"{"data_connection_uuid":"\#(first)","name":"A","primary_key":"id","description":" x ","external_api_details":null}"#
        )
        let list = await harness.send("GET", "/connections")
        #expect(list.document.arrayValue?.map { $0["data_connection_uuid"]?.stringValue } == [first, second])
    }

    @Test func putChangesWhatItCarries() async throws {
        let harness = try Harness()
        let uuid = try await harness.create(#"{"name":"A","primary_key":"id","description":"d"}"#)
        let answer = await harness.send("PUT", "/connections/\(uuid)", #"{"name":"B"}"#)
        #expect(answer.status == 200)
        #expect(answer.document["name"] == "B")
        #expect(answer.document["description"] == "d")
        let cleared = await harness.send("PUT", "/connections/\(uuid)", #"{"description":null}"#)
        #expect(cleared.document["description"] == .null)
        #expect(cleared.document["name"] == "B")
    }

    @Test func putCannotChangeThePrimaryKey() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        let same = await harness.send("PUT", "/connections/\(uuid)", #"{"primary_key":"id"}"#)
        #expect(same.status == 200)
        let other = await harness.send("PUT", "/connections/\(uuid)", #"{"primary_key":"x","name":"new"}"#)
        #expect(other.status == 422)
        #expect(other.locs == [#"["body","primary_key"]"#])
        let after = await harness.send("GET", "/connections/\(uuid)")
        #expect(after.document["name"] == "n")
    }

    @Test func deleteRemovesAll() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        #expect(await harness.send("DELETE", "/connections/\(uuid)").status == 204)
        for (method, path) in [("GET", ""), ("DELETE", ""), ("GET", "/schema"), ("GET", "/references")] {
            let gone = await harness.send(method, "/connections/\(uuid)\(path)")
            #expect(gone.status == 404)
            #expect(gone.text == #"{"detail":"Data Connection not found"}"#)
        }
        #expect(await harness.send("GET", "/connections").text == "[]")
    }

    @Test func createListsEveryProblemAndEchoesTheInput() async throws {
        let harness = try Harness()
        let answer = await harness.send("POST", "/connections", #"{"name":"","description":7}"#)
        #expect(answer.status == 422)
        #expect(
            answer.locs == [#"["body","name"]"#, #"["body","primary_key"]"#, #"["body","description"]"#])
        #expect(answer.document["detail"]?[1]?["input"]?["description"] == 7)
        #expect(answer.document["detail"]?[0]?["ctx"] == ["min_length": 1])
    }

    @Test(arguments: [
        (#"{"http_method":"GET"}"#, #"["body","external_api_details","url"]"#),
        (#"{"url":"https://h"}"#, #"["body","external_api_details","http_method"]"#),
        (#"{"url":"ftp://h","http_method":"GET"}"#, #"["body","external_api_details","url"]"#),
        (#"{"url":"https://h","http_method":"G T"}"#, #"["body","external_api_details","http_method"]"#),
        (
            #"{"url":"https://h","http_method":"GET","headers":{"A":1}}"#,
            #"["body","external_api_details","headers","A"]"#
        ),
        (#"{"url":"https://h","http_method":"GET","body":[]}"#, #"["body","external_api_details","body"]"#),
        (#"{"url":"https://h","http_method":"GET","ttl":-1}"#, #"["body","external_api_details","ttl"]"#),
        (#"{"url":"https://h","http_method":"GET","timeout":0}"#, #"["body","external_api_details","timeout"]"#),
        (#"{"url":"https://h","http_method":"GET","retries":"1"}"#, #"["body","external_api_details","retries"]"#),
        (
            #"{"url":"https://h","http_method":"GET","is_batch_endpoint":0}"#,
            #"["body","external_api_details","is_batch_endpoint"]"#
        ),
        (
            #"{"url":"https://h/{a}","http_method":"GET"}"#,
            #"["body","external_api_details","sample_placeholder_values","a"]"#
        ),
        (
            #"{"url":"https://h","http_method":"POST","body":{"x":[{"y":"{deep}"}]}}"#,
            #"["body","external_api_details","sample_placeholder_values","deep"]"#
        ),
        (#"[]"#, #"["body","external_api_details"]"#),
    ])
    func refusesDetails(details: String, loc: String) async throws {
        let harness = try Harness()
        let answer = await harness.send("POST", "/connections", apiBody(details))
        #expect(answer.status == 422)
        #expect(answer.locs == [loc])
    }

    @Test func detailsComeBackAsSentWithTheDefaultTTL() async throws {
        let harness = try Harness()
        let details =
            #"{"http_method":"POST","url":"https://h/{a}","headers":{"X":"{a}"},"body":{"n":1.50},"sample_placeholder_values":{"a":1}}"#
        let uuid = try await harness.create(apiBody(details))
        let answer = await harness.send("GET", "/connections/\(uuid)")
        #expect(answer.document["external_api_details"]?.compactText == details.dropLast() + #","ttl":30}"#)
    }

    @Test func queryOfAPIBasedConnectionIsNotEmulated() async throws {
        let harness = try Harness()
        let uuid = try await harness.create(
            apiBody(#"{"url":"https://h/{a}","http_method":"GET","sample_placeholder_values":{"a":1}}"#))
        let missing = await harness.send("POST", "/connections/\(uuid)/query", "{}")
        #expect(missing.locs == [#"["body","placeholder_values","a"]"#])
        let query = await harness.send("POST", "/connections/\(uuid)/query", #"{"placeholder_values":{"a":2}}"#)
        #expect(query.status == 502)
        #expect(query.text.contains("external"))
        let upload = await harness.send("POST", "/connections/\(uuid)/upload_data", #"{"data":[{"id":1}]}"#)
        #expect(upload.status == 422)
    }
}

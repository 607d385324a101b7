import HTTPServer
import JSON
import Testing

@testable import Emulator

@Suite struct RowsTests {
    private static let batch = "11111111-1111-4111-8111-111111111111"

    @Test func recordsComeBackExactlyAsUploaded() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        let row = #"{"b":1.10,"id":"k","a":12345678901234567890,"e":"\u00e9é","n":{"z":[1,2.0e5]}}"#
        let upload = await harness.send("POST", "/connections/\(uuid)/upload_data", #"{"data": [\#(row)]}"#)
        #expect(upload.status == 200)
        #expect(upload.document["records"] == 1)
        #expect(UUIDText.normal(upload.document["batch_uuid"]?.stringValue ?? "") != nil)
        let query = await harness.send("POST", "/connections/\(uuid)/query", #"{"primary_key":"k"}"#)
        #expect(query.text == #"{"data":\#(row)}"#)
        #expect(await harness.rows(uuid) == row + "\n")
    }

    @Test func recordsAreReplacedWholeAndOthersStay() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        await harness.upload(uuid, #"{"data":[{"id":1,"a":1},{"id":2,"a":2}]}"#)
        await harness.upload(uuid, #"{"data":[{"id":"1","b":3},{"id":3}]}"#)
        #expect(await harness.rows(uuid) == "{\"id\":\"1\",\"b\":3}\n{\"id\":2,\"a\":2}\n{\"id\":3}\n")
    }

    @Test func keysOfOneTextAreOneKeyAndBytesCount() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        await harness.upload(uuid, "{\"data\":[{\"id\":1},{\"id\":\"1\"},{\"id\":\"\u{e9}\"},{\"id\":\"e\u{301}\"}]}")
        #expect(await harness.rows(uuid).split(separator: "\n").count == 3)
        let number = await harness.send("POST", "/connections/\(uuid)/query", #"{"primary_key":1}"#)
        let text = await harness.send("POST", "/connections/\(uuid)/query", #"{"primary_key":"1"}"#)
        #expect(number.text == #"{"data":{"id":"1"}}"#)
        #expect(text == number)
        let escaped = await harness.send("POST", "/connections/\(uuid)/query", #"{"primary_key":"\u0065\u0301"}"#)
        #expect(escaped.text == "{\"data\":{\"id\":\"e\u{301}\"}}")
        let missing = await harness.send("POST", "/connections/\(uuid)/query", #"{"primary_key":"4"}"#)
        #expect(missing.status == 404)
        #expect(missing.text == #"{"detail":"Record not found"}"#)
    }

    @Test func incompleteBatchIsInvisibleUntilItsCompletion() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        await harness.upload(uuid, #"{"data":[{"id":1,"v":"old"},{"id":9}]}"#)
        let part = #"{"data":[{"id":1,"v":"new"},{"id":2}],"batch_uuid":"\#(Self.batch)","batch_completed":false}"#
        for _ in 0..<2 { await harness.upload(uuid, part) }
        #expect(await harness.rows(uuid) == "{\"id\":1,\"v\":\"old\"}\n{\"id\":9}\n")
        let last = #"{"data":[{"id":3}],"batch_uuid":"\#(Self.batch.uppercased())","batch_completed":true}"#
        let answer = await harness.upload(uuid, last)
        #expect(answer.document["batch_uuid"]?.stringValue == Self.batch)
        let after = "{\"id\":1,\"v\":\"new\"}\n{\"id\":9}\n{\"id\":2}\n{\"id\":3}\n"
        #expect(await harness.rows(uuid) == after)
        for body in [last, part] { #expect(await harness.upload(uuid, body).status == 200) }
        #expect(await harness.rows(uuid) == after)
    }

    @Test func recordsExpire() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        await harness.upload(uuid, #"{"data":[{"id":1},{"id":2}],"ttl_seconds":10}"#)
        await harness.upload(uuid, #"{"data":[{"id":2}],"ttl_seconds":null}"#)
        harness.clock.advance(9.5)
        #expect(await harness.rows(uuid) == "{\"id\":1}\n{\"id\":2}\n")
        harness.clock.advance(0.5)
        #expect(await harness.rows(uuid) == "{\"id\":2}\n")
        #expect(await harness.send("POST", "/connections/\(uuid)/query", #"{"primary_key":1}"#).status == 404)
    }

    @Test func everyBadRecordIsNamed() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        let answer = await harness.upload(
            uuid, #"{"data":[{"id":1},{"x":1},7,{"id":null},{"id":""},{"id":true},{"id":[1]},{"id":-0.5}]}"#)
        #expect(answer.status == 422)
        #expect(
            answer.locs == [
                #"["body","data",1,"id"]"#, #"["body","data",2]"#, #"["body","data",3,"id"]"#,
                #"["body","data",4,"id"]"#, #"["body","data",5,"id"]"#, #"["body","data",6,"id"]"#,
            ])
        #expect(answer.document["detail"]?[0]?["type"] == "missing")
        #expect(answer.document["detail"]?[0]?["input"] == ["x": 1])
        #expect(await harness.rows(uuid) == "")
    }

    @Test(arguments: [
        ("", #"["body"]"#), ("[]", #"["body"]"#), ("7", #"["body"]"#), ("{}", #"["body","data"]"#),
        (#"{"data":{}}"#, #"["body","data"]"#), (#"{"data":null}"#, #"["body","data"]"#),
        (#"{"data":[],"ttl_seconds":0}"#, #"["body","ttl_seconds"]"#),
        (#"{"data":[],"ttl_seconds":"9"}"#, #"["body","ttl_seconds"]"#),
        (#"{"data":[],"batch_uuid":"x"}"#, #"["body","batch_uuid"]"#),
        (#"{"data":[],"batch_completed":1}"#, #"["body","batch_completed"]"#),
        (#"{"data":[}"#, #"["body",9]"#), (#"{"data":[]} x"#, #"["body",12]"#),
        ("{\"data\":[{\"id\":\"\u{1}\"}]}", #"["body",16]"#),
        (#"{"data":[{"id":01}]}"#, #"["body",16]"#), (#"{"data":[{"id":"\x"}]}"#, #"["body",18]"#),
    ])
    func refusesBodies(body: String, loc: String) async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        let answer = await harness.upload(uuid, body)
        #expect(answer.status == 422)
        #expect(answer.locs == [loc])
    }

    @Test(
        arguments: [[0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]])
    func refusesWhatIsNoUTF8(bad: [UInt8]) async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        let body = Array("{\"data\":[{\"id\":\"".utf8) + bad + Array("\"}]}".utf8)
        let answer = await harness.send("POST", "/connections/\(uuid)/upload_data", bytes: body)
        #expect(answer.status == 422)
        #expect(answer.document["detail"]?[0]?["type"] == "json_invalid")
    }

    @Test func takesFiveThousandRecordsAndNotOneMore() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        let most = (0..<5000).map { #"{"id":\#($0)}"# }
        let full = await harness.upload(uuid, #"{"data":[\#(most.joined(separator: ","))]}"#)
        #expect(full.document["records"] == 5000)
        let over = await harness.upload(uuid, #"{"data":[{"id":"x"},\#(most.joined(separator: ","))]}"#)
        #expect(over.status == 422)
        #expect(over.locs == [#"["body","data"]"#])
        #expect(over.document["detail"]?[0]?["type"] == "too_long")
        #expect(await harness.send("POST", "/connections/\(uuid)/query", #"{"primary_key":"x"}"#).status == 404)
    }

    @Test func prettyBodiesStayOneLineARow() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        await harness.upload(uuid, "{\r\n \"data\": [ {\n  \"id\" : 1\r\n } ,\n{\"\\u0069d\":2}]\n}\n")
        #expect(await harness.rows(uuid) == "{   \"id\" : 1   }\n{\"\\u0069d\":2}\n")
    }

    @Test func updateReplacesByPrimaryKey() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        await harness.upload(uuid, #"{"data":[{"id":1,"a":1},{"id":2,"a":2}]}"#)
        let answer = await harness.send(
            "PUT", "/connections/\(uuid)/update_data",
            #"[{"primary_key":1,"data":{"b":1.50},"ttl":5},{"primary_key":"2","data":{"id":2,"c":null}}]"#)
        #expect(answer.status == 200)
        #expect(await harness.rows(uuid) == "{\"id\":1,\"b\":1.50}\n{\"id\":2,\"c\":null}\n")
        harness.clock.advance(5)
        #expect(await harness.rows(uuid) == "{\"id\":2,\"c\":null}\n")
        let bad = await harness.send(
            "PUT", "/connections/\(uuid)/update_data",
            #"[{"data":{}},{"primary_key":1},{"primary_key":1,"data":{"id":2}},{"primary_key":1,"data":{},"ttl":0},3]"#)
        #expect(
            bad.locs == [
                #"["body",0,"primary_key"]"#, #"["body",1,"data"]"#, #"["body",2,"data","id"]"#, #"["body",3,"ttl"]"#,
                #"["body",4]"#,
            ])
    }

    @Test func deleteRemovesByPrimaryKey() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        await harness.upload(uuid, #"{"data":[{"id":1},{"id":2},{"id":"x"}]}"#)
        let answer = await harness.send(
            "DELETE", "/connections/\(uuid)/delete_data", #"{"primary_keys":["1",1,"x","none"]}"#)
        #expect(answer.text == #"{"records":2}"#)
        #expect(await harness.rows(uuid) == "{\"id\":2}\n")
        let bad = await harness.send("DELETE", "/connections/\(uuid)/delete_data", #"{"primary_keys":[null]}"#)
        #expect(bad.locs == [#"["body","primary_keys",0]"#])
        let none = await harness.send("DELETE", "/connections/\(uuid)/delete_data", "{}")
        #expect(none.locs == [#"["body","primary_keys"]"#])
    }

    @Test func queriesManyAtOnce() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        await harness.upload(uuid, #"{"data":[{"id":1,"v":1.0}]}"#)
        let answer = await harness.send(
            "POST", "/connections/\(uuid)/api_batch_query",
            #"{"queries":[{"primary_key":"1"},{"primary_key":2},{}]}"#)
        #expect(
            answer.text
                == #"{"results":[{"data":{"id":1,"v":1.0}},{"error":"Record not found"},{"error":"Field required"}]}"#)
        let empty = await harness.send("POST", "/connections/\(uuid)/api_batch_query", #"{"queries":[]}"#)
        #expect(empty.locs == [#"["body","queries"]"#])
    }

    @Test func schemaTellsTypes() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        await harness.upload(
            uuid,
            #"{"data":[{"id":1,"i":1,"n":1,"s":"","b":true,"o":{},"a":[],"z":null,"m":1,"y":null},"#
                + #"{"id":"2","n":1.5,"m":"x","y":"late"}]}"#)
        let answer = await harness.send("GET", "/connections/\(uuid)/schema")
        let types = (answer.document["fields"]?.arrayValue ?? []).map {
            "\($0["name"]?.stringValue ?? "")=\($0["type"]?.stringValue ?? "")"
        }
        #expect(
            types == [
                "id=mixed", "i=integer", "n=number", "s=string", "b=boolean", "o=object", "a=array", "z=null",
                "m=mixed", "y=string",
            ])
    }

    @Test func emarsysContentEchoesReferences() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        await harness.upload(uuid, #"{"data":[{"id":1,"name":"A","n":2.50,"deep":{},"list":[1]},{"id":2}]}"#)
        let answer = await harness.send(
            "POST", "/connections/\(uuid)/external-content/emarsys",
            #"{"parameters":[{"id":"1","list_id":"x"},{"other":"2"},{"id":"3"},{"a":"1","b":"2"}],"#
                + #""fields":["name","n","deep","list","none"],"limit":1}"#)
        #expect(answer.text == #"{"content":[{"id":"1","list_id":"x","name":"A","n":2.50},{"other":"2"}]}"#)
        let bad = await harness.send(
            "POST", "/connections/\(uuid)/external-content/emarsys",
            #"{"parameters":[{},{"id":1}],"fields":["a-b","1a"],"limit":0}"#)
        #expect(
            bad.locs == [
                #"["body","parameters",0]"#, #"["body","parameters",1,"id"]"#, #"["body","fields",0]"#,
                #"["body","fields",1]"#, #"["body","limit"]"#,
            ])
    }

    @Test func storeStaysCompactWhileRecordsAreReplaced() {
        var store = RowStore(slack: 10_000)
        let filler = String(repeating: "x", count: 1000)
        for round in 0..<200 {
            let rows = (0..<2).map { #"{"id":\#($0 + round % 2),"v":"\#(filler)"}"# }.joined(separator: ",")
            let body = Array(#"{"data":[\#(rows)]}"#.utf8)
            store.insert(UploadBody.rows(of: body, primaryKey: "id"), of: body, expires: [.infinity])
        }
        #expect(store.storedCount == 3)
        #expect(store.keptBytes < 20_000)
        #expect(store.row(RowKey(text: "2"), now: 0)?.count == 1015)
    }
}

extension Harness {
    @discardableResult
    func upload(_ uuid: String, _ body: String) async -> HTTPResponse {
        await send("POST", "/connections/\(uuid)/upload_data", body)
    }
}

import HTTPServer
import JSON
import Testing

@testable import Emulator

@Suite struct ServingTests {
    private static let someUUID = "33333333-3333-4333-8333-333333333333"

    @Test func keysAreRequired() async throws {
        let harness = try Harness()
        let bare = await harness.emulator.handle(
            HTTPRequest(method: "GET", target: Emulator.basePath + "/connections"))
        #expect(bare.status == 422)
        #expect(bare.locs == [#"["header","x-api-key"]"#, #"["header","x-brand-key"]"#])
        let empty = await harness.emulator.handle(
            HTTPRequest(
                method: "GET", target: Emulator.basePath + "/connections",
                headers: ["x-api-key": "", "x-brand-key": "b"]))
        #expect(empty.locs == [#"["header","x-api-key"]"#])
    }

    @Test func wrongKeysAreEchoedAsFastAPIDoes() async throws {
        let harness = try Harness { $0.acceptedBrandKeys = ["other"] }
        let answer = await harness.send("GET", "/connections")
        #expect(answer.locs == [#"["header","x-brand-key"]"#])
        #expect(answer.document["detail"]?[0]?["input"] == "b-secret")
    }

    @Test(arguments: [
        ("GET", "/", 404), ("GET", "/nothing", 404), ("GET", "/connections/", 404),
        ("GET", "/connections/\(someUUID)/nothing", 404), ("DELETE", "/connections", 405),
        ("POST", "/connections/\(someUUID)", 405), ("HEAD", "/connections", 405),
        ("GET", "/connections/\(someUUID)/upload_data", 405), ("POST", "/connections/\(someUUID)/delete_data", 405),
        ("GET", "/connections/\(someUUID)/references/\(someUUID)", 405), ("GET", "/connections/\(someUUID)", 404),
    ])
    func pathsAndMethods(method: String, path: String, status: Int) async throws {
        let harness = try Harness()
        let answer = await harness.send(method, path)
        #expect(answer.status == status)
        #expect((answer.headers["Allow"] != nil) == (status == 405))
    }

    @Test func uuidsAreChecked() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        #expect(await harness.send("GET", "/connections/\(uuid.uppercased())").status == 200)
        #expect(await harness.send("GET", "/connections/\(uuid.filter { $0 != "-" })").status == 200)
        for bad in ["7", "\(uuid)0", "-\(uuid)", "g\(uuid.dropFirst())"] {
            let answer = await harness.send("GET", "/connections/\(bad)")
            #expect(answer.locs == [#"["path","data_connection_uuid"]"#])
            #expect(answer.document["detail"]?[0]?["input"]?.stringValue == bad)
        }
        let reference = await harness.send("DELETE", "/connections/\(uuid)/references/x")
        #expect(reference.locs == [#"["path","reference_uuid"]"#])
    }

    @Test func bodiesMustBeJSON() async throws {
        let harness = try Harness()
        let headers: HTTPHeaders = ["x-api-key": "a", "x-brand-key": "b", "Content-Type": "text/plain"]
        let plain = await harness.emulator.handle(
            HTTPRequest(
                method: "POST", target: Emulator.basePath + "/connections", headers: headers, body: Array("{}".utf8)))
        #expect(plain.locs == [#"["body"]"#])
        #expect(await harness.send("POST", "/connections").locs == [#"["body"]"#])
        #expect(await harness.send("POST", "/connections", "{").locs == [#"["body",1]"#])
        #expect(await harness.send("POST", "/connections", "[]").locs == [#"["body"]"#])
    }

    @Test func largeBodiesAreRefused() async throws {
        let harness = try Harness { $0.maxBodyBytes = 100 }
        let uuid = try await harness.create()
        let body = #"{"data":[{"id":1,"v":"\#(String(repeating: "x", count: 100))"}]}"#
        #expect(await harness.upload(uuid, body).status == 413)
        #expect(await harness.rows(uuid) == "")
    }

    @Test func requestsAreListedWithoutSecrets() async throws {
        let harness = try Harness { $0.faults = try! FaultPlan(parsing: "cut_after@2") }
        _ = await harness.send("GET", "/connections?token=q-secret")
        _ = await harness.send("POST", "/connections", #"{"name":"n","primary_key":"id"}"#)
        _ = await harness.send("GET", "/nothing")
        _ = await harness.admin("GET", "stats")
        let answer = await harness.admin("GET", "requests")
        #expect(!answer.text.contains("secret"))
        let lines = (answer.document["requests"]?.arrayValue ?? []).map(\.compactText)
        #expect(
            lines == [
                #"{"number":1,"method":"GET","path":"/api/data-connections/v1/connections","body_bytes":0,"fault":null,"status":200}"#,
                #"{"number":2,"method":"POST","path":"/api/data-connections/v1/connections","body_bytes":31,"fault":"cut_after","status":200}"#,
                #"{"number":3,"method":"GET","path":"/api/data-connections/v1/nothing","body_bytes":0,"fault":null,"status":404}"#,
            ])
        let stats = await harness.admin("GET", "stats").document
        #expect(stats["requests"] == 3)
        #expect(stats["statuses"] == ["200": 2, "404": 1])
        #expect(stats["faults"] == ["cut_after": 1])
    }

    @Test func oldRequestsAreDropped() async throws {
        let harness = try Harness { $0.maxLoggedRequests = 3 }
        for _ in 0..<8 { _ = await harness.send("GET", "/connections") }
        let answer = await harness.admin("GET", "requests").document
        let numbers = (answer["requests"]?.arrayValue ?? []).compactMap { $0["number"]?.intValue }
        #expect(numbers.last == 8)
        #expect(numbers.count <= 6)
        #expect(answer["dropped"]?.intValue == 8 - numbers.count)
        #expect(answer["requests"]?.arrayValue?.allSatisfy { $0["status"] == 200 } == true)
    }

    @Test func connectionsAreShownWhole() async throws {
        let harness = try Harness(.bareListItems, .maskedHeaders)
        let uuid = try await harness.create()
        await harness.upload(uuid, #"{"data":[{"id":1}]}"#)
        await harness.upload(
            uuid, #"{"data":[{"id":2},{"id":3}],"batch_uuid":"\#(Self.someUUID)","batch_completed":false}"#)
        _ = await harness.send(
            "POST", "/connections/\(uuid)/references", #"{"reference_type":"sms","reference_id":"9"}"#)
        let shown = await harness.admin("GET", "connections").document["connections"]?[0]
        #expect(shown?["rows"] == 1)
        #expect(shown?["open_batches"] == [Self.someUUID: 2])
        #expect(shown?["references"]?[0]?["reference_id"] == "9")
    }

    @Test func dialectsAndClockAreSetOverHTTP() async throws {
        let harness = try Harness()
        let uuid = try await harness.create()
        await harness.upload(uuid, #"{"data":[{"id":1}],"ttl_seconds":60}"#)
        #expect(await harness.admin("POST", "dialects", #"{"dialects":["wrapped-list"]}"#).status == 200)
        #expect(await harness.send("GET", "/connections").document["connections"] != nil)
        let bad = await harness.admin("POST", "dialects", #"{"dialects":["x"]}"#)
        #expect(bad.status == 400)
        #expect(bad.text.contains("known are wrapped-list"))
        #expect(await harness.admin("POST", "clock", #"{"advance":60}"#).status == 200)
        #expect(await harness.rows(uuid) == "")
    }

    @Test func resetForgetsEverything() async throws {
        let harness = try Harness(.wrappedList) { $0.faults = try! FaultPlan(parsing: "error_before@3") }
        _ = try await harness.create()
        _ = await harness.admin("POST", "dialects", #"{"dialects":[]}"#)
        #expect(await harness.admin("POST", "reset").status == 200)
        let statuses = [
            await harness.send("GET", "/connections"), await harness.send("GET", "/connections"),
            await harness.send("GET", "/connections"),
        ]
        #expect(statuses.map(\.status) == [200, 200, 503])
        #expect(statuses[0].text == #"{"connections":[]}"#)
    }

    @Test func unknownAdminPathsListWhatIsThere() async throws {
        let harness = try Harness()
        let answer = await harness.admin("GET", "nothing")
        #expect(answer.status == 404)
        #expect(answer.text.contains("requests, stats"))
        #expect(await harness.admin("GET", "rows/\(Self.someUUID)").status == 404)
        #expect(await harness.admin("GET", "rows/x").status == 400)
    }
}

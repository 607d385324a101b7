import HTTPServer
import JSON
import Platform
import Synchronization
import Testing

@testable import Emulator

/// `--external live`: test calls and queries against a real server on loopback.
@Suite struct ExternalTests {
    /// An external API that answers from a closure, with the number of the request from 1, and keeps what came.
    private final class API: Sendable {
        private final class Sink: Sendable { let requests = Mutex<[HTTPRequest]>([]) }
        private let server: HTTPServer
        private let sink: Sink
        let port: UInt16

        init(_ answer: @escaping @Sendable (HTTPRequest, Int) async -> HTTPResponse) throws {
            let sink = Sink()
            self.sink = sink
            server = HTTPServer { request in
                let number = sink.requests.withLock { requests in
                    requests.append(request)
                    return requests.count
                }
                return await answer(request, number)
            }
            port = try server.start()
        }

        var url: String { "http://127.0.0.1:\(port)" }
        var requests: [HTTPRequest] { sink.requests.withLock(\.self) }
        func stop() async { await server.stop() }
    }

    private static func emulator(now: @escaping @Sendable () -> Double = { 1_000_000 }) throws -> Emulator {
        var options = EmulatorOptions()
        options.fetchesExternally = true
        options.now = now
        return try Emulator(options: options)
    }

    private static func send(
        _ emulator: Emulator, _ method: String, _ path: String, _ body: JSONValue
    ) async -> (status: Int, json: JSONValue) {
        let response = await emulator.handle(
            HTTPRequest(
                method: method, target: Emulator.basePath + path,
                headers: ["x-api-key": "a", "x-brand-key": "b", "Content-Type": "application/json"],
                body: Array(body.compactText.utf8)))
        return (response.status, (try? JSONValue.parse(response.body)) ?? .null)
    }

    private static func create(_ emulator: Emulator, _ details: JSONValue) async -> (status: Int, json: JSONValue) {
        await send(
            emulator, "POST", "/connections", ["name": "Stock", "primary_key": "sku", "external_api_details": details])
    }

    private static func made(_ emulator: Emulator, _ details: JSONValue) async throws -> String {
        let answer = await create(emulator, details)
        #expect(answer.status == 200, "\(answer.json)")
        return "/connections/" + (try #require(answer.json["data_connection_uuid"]?.stringValue))
    }

    @Test func placeholdersAreFilledInEverywhere() async throws {
        let api = try API { _, _ in .json(["stock": 3]) }
        let emulator = try Self.emulator()
        let path = try await Self.made(
            emulator,
            [
                "url": .string(api.url + "/items/{sku}?in={place}"), "http_method": "POST",
                "headers": ["X-For": "{sku}"], "body": ["deep": [["name": "is {sku}"], 5], "{sku}": true],
                "sample_placeholder_values": ["sku": "sample", "place": "x"],
            ])
        let answer = await Self.send(
            emulator, "POST", path + "/query",
            ["placeholder_values": ["sku": "a/b?c=ü&{place}", "place": "d e"]])
        #expect(answer.status == 200)
        #expect(answer.json == ["data": ["stock": 3]])
        #expect(api.requests.map(\.method) == ["POST", "POST"])
        #expect(api.requests[0].target == "/items/sample?in=x")
        #expect(api.requests[1].target == "/items/a%2Fb%3Fc%3D%C3%BC%26%7Bplace%7D?in=d%20e")
        let body = try JSONValue.parse(api.requests[1].body)
        #expect(body == ["deep": [["name": "is a/b?c=ü&{place}"], 5], "{sku}": true])
        await api.stop()
    }

    @Test(arguments: [
        (HTTPResponse(status: 500), "it answered 500"), (HTTPResponse(status: 404), "it answered 404"),
        (HTTPResponse(status: 200, body: Array("<html>".utf8)), "not JSON"),
        (HTTPResponse(status: 302, headers: ["Location": "http://localhost.invalid/"]), "redirects to another host"),
        (HTTPResponse(status: 200, body: Array(repeating: 0x20, count: 2_100_000)), "larger than 2 MB"),
        (.cut, "no answer"),
    ])
    func aTestCallThatFailsRefusesTheConnection(response: HTTPResponse, words: String) async throws {
        let api = try API { _, _ in response }
        let emulator = try Self.emulator()
        let answer = await Self.create(emulator, ["url": .string(api.url + "/x"), "http_method": "GET"])
        #expect(answer.status == 422)
        #expect(answer.json.compactText.contains(words), "\(answer.json.compactText)")
        let list = await Self.send(emulator, "GET", "/connections", .null)
        #expect(list.json == [])
        await api.stop()
    }

    @Test func whatMayPassIsTriedAgain() async throws {
        let api = try API { _, number in number < 3 ? HTTPResponse(status: 503) : .json(["a": 1]) }
        let emulator = try Self.emulator()
        _ = try await Self.made(emulator, ["url": .string(api.url + "/x"), "http_method": "GET", "retries": 2])
        #expect(api.requests.count == 3)
        await api.stop()
    }

    @Test func whatDoesNotPassIsNotTriedAgain() async throws {
        let api = try API { _, _ in HTTPResponse(status: 404) }
        let emulator = try Self.emulator()
        _ = await Self.create(emulator, ["url": .string(api.url + "/x"), "http_method": "GET", "retries": 5])
        #expect(api.requests.count == 1)
        await api.stop()
    }

    @Test func answersAreKeptForTheirTTL() async throws {
        let api = try API { _, number in .json(["n": .number("\(number)")]) }
        let clock = Clock()
        let emulator = try Self.emulator(now: { clock.now.withLock(\.self) })
        let path = try await Self.made(
            emulator,
            [
                "url": .string(api.url + "/{id}"), "http_method": "GET", "ttl": 60,
                "sample_placeholder_values": ["id": "s"],
            ])
        func ask(_ id: String) async -> JSONValue? {
            await Self.send(emulator, "POST", path + "/query", ["placeholder_values": ["id": .string(id)]]).json[
                "data"]?["n"]
        }
        #expect(await ask("a") == 2)
        #expect(await ask("a") == 2)
        #expect(await ask("b") == 3)
        clock.now.withLock { $0 += 61 }
        #expect(await ask("a") == 4)
        await api.stop()
    }

    private final class Clock: Sendable { let now = Mutex(1_000_000.0) }

    @Test func nothingIsKeptWithATTLOfNought() async throws {
        let api = try API { _, number in .json(["n": .number("\(number)")]) }
        let emulator = try Self.emulator()
        let path = try await Self.made(emulator, ["url": .string(api.url + "/x"), "http_method": "GET", "ttl": 0])
        for expected in 2...3 {
            let answer = await Self.send(emulator, "POST", path + "/query", ["placeholder_values": [:]])
            #expect(answer.json["data"]?["n"] == .number("\(expected)"))
        }
        await api.stop()
    }

    @Test func aBatchEndpointGetsManySetsAtOnce() async throws {
        let api = try API { request, number in
            if number == 1 { return .json(["sample": true]) }
            let sets = (try? JSONValue.parse(request.body))?.arrayValue ?? []
            return .json(.array(sets.map { ["is": $0["id"] ?? .null] }))
        }
        let emulator = try Self.emulator()
        let path = try await Self.made(
            emulator,
            [
                "url": .string(api.url + "/many"), "http_method": "POST", "body": ["id": "{id}"],
                "is_batch_endpoint": true, "sample_placeholder_values": ["id": "s"],
            ])
        let answer = await Self.send(
            emulator, "POST", path + "/api_batch_query",
            ["queries": [["placeholder_values": ["id": "a"]], [:], ["placeholder_values": ["id": "b"]]]])
        #expect(api.requests.count == 2)
        let results = answer.json["results"]?.arrayValue ?? []
        #expect(results.count == 3)
        #expect(results[0] == ["data": ["is": "a"]])
        #expect(results[1]["error"] != nil)
        #expect(results[2] == ["data": ["is": "b"]])
        await api.stop()
    }

    @Test func emarsysGetsItsItemsFromThere() async throws {
        let api = try API { _, _ in .json([["name": "Ada", "tags": ["x"]], ["name": "Bob"]]) }
        let emulator = try Self.emulator()
        let path = try await Self.made(
            emulator,
            [
                "url": .string(api.url + "/{user}"), "http_method": "GET", "sample_placeholder_values": ["user": "s"],
            ])
        let answer = await Self.send(
            emulator, "POST", path + "/external-content/emarsys",
            ["parameters": [["user": "u1"]], "fields": ["name", "tags"], "limit": 1])
        #expect(answer.json == ["content": [["user": "u1", "name": "Ada"]]])
        await api.stop()
    }

    @Test func withoutItNobodyIsAsked() async throws {
        let api = try API { _, _ in .json([:]) }
        let emulator = try Emulator()
        let path = try await Self.made(emulator, ["url": .string(api.url + "/x"), "http_method": "GET"])
        let answer = await Self.send(emulator, "POST", path + "/query", ["placeholder_values": [:]])
        #expect(answer.status == 502)
        #expect(answer.json.compactText.contains("--external live"))
        #expect(api.requests.isEmpty)
        await api.stop()
    }
}

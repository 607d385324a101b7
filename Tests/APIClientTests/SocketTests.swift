import Foundation
import HTTPServer
import JSON
import Model
import Platform
import Synchronization
import TestSupport
import Testing

@testable import APIClient

/// The client against a real server: what URLSession does of its own accord.
@Suite struct SocketTests {
    private let once = RetryPolicy(maxAttempts: 1)
    private let gzipped = [UInt8](
        Data(
            base64Encoded:
                "H4sIAAAAAAACA02NQQoCMQxFrzJ0bRc6FcRTeIMQ2gjBTlrSFhwG724DLnybwH/h/8Ml7AixiFDsXATG4OTuizv/8JeJD+u6+lsIwV//cKfFCW5k/w8tT87ULKvKG+oOL9pNjUYKs3WaRC0qV1sy0+ndLZ6HVDADVoZEHTm36WXk/PkC/dDYsaMAAAA="
        )!)

    @Test func requestsCarryTheirHeaders() async throws {
        let service = try Service { _, _ in .json(shownConnection) }
        let client = try service.client()
        _ = try await client.connection(uuid)
        _ = try await client.update(uuid, to: definition())
        let requests = service.requests
        #expect(requests.map(\.method) == ["GET", "PUT"])
        #expect(requests[0].target == "/v1/connections/\(uuid)")
        for request in requests {
            #expect(request.headers["x-api-key"] == "api-key-0123456789")
            #expect(request.headers["x-brand-key"] == "brand-key-0123456789")
            #expect(request.headers["user-agent"] == "reconcile/test")
            #expect(request.headers["accept"] == "application/json")
            #expect(request.headers["accept-encoding"]?.contains("gzip") == true)
            #expect(request.headers["cookie"] == nil)
        }
        #expect(requests[1].headers["content-type"] == "application/json")
        client.invalidate()
        await service.stop()
    }

    /// Whoever is told of changes gets a document, and neither keys nor a redirect.
    @Test func aWebhookGetsNoKeys() async throws {
        let service = try Service { _, number in number == 1 ? .json("{}") : HTTPResponse(status: 302) }
        let address = "http://127.0.0.1:\(service.port)/hook/secret-part"
        let webhook = try Webhook(address, userAgent: "reconcile/test", time: SystemTime())
        #expect(webhook.destination == "http://127.0.0.1")
        #expect(await webhook.post(["text": "hello"]) == nil)
        let request = try #require(service.requests.first)
        #expect(request.method == "POST" && request.target == "/hook/secret-part")
        #expect(request.headers["x-api-key"] == nil && request.headers["x-brand-key"] == nil)
        #expect(String(decoding: request.body, as: UTF8.self) == #"{"text":"hello"}"#)
        #expect(await webhook.post(["text": "again"]) == "it answered 302")
        await service.stop()
        let problem = await webhook.post(["text": "gone"])
        #expect(problem != nil && problem?.contains("secret-part") == false)
        for wrong in ["http://example.com/x", "ftp://example.com", "https://user:pw@example.com/", "nowhere"] {
            #expect(throws: Diagnostic.self) { try Webhook(wrong, userAgent: "t", time: SystemTime()) }
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func redirectsAreNotFollowedAndKeysStay(status: Int) async throws {
        let elsewhere = try Service { _, _ in .json(shownConnection) }
        let service = try Service { _, _ in
            HTTPResponse(status: status, headers: ["Location": "http://127.0.0.1:\(elsewhere.port)/x"])
        }
        let client = try service.client()
        for error in [
            await failure { try await client.connection(uuid) },
            await failure { try await client.update(uuid, to: definition()) },
            await failure { try await client.create(definition()) },
            await failure { try await client.delete(uuid) },
        ] {
            #expect(error?.kind == .redirect)
            #expect(error?.status == status)
        }
        #expect(service.requests.count == 4)
        #expect(elsewhere.requests.isEmpty)
        client.invalidate()
        await service.stop()
        await elsewhere.stop()
    }

    @Test func cookiesAreNotKept() async throws {
        let service = try Service { _, _ in .json(shownConnection).with("Set-Cookie", "a=b; Path=/") }
        let client = try service.client()
        _ = try await client.connection(uuid)
        _ = try await client.connection(uuid)
        #expect(service.requests.allSatisfy { $0.headers["cookie"] == nil })
        client.invalidate()
        await service.stop()
    }

    @Test func connectionsAreKeptButForCreates() async throws {
        // A second connection at the same time would get a 503.
        var limits = HTTPLimits()
        limits.connections = 1
        let service = try Service(limits: limits) { _, _ in .json(shownConnection) }
        let client = try service.client(retry: once)
        for _ in 0..<3 { _ = try await client.connection(uuid) }
        let error = await failure { try await client.create(definition()) }
        // Whether the 503 or the end of the connection is noticed first is the kernel's choice.
        #expect(error?.kind == .unavailable || error?.kind == .unreachable)
        #expect(service.requests.count == 3)
        client.invalidate()
        await service.stop()
    }

    @Test func aCreateIsSentOnceThoughTheConnectionIsCut() async throws {
        let service = try Service { request, _ in request.method == "GET" ? .json(shownConnection) : .cut }
        let client = try service.client()
        _ = try await client.connection(uuid)
        let error = await failure { try await client.create(definition()) }
        #expect(error?.kind == .unreachable)
        #expect(error?.mayHaveTakenEffect == true)
        #expect(service.requests.map(\.method) == ["GET", "POST"])
        client.invalidate()
        await service.stop()
    }

    @Test func anUploadOverADeadConnectionIsSentAgainWhole() async throws {
        let service = try Service { request, number in number == 2 ? .cut : .json(shownConnection) }
        let client = try service.client()
        _ = try await client.connection(uuid)
        let upload = upload(bytes: 100_000)
        try await client.upload(upload)
        let posts = service.requests.filter { $0.method == "POST" }
        #expect(posts.count == 2)
        #expect(posts.allSatisfy { $0.body == Array(upload.body) })
        client.invalidate()
        await service.stop()
    }

    @Test func anUpdateOverADeadConnectionIsSentAgain() async throws {
        let service = try Service { request, number in number == 2 ? .cut : .json(shownConnection) }
        let client = try service.client()
        _ = try await client.connection(uuid)
        _ = try await client.update(uuid, to: definition())
        try await client.delete(uuid)
        #expect(service.requests.map(\.method) == ["GET", "PUT", "PUT", "DELETE"])
        client.invalidate()
        await service.stop()
    }

    @Test func aTruncatedAnswerIsReadAgain() async throws {
        let service = try Service { _, number in
            number == 1 ? .json(shownConnection).delivered(.truncated(20)) : .json(shownConnection)
        }
        let client = try service.client()
        #expect(try await client.connection(uuid).name == "Profiles")
        #expect(service.requests.count == 2)
        client.invalidate()
        await service.stop()
    }

    @Test func aTruncatedErrorKeepsItsStatus() async throws {
        let service = try Service { _, _ in .json(#"{"detail": "no"}"#, status: 422).delivered(.truncated(5)) }
        let client = try service.client()
        let error = await failure { try await client.create(definition()) }
        #expect(error?.kind == .rejected)
        client.invalidate()
        await service.stop()
    }

    @Test func compressedAnswersAreRead() async throws {
        let service = try Service { _, _ in
            HTTPResponse(
                status: 200, headers: ["Content-Type": "application/json", "Content-Encoding": "gzip"],
                body: gzipped)
        }
        let client = try service.client()
        #expect(try await client.connection(uuid).name == "Profiles")
        client.invalidate()
        await service.stop()
    }

    @Test func anAnswerThatIsTooLongIsThrownAway() async throws {
        let service = try Service { _, _ in .json("\"" + String(repeating: "x", count: 2 << 20) + "\"") }
        let client = try service.client()
        let error = await failure { try await client.connection(uuid) }
        #expect(error?.kind == .invalidAnswer)
        #expect(error?.cause.contains("longer than such an answer may be") == true)
        #expect(service.requests.count == 1)
        client.invalidate()
        await service.stop()
    }

    @Test func anAnswerThatTakesTooLongIsCut() async throws {
        let service = try Service { _, _ in .json(shownConnection) }
        // Each look at the clock finds an hour gone.
        let client = try service.client(time: ManualTime(step: 3600), retry: once)
        let error = await failure { try await client.connection(uuid) }
        #expect(error?.kind == .invalidAnswer)
        #expect(error?.cause.contains("no end of it within 300 s") == true)
        client.invalidate()
        await service.stop()
    }

    @Test func silenceIsATimeout() async throws {
        let (never, release) = AsyncStream<Void>.makeStream()
        let service = try Service { _, _ in
            for await _ in never {}
            return .json("{}")
        }
        let client = try service.client(idleTimeout: 0.1, retry: once)
        let error = await failure { try await client.upload(upload(bytes: 2)) }
        #expect(error?.kind == .unreachable)
        #expect(error?.mayHaveTakenEffect == true)
        release.finish()
        client.invalidate()
        await service.stop()
    }

    @Test func cancellingTheTaskEndsTheRequest() async throws {
        let (never, release) = AsyncStream<Void>.makeStream()
        let (arrived, arrive) = AsyncStream<Void>.makeStream()
        let service = try Service { _, _ in
            arrive.finish()
            for await _ in never {}
            return .json("{}")
        }
        let client = try service.client()
        let task = Task { await failure { try await client.delete(uuid) } }
        for await _ in arrived {}
        task.cancel()
        let error = await task.value
        #expect(error?.kind == .cancelled)
        #expect(error?.mayHaveTakenEffect == true)
        release.finish()
        client.invalidate()
        await service.stop()
    }

    @Test func cancellingAtAnyMomentEndsTheRequest() async throws {
        let service = try Service { _, _ in .json(shownConnection) }
        let client = try service.client()
        for number in 0..<60 {
            let task = Task { await failure { try await client.connection(uuid) } }
            for _ in 0..<number { await Task.yield() }
            task.cancel()
            let error = await task.value
            #expect(error == nil || error?.kind == .cancelled)
        }
        client.invalidate()
        await service.stop()
    }

    @Test func a401WithAChallengeIsAuthentication() async throws {
        let service = try Service { _, _ in
            HTTPResponse.json(#"{"detail": "expired"}"#, status: 401).with("WWW-Authenticate", "Basic realm=\"x\"")
        }
        let client = try service.client()
        let error = await failure { try await client.listConnections() }
        #expect(error?.kind == .authentication)
        #expect(error?.cause.contains("expired") == true)
        #expect(service.requests.count == 1)
        client.invalidate()
        await service.stop()
    }

    @Test func aServerThatRefusesALargeBodyEarlyIsHeard() async throws {
        var limits = HTTPLimits()
        limits.bodyBytes = 1 << 20
        let service = try Service(limits: limits) { _, _ in .json("{}") }
        let client = try service.client(retry: once)
        let error = await failure { try await client.upload(upload(bytes: 8 << 20)) }
        #expect(error?.kind == .tooLarge)
        client.invalidate()
        await service.stop()
    }

    @Test func aLargeBodyArrivesWhole() async throws {
        let service = try Service { _, _ in .json("{}") }
        let client = try service.client()
        let upload = upload(bytes: 8 << 20)
        try await client.upload(upload)
        #expect(service.requests.first?.body == Array(upload.body))
        #expect(client.statistics.bytesSent == upload.body.count)
        client.invalidate()
        await service.stop()
    }

    @Test func anUploadSaysWhenItsBodyIsOutAndWhenItIsRepeated() async throws {
        let service = try Service { _, number in number == 1 ? .json("{}", status: 503) : .json("{}") }
        let client = try service.client()
        let events = Mutex<[UploadRequest.Event]>([])
        var upload = upload(bytes: 300_000)
        upload.onEvent = { event in events.withLock { $0.append(event) } }
        try await client.upload(upload)
        #expect(events.withLock { $0 } == [.bodySent, .repeated, .bodySent])
        client.invalidate()
        await service.stop()
    }

    @Test func aClientGoesOnAfterInvalidating() async throws {
        let service = try Service { _, _ in .json(shownConnection) }
        let client = try service.client()
        _ = try await client.connection(uuid)
        client.invalidate()
        client.invalidate()
        _ = try await client.connection(uuid)
        #expect(service.requests.count == 2)
        client.invalidate()
        await service.stop()
    }

    @Test func manyRequestsGoSideBySide() async throws {
        let service = try Service { request, _ in .json(connectionJSON(request.pathSegments[2])) }
        let client = try service.client()
        let names = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<100 { group.addTask { try await client.connection("c\(number)").uuid } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(names.count == 100)
        client.invalidate()
        await service.stop()
    }

    @Test func nobodyListeningIsUnreachable() async throws {
        let service = try Service { _, _ in .json("{}") }
        await service.stop()
        let time = ManualTime()
        let client = try service.client(time: time)
        let error = await failure { try await client.create(definition()) }
        #expect(error?.kind == .unreachable)
        #expect(error?.mayHaveTakenEffect == false)
        #expect(error?.attempts ?? 0 > 2)
        #expect(time.slept.reduce(0, +) <= 8)
        client.invalidate()
    }

    private func upload(bytes: Int) -> UploadRequest {
        let text = "{\"a\":\"" + String(repeating: "x", count: bytes) + "\"}"
        return Array(text.utf8).withUnsafeBytes { records in
            UploadRequest(
                connection: uuid, records: records, rowCount: 1, ttlSeconds: nil, batchUUID: otherUUID,
                completesBatch: true)
        }
    }
}

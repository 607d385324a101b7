import JSON
import Testing

@testable import APIClient

@Suite struct ClassificationTests {
    @Test(
        arguments: [
            (301, APIError.Kind.redirect), (308, .redirect), (400, .refused), (401, .authentication),
            (403, .authentication), (404, .notFound), (409, .refused), (413, .tooLarge), (422, .rejected),
            (429, .rateLimited), (500, .unavailable), (599, .unavailable), (600, .invalidAnswer),
        ])
    func eachStatusHasItsKind(status: Int, kind: APIError.Kind) async throws {
        let transport = FakeTransport { _ in .json(#"{"detail": "no"}"#, status: status) }
        let error = await failure { try await client(transport).connection(uuid) }
        #expect(error?.kind == kind)
        #expect(error?.description.contains("cannot read connection \(uuid): ") == true)
        #expect(error?.description.contains("HTTP \(status)") == true)
    }

    /// A proxy or a firewall forbids: that says nothing of the keys. Nor does a 404 on the list of a connection.
    @Test(arguments: [(401, "<html>Blocked</html>", "text/html"), (403, "", nil), (403, "[]", "text/html")])
    func whatIsNotTheAPIsIsNoVerdictOnTheKeys(status: Int, body: String, type: String?) async throws {
        let transport = FakeTransport { _ in
            .json(body, status: status, headers: type.map { ["content-type": $0] } ?? ["content-type": ""])
        }
        let error = await failure { try await client(transport).listConnections() }
        #expect(error?.kind == .refused)
        #expect(error?.description.contains("the answer is not the API's: a proxy, a firewall") == true)
        #expect(error?.help?.contains("proxy") == true)
        let missing = FakeTransport { _ in .json(#"{"detail": "Not Found"}"#, status: 404) }
        let none = await failure { try await client(missing).listConnections() }
        #expect(none?.description.contains("the answer is not the API's") == true)
    }

    @Test func a422OnTheListIsAuthentication() async throws {
        let transport = FakeTransport([.json("{\"detail\": \"nope\"}", status: 422)])
        let error = await failure { try await client(transport).listConnections() }
        #expect(error?.kind == .authentication)
        #expect(error?.help?.contains("settings for API keys") == true)
    }

    @Test func a422AboutAHeaderIsAuthentication() async throws {
        let body = #"{"detail": [{"loc": ["header", "x-api-key"], "msg": "invalid key", "type": "value_error"}]}"#
        let transport = FakeTransport([.json(body, status: 422)])
        let error = await failure { try await client(transport).create(definition()) }
        #expect(error?.kind == .authentication)
        #expect(error?.cause.contains("header.x-api-key: invalid key") == true)
    }

    @Test func detailsComeWithoutWhatFastAPIEchoes() async throws {
        let body = """
            {"detail": [{"loc": ["body", "name"], "msg": "too\\u001b[31m short", "type": "string_too_short",
                         "input": "input-echo", "ctx": {"given": "ctx-echo"}, "url": "https://errors"}]}
            """
        let transport = FakeTransport([.json(body, status: 422)])
        let error = try #require(await failure { try await client(transport).create(definition()) })
        #expect(
            error.details == [
                ValidationDetail(
                    path: [.name("body"), .name("name")], message: "too [31m short", type: "string_too_short")
            ])
        #expect(!"\(error)".contains("echo"))
        #expect(!error.mayHaveTakenEffect)
    }

    @Test func rejectedRowsAreNamed() async throws {
        let body = """
            {"detail": [{"loc": ["body", "data", 17, "user_id"], "msg": "field required", "type": "missing"},
                        {"loc": ["body", "data", 3], "msg": "bad", "type": "x"},
                        {"loc": ["body", "data", 17], "msg": "worse", "type": "x"}]}
            """
        let transport = FakeTransport([.json(body, status: 422)])
        let error = try #require(await failure { try await client(transport).upload(upload()) })
        #expect(error.rejectedRows == [3, 17])
        #expect(error.mayConcernRows)
        #expect(error.reason(forRow: 17) == "user_id: field required; worse")
    }

    @Test(
        arguments: [
            (#"{"detail": [{"loc": ["body", "ttl_seconds"], "msg": "bad", "type": "x"}]}"#, false),
            (#"{"detail": [{"loc": ["body", "data"], "msg": "bad", "type": "x"}]}"#, true),
            (#"{"detail": "something about the rows"}"#, true), ("", true),
        ])
    func a422WithoutRowsSaysWhetherTheyCanBeMeant(body: String, isAboutRows: Bool) async throws {
        let transport = FakeTransport([.json(body, status: 422)])
        let error = try #require(await failure { try await client(transport).upload(upload()) })
        #expect(error.rejectedRows == nil)
        #expect(error.mayConcernRows == isAboutRows)
    }

    @Test(
        arguments: [
            (#"{"detail": "no such thing"}"#, "no such thing"), (#"{"message": "gone"}"#, "gone"),
            (#"{"error": {"message": "inner"}}"#, "inner"), (#"{"code": 7, "input": "echo"}"#, #"{"code":7}"#),
        ])
    func otherFormsOfMessagesAreShown(body: String, words: String) async throws {
        let transport = FakeTransport([.json(body, status: 400)])
        let error = await failure { try await client(transport).connection(uuid) }
        #expect(error?.cause.hasSuffix("(HTTP 400): \(words)") == true)
    }

    @Test func pagesAreNotShown() async throws {
        let transport = FakeTransport([.json("<html>x</html>", status: 400, headers: ["content-type": "text/html"])])
        let error = await failure { try await client(transport).connection(uuid) }
        #expect(error?.cause.hasSuffix("(HTTP 400)") == true)
    }

    @Test func aRedirectNamesItsTargetWithoutTheQuery() async throws {
        let transport = FakeTransport([.status(307, headers: ["location": "https://evil.test/x?token=1"])])
        let error = await failure { try await client(transport).connection(uuid) }
        #expect(error?.kind == .redirect)
        #expect(error?.cause.contains("to https://evil.test/x, which is never followed") == true)
    }

    @Test(
        arguments: [
            (FakeTransport.Outcome.fails(.lost), true), (.fails(.timedOut), true), (.fails(.notConnected), false),
            (.fails(.unknownHost), false), (.status(500), true), (.status(408), true), (.status(422), false),
            (.status(303), true), (.status(307), false), (.json("[1,"), true), (.cut("{"), true), (.json("{}"), true),
        ])
    func aFailedCreateSaysWhetherItMayHaveHappened(outcome: FakeTransport.Outcome, mayHave: Bool) async throws {
        let transport = FakeTransport { _ in outcome }
        let error = await failure { try await client(transport).create(definition()) }
        #expect(error?.mayHaveTakenEffect == mayHave)
    }

    @Test func readingNeverHasAnEffect() async throws {
        let transport = FakeTransport { _ in .fails(.lost) }
        let error = await failure { try await client(transport).listConnections() }
        #expect(error?.mayHaveTakenEffect == false)
    }

    @Test func anEarlierAttemptCountsToo() async throws {
        let transport = FakeTransport([.fails(.timedOut), .status(409)])
        let error = await failure { try await client(transport).upload(upload()) }
        #expect(error?.kind == .refused)
        #expect(error?.mayHaveTakenEffect == true)
        #expect(error?.attempts == 2)
    }

    private func upload() -> UploadRequest {
        Array("{}".utf8).withUnsafeBytes { records in
            UploadRequest(
                connection: uuid, records: records, rowCount: 1, ttlSeconds: nil, batchUUID: otherUUID,
                completesBatch: true)
        }
    }
}

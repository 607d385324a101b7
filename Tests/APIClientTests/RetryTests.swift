import JSON
import Model
import TestSupport
import Testing

@testable import APIClient

@Suite struct RetryTests {
    @Test(arguments: [408, 429, 500, 502, 503, 504])
    func passingStatusesAreTriedAgain(status: Int) async throws {
        let transport = FakeTransport([.status(status), .status(status), .json(shownConnection)])
        let client = try client(transport)
        let connection = try await client.connection(uuid)
        #expect(connection.name == "Profiles")
        #expect(transport.calls.count == 3)
        #expect(client.statistics.retries == 2)
        #expect(client.statistics.requests[.getConnection] == [status: 2, 200: 1])
    }

    @Test(arguments: [301, 400, 401, 403, 404, 409, 413, 418, 422, 501, 505])
    func lastingStatusesAreNot(status: Int) async throws {
        let transport = FakeTransport([.status(status)])
        let error = await failure { try await client(transport).connection(uuid) }
        #expect(error?.status == status)
        #expect(transport.calls.count == 1)
    }

    @Test(arguments: [TransportFailure.Kind.notConnected, .unknownHost, .timedOut, .lost])
    func networkErrorsAreTriedAgain(kind: TransportFailure.Kind) async throws {
        let transport = FakeTransport([.fails(kind), .json(shownConnection)])
        _ = try await client(transport).connection(uuid)
        #expect(transport.calls.count == 2)
    }

    @Test func anUntrustedServerIsNotTriedAgain() async throws {
        let transport = FakeTransport([.fails(.notTrusted)])
        let error = await failure { try await client(transport).connection(uuid) }
        #expect(error?.kind == .unreachable)
        #expect(error?.isRetryable == false)
        #expect(transport.calls.count == 1)
    }

    @Test(arguments: ["", "{\"name\": \"Prof", "[1,"])
    func aCutAnswerIsTriedAgain(body: String) async throws {
        let transport = FakeTransport([.cut(body), .json(body), .json(shownConnection)])
        _ = try await client(transport).connection(uuid)
        #expect(transport.calls.count == 3)
    }

    @Test func aForeignAnswerIsTriedThreeTimes() async throws {
        let transport = FakeTransport { _ in .json("<html>hotel</html>") }
        let error = await failure { try await client(transport).listConnections() }
        #expect(error?.kind == .invalidAnswer)
        #expect(error?.attempts == 3)
        #expect(transport.calls.count == 3)
    }

    @Test func anAnswerThatIsNotUnderstoodIsNotTriedAgain() async throws {
        let transport = FakeTransport([.json("{\"greeting\": \"hello\"}")])
        let error = await failure { try await client(transport).listConnections() }
        #expect(error?.kind == .invalidAnswer)
        #expect(error?.isRetryable == false)
        #expect(transport.calls.count == 1)
    }

    @Test func delaysGrowAndAreRandomParts() async throws {
        let time = ManualTime(random: 0.5)
        let transport = FakeTransport { _ in .status(500) }
        let error = await failure { try await client(transport, time: time).connection(uuid) }
        #expect(error?.kind == .unavailable)
        #expect(error?.attempts == 10)
        #expect(time.slept == [0.25, 0.5, 1, 2, 4, 8, 10, 10, 10])
    }

    @Test func theBudgetEndsTheTrying() async throws {
        let time = ManualTime(random: 0.999)
        let transport = FakeTransport { _ in .status(500) }
        let retry = RetryPolicy(maxAttempts: 100, budget: 30)
        let error = await failure { try await client(transport, time: time, retry: retry).connection(uuid) }
        #expect(time.slept.reduce(0, +) <= 30)
        #expect(error?.attempts == time.slept.count + 1)
        #expect(time.slept.count >= 5)
    }

    @Test func withoutAnAPIARunEndsSoon() async throws {
        let time = ManualTime(random: 0.999)
        let transport = FakeTransport { _ in .fails(.notConnected) }
        let error = await failure { try await client(transport, time: time).listConnections() }
        #expect(error?.kind == .unreachable)
        #expect(time.slept.count >= 2)
        #expect(time.slept.reduce(0, +) <= 8)
    }

    @Test func onceReachedTheServiceGetsTheWholeBudgetOnce() async throws {
        let time = ManualTime(random: 0.999)
        let transport = FakeTransport([.json("[]")]) { _ in .fails(.lost) }
        let client = try client(transport, time: time)
        _ = try await client.listConnections()
        _ = await failure { try await client.connection(uuid) }
        let first = time.slept.reduce(0, +)
        #expect(first > 60)
        _ = await failure { try await client.connection(uuid) }
        #expect(time.slept.reduce(0, +) - first <= 8)
    }

    @Test func retryAfterIsHonoured() async throws {
        let time = ManualTime()
        let transport = FakeTransport([.status(429, headers: ["retry-after": "7"]), .json(shownConnection)])
        _ = try await client(transport, time: time).connection(uuid)
        #expect(time.slept.reduce(0, +) == 7)
    }

    @Test func retryAfterAsADateIsHonoured() async throws {
        // 1994-11-06 08:49:37 UTC is 784111777.
        let time = ManualTime(unixTime: 784_111_767)
        let transport = FakeTransport([
            .status(503, headers: ["retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"]), .json(shownConnection),
        ])
        _ = try await client(transport, time: time).connection(uuid)
        #expect(time.slept.reduce(0, +) == 10)
    }

    @Test func aPauseBeyondTheBudgetFailsAtOnceAndSaysSo() async throws {
        let time = ManualTime()
        let transport = FakeTransport([.status(429, headers: ["retry-after": "3600"])]) { _ in .json(shownConnection) }
        let client = try client(transport, time: time)
        let error = await failure { try await client.connection(uuid) }
        #expect(error?.kind == .rateLimited)
        #expect(error?.retryAfter == 3600)
        #expect(error?.cause.contains("asks for a pause of 3600 s, longer than the 90 s") == true)
        #expect(time.slept.isEmpty)
        // Others find out for themselves; they are not held back for an hour.
        _ = try await client.connection(uuid)
        #expect(time.slept.isEmpty)
    }

    @Test func cancellingWhileWaitingEndsAtOnce() async throws {
        let transport = FakeTransport { _ in .status(500) }
        let client = try client(transport)
        let task = Task { await failure { try await client.delete(uuid) } }
        task.cancel()
        let error = await task.value
        #expect(error?.kind == .cancelled)
        #expect(transport.calls.count <= 1)
    }
}

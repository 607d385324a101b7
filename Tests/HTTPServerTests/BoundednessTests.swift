import Platform
import Testing

@testable import HTTPServer

@Suite struct BoundednessTests {
    @Test func slowHeaderIsTimedOut() async throws {
        try await withServer {
            $0.headerSeconds = 0.02
        } _: { port in
            let client = try RawClient(port: port)
            client.send("GET / HTTP/1.1\r\nHo")
            #expect(await client.readAll().hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test func drippingHeaderDoesNotStretchTheTime() async throws {
        try await withServer {
            $0.headerSeconds = 0.05
            $0.lingerSeconds = 0
            $0.targetBytes = 1 << 40
            $0.headerBytes = 1 << 40
        } _: { port in
            let client = try RawClient(port: port)
            let dripping = Task.detached {
                while !Task.isCancelled {
                    client.send("a")
                    await Task.yield()
                }
            }
            let answer = await client.readAll()
            dripping.cancel()
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test func slowBodyIsTimedOut() async throws {
        try await withServer {
            $0.bodySeconds = 0.02
        } _: { port in
            for framing in ["Content-Length: 5", "Transfer-Encoding: chunked"] {
                let client = try RawClient(port: port)
                client.send("POST / HTTP/1.1\r\nHost: h\r\n\(framing)\r\n\r\n1")
                #expect(await client.readAll().hasPrefix("HTTP/1.1 408 "))
            }
        }
    }

    @Test func idleConnectionIsClosedInSilence() async throws {
        try await withServer {
            $0.idleSeconds = 0.02
        } _: { port in
            let closing = try await RawClient(port: port).readAll()
            #expect(closing == "")
        }
    }

    @Test(.timeLimit(.minutes(1))) func clientThatDoesNotReadIsTimedOut() async throws {
        let (started, start) = AsyncStream<Void>.makeStream()
        var limits = HTTPLimits()
        limits.writeSeconds = 0.05
        limits.stopSeconds = 3600
        let server = HTTPServer(limits: limits) { _ in
            start.yield()
            return HTTPResponse(status: 200, body: [UInt8](repeating: 65, count: 64 * 1024 * 1024))
        }
        let client = try RawClient(port: try server.start())
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        for await _ in started { break }
        // Returns before the test's limit only because the write gives up.
        await server.stop()
        withExtendedLifetime(client) {}
    }

    @Test func halfABodyIsNoRequest() async throws {
        let isCalled = Locked(false)
        try await withServer(handler: { _ in
            isCalled.withLock { $0 = true }
            return .text("")
        }) { port in
            let client = try RawClient(port: port)
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab")
            client.shutDownWriting()
            #expect(await client.readAll() == "")
        }
        #expect(!isCalled.withLock { $0 })
    }

    @Test func connectionAboveTheLimitIsRefused() async throws {
        try await withServer {
            $0.connections = 2
        } _: { port in
            var held: [RawClient] = []
            for _ in 0..<2 {
                let client = try RawClient(port: port)
                client.send("GET /in HTTP/1.1\r\nHost: h\r\n\r\n")
                _ = await client.read(untilSuffix: "GET /in ")
                held.append(client)
            }
            let closing = try await RawClient(port: port).readAll()
            #expect(closing.hasPrefix("HTTP/1.1 503 "))
            held[0].send("GET /on HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await held[0].read(untilSuffix: "GET /on ").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func theOldestMakesPlaceWhereThatIsAskedFor() async throws {
        try await withServer {
            $0.connections = 2
            $0.dropsOldest = true
        } _: { port in
            var held: [RawClient] = []
            for number in 0..<10 {
                let client = try RawClient(port: port)
                client.send("GET /\(number) HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(await client.read(untilSuffix: "GET /\(number) ").hasPrefix("HTTP/1.1 200 "))
                held.append(client)
            }
            for client in held.dropLast(2) { #expect(await client.readAll() == "") }
            for client in held.suffix(2) {
                client.send("GET /on HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(await client.read(untilSuffix: "GET /on ").hasPrefix("HTTP/1.1 200 "))
            }
        }
    }

    @Test func stoppedHalfRequestsDoNotHoldOthersUp() async throws {
        try await withServer { port in
            let stuck = try (0..<50).map { _ in
                let client = try RawClient(port: port)
                client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n")
                return client
            }
            let answer = try await exchange("GET /ok HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", port: port)
            #expect(answer.hasSuffix("GET /ok "))
            #expect(stuck.count == 50)
        }
    }

    @Test func twoHundredClientsAtOnce() async throws {
        try await withServer { port in
            let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let answer = try await exchange(
                            "POST /\(number) HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
                            port: port)
                        return answer.hasSuffix("POST /\(number) abc")
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(answers == 200)
        }
    }

    @Test func stopLetsRequestsUnderWayFinish() async throws {
        let (started, start) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        var limits = HTTPLimits()
        limits.stopSeconds = 20
        let server = HTTPServer(limits: limits) { _ in
            start.yield()
            for await _ in released { break }
            return .text("done")
        }
        let port = try server.start()
        let client = try RawClient(port: port)
        let idle = try RawClient(port: port)
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        for await _ in started { break }
        async let stopped: Void = server.stop()
        #expect(await idle.readAll() == "")
        release.yield()
        let answer = await client.readAll()
        #expect(answer.hasSuffix("done"))
        #expect(answer.contains("Connection: close"))
        await stopped
        #expect(throws: RawClient.ClientError.self) { _ = try RawClient(port: port) }
    }

    @Test func stopCutsWhatDoesNotFinish() async throws {
        let (started, start) = AsyncStream<Void>.makeStream()
        var limits = HTTPLimits()
        limits.stopSeconds = 0.02
        let server = HTTPServer(limits: limits) { _ in
            start.yield()
            // Ends by cancellation alone.
            for await _ in AsyncStream<Void>.makeStream().stream {}
            return .text("late")
        }
        let port = try server.start()
        let client = try RawClient(port: port)
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        for await _ in started { break }
        await server.stop()
        #expect(await client.readAll() == "")
    }

    @Test func takenPortSaysWhatToDo() async throws {
        try await withServer { port in
            let second = HTTPServer { _ in .cut }
            let error = try #require(throws: SocketError.self) { _ = try second.start(port: port) }
            #expect(
                error.description
                    == "bind 127.0.0.1:\(port): Address already in use; choose another port, or 0 for any free one")
            #expect(error.isRetryable)
        }
        let error = try #require(throws: SocketError.self) { _ = try HTTPServer { _ in .cut }.start(host: "nowhere") }
        #expect(error.description.contains("give an IPv4 address"))
        #expect(!error.isRetryable)
    }
}

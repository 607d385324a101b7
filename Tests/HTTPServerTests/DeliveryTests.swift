import Testing

@testable import HTTPServer

@Suite struct DeliveryTests {
    private static let get = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"

    @Test func cutsWithoutAnAnswer() async throws {
        try await withServer(handler: { _ in .cut }) { port in
            let closing = try await exchange(Self.get, port: port)
            #expect(closing == "")
        }
    }

    @Test func truncatesTheBodyUnderItsFullLength() async throws {
        try await withServer(handler: { _ in
            HTTPResponse(status: 200, body: Array("0123456789".utf8), delivery: .truncated(4))
        }) { port in
            let answer = try await exchange(Self.get, port: port)
            #expect(answer.contains("\r\nContent-Length: 10\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n0123"))
        }
    }

    @Test func headHasTheLengthAndNoBody() async throws {
        try await withServer(handler: { _ in .text("12345") }) { port in
            let answer = try await exchange("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", port: port)
            #expect(answer.contains("\r\nContent-Length: 5\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func noContentHasNeitherLengthNorBody() async throws {
        try await withServer(handler: { _ in HTTPResponse(status: 204, body: [65]) }) { port in
            let answer = try await exchange(Self.get, port: port)
            #expect(answer == "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        }
    }

    @Test func headersCannotBeSplit() async throws {
        try await withServer(handler: { _ in
            HTTPResponse(status: 200, headers: ["X": "a\r\nSet-Cookie: b", "Content-Length": "99"])
        }) { port in
            let answer = try await exchange(Self.get, port: port)
            #expect(answer.contains("\r\nX: a  Set-Cookie: b\r\n"))
            #expect(answer.contains("\r\nContent-Length: 0\r\n"))
            #expect(!answer.contains("99"))
        }
    }

    @Test func asksToContinueOnlyWhereTheClientWaits() async throws {
        try await withServer { port in
            let client = try RawClient(port: port)
            client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            #expect(await client.read(untilSuffix: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            client.send("ab")
            #expect(await client.read(untilSuffix: "ab").hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test func doesNotAskForABodyItWouldRefuse() async throws {
        try await withServer {
            $0.bodyBytes = 10
        } _: { port in
            let answer = try await exchange(
                "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n", port: port)
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func carriesLargeBodiesBothWays() async throws {
        let size = 3 * 1024 * 1024
        try await withServer(handler: { HTTPResponse(status: 200, body: $0.body) }) { port in
            let client = try RawClient(port: port)
            let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 % 95 + 32) }
            async let answer = client.readAll()
            client.send("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: \(size)\r\n\r\n")
            client.send(body)
            #expect(await answer.utf8.suffix(size).elementsEqual(body))
        }
    }

    @Test func clientSeesTheRefusalOfABodyItIsStillSending() async throws {
        try await withServer {
            $0.bodyBytes = 1000
            $0.lingerSeconds = 10
        } _: { port in
            let client = try RawClient(port: port)
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000\r\n\r\n")
            client.send([UInt8](repeating: 65, count: 4_000_000))
            client.shutDownWriting()
            #expect(await client.readAll().hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func halfOpenClientsGetTheirAnswer() async throws {
        try await withServer { port in
            let client = try RawClient(port: port)
            client.send("GET /half HTTP/1.1\r\nHost: h\r\n\r\n")
            client.shutDownWriting()
            #expect(await client.readAll().hasSuffix("GET /half "))
        }
    }

    @Test func requestHelpersDecode() {
        let request = HTTPRequest(
            method: "GET", target: "/a/b%2Fc/?x=1&y=a+b%21&z", headers: ["X-Key": "v"])
        #expect(request.pathSegments == ["a", "b/c", ""])
        #expect(request.query.map(\.name) == ["x", "y", "z"])
        #expect(request.query.first { $0.name == "y" }?.value == "a b!")
        #expect(request.query.first { $0.name == "z" }?.value == "")
        #expect(request.headers["x-key"] == "v")
        #expect(request.path == "/a/b%2Fc/")
    }
}

import Testing

@testable import HTTPServer

/// Runs `body` against a server that echoes method, target and body, and stops it afterwards.
func withServer(
    _ change: (inout HTTPLimits) -> Void = { _ in },
    handler: @escaping HTTPHandler = { .text("\($0.method) \($0.target) \(String(decoding: $0.body, as: UTF8.self))") },
    _ body: (UInt16) async throws -> Void
) async throws {
    var limits = HTTPLimits()
    limits.lingerSeconds = 0.2
    limits.stopSeconds = 0.2
    change(&limits)
    let server = HTTPServer(limits: limits, handler: handler)
    let port = try server.start()
    do {
        try await body(port)
    } catch {
        await server.stop()
        throw error
    }
    await server.stop()
}

/// Sends one text on a fresh connection and returns everything that comes back.
func exchange(_ text: String, port: UInt16) async throws -> String {
    let client = try RawClient(port: port)
    client.send(text)
    return await client.readAll()
}

@Suite struct HTTPServerTests {
    @Test func answersAndKeepsTheConnection() async throws {
        try await withServer { port in
            let client = try RawClient(port: port)
            client.send("GET /a?x=1 HTTP/1.1\r\nHost: h\r\n\r\n")
            let first = await client.read(untilSuffix: "GET /a?x=1 ")
            #expect(first.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(first.contains("\r\nContent-Length: 11\r\n"))
            #expect(!first.contains("Connection"))
            client.send("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nConnection: close\r\n\r\nxyz")
            let second = await client.readAll()
            #expect(second.hasSuffix("Connection: close\r\n\r\nPOST /b xyz"))
        }
    }

    @Test func servesPipelinedRequestsInOrder() async throws {
        try await withServer { port in
            let answer = try await exchange(
                "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"
                    + "POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n"
                    + "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", port: port)
            let bodies = answer.components(after: "\r\n\r\n")
            #expect(bodies == ["POST /1 ab", "POST /2 c", "GET /3 "])
        }
    }
}

extension String {
    /// The bodies of several answers in one text, as far as `Content-Length` says.
    func components(after separator: String) -> [String] {
        var rest = self[...]
        var bodies: [String] = []
        while let end = rest.firstRange(of: separator) {
            let length = rest[..<end.lowerBound].split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
            let count = length.flatMap { Int($0.dropFirst(16)) } ?? 0
            bodies.append(String(rest[end.upperBound...].prefix(count)))
            rest = rest[end.upperBound...].dropFirst(count)
        }
        return bodies
    }
}

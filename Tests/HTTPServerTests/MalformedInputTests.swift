import TestSupport
import Testing

@testable import HTTPServer

@Suite struct MalformedInputTests {
    @Test(arguments: [
        "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
        "G(T / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /\r\nHost: h\r\n\r\n",
        "GET / HTTX/1.1\r\nHost: h\r\n\r\n",
        "GET h HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /\u{e9} HTTP/1.1\r\nHost: h\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}",
        "GET / HTTP/1.1\nHost: h\n\n",
        "GET / HTTP/1.1\r\nHost: h\n\r\n",
        "GET / HTTP/1.1\r\nHo\rst: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n",
        "GET / HTTP/1.1\r\n Host: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : h\r\n\r\n",
        "GET / HTTP/1.1\r\n: h\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nnothing\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA: \u{0}\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x1\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n 1\r\na\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0000000001\r\na\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
    ])
    func answers400AndCloses(input: String) async throws {
        try await withServer { port in
            // What follows must not be read as a request of its own.
            let answer = try await exchange(input + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n", port: port)
            #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(answer.contains("\r\nConnection: close\r\n"))
            #expect(!answer.contains("smuggled"))
        }
    }

    @Test(arguments: [
        ("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: h\r\nExpect: magic\r\nContent-Length: 1\r\n\r\n", 417),
        ("GET /" + String(repeating: "a", count: 300) + " HTTP/1.1\r\nHost: h\r\n\r\n", 414),
        ("GET /" + String(repeating: "a", count: 5000), 414),
        ("GET / HTTP/1.1\r\nHost: h\r\nA: " + String(repeating: "a", count: 2000) + "\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: h\r\n" + String(repeating: "A: b\r\n", count: 10) + "\r\n", 431),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", 413),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
                + String(repeating: "A: b\r\n", count: 11) + "\r\n", 431
        ),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;" + String(repeating: "x", count: 5000),
            400
        ),
    ])
    func answersWithItsLimit(input: String, status: Int) async throws {
        try await withServer {
            $0.targetBytes = 200
            $0.headerBytes = 1000
            $0.headerFields = 10
            $0.bodyBytes = 100
        } _: { port in
            let answer = try await exchange(input, port: port)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.contains("\r\nConnection: close\r\n"))
        }
    }

    @Test func takesWhatIsUnusualButValid() async throws {
        try await withServer { port in
            let close = "Connection: close\r\n\r\n"
            for (input, body) in [
                ("\r\nGET /a HTTP/1.1\r\nHost: h\r\n\(close)", "GET /a "),
                ("GET http://h:1/a?b HTTP/1.1\r\nHost: h\r\n\(close)", "GET /a?b "),
                ("GET http://h HTTP/1.1\r\nHost: h\r\n\(close)", "GET / "),
                ("OPTIONS * HTTP/1.1\r\nhOST:h\r\n\(close)", "OPTIONS * "),
                ("GET /a HTTP/1.0\r\n\r\n", "GET /a "),
                ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\(close)", "POST / "),
                (
                    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n"
                        + "\(close)A;x=\"y\"\r\n0123456789\r\n00\r\nTrailer: 1\r\n\r\n", "POST / 0123456789"
                ),
            ] {
                let answer = try await exchange(input, port: port)
                #expect(answer.components(after: "\r\n\r\n") == [body], "\(input)")
            }
        }
    }

    @Test func survivesGarbage() async throws {
        try await withServer {
            $0.headerSeconds = 0.05
            $0.bodySeconds = 0.05
            $0.idleSeconds = 0.05
            $0.lingerSeconds = 0.05
        } _: { port in
            var random = SeededRandom(seed: 20_231_107)
            let pieces = [
                "GET ", "POST ", "/", " HTTP/1.1", "\r\n", "\r", "\n", ":", "Host: h", "Content-Length: ", "5",
                "Transfer-Encoding: chunked", "Expect: 100-continue", "\u{0}", "\u{ff}", " ", "%", "ffff", ";",
            ]
            for _ in 0..<150 {
                let count = Int(random.next() % 24)
                let text = (0..<count).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
                let client = try RawClient(port: port)
                client.send(text)
                client.shutDownWriting()
                let answer = await client.readAll()
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 "))
            }
            let answer = try await exchange("GET /alive HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", port: port)
            #expect(answer.hasSuffix("GET /alive "))
        }
    }
}

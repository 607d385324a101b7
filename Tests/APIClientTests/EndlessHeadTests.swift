import Foundation
import Glibc
import TestSupport
import Testing

@testable import APIClient

/// A server that sends piece after piece of an answer's head and never ends it.
@Suite struct EndlessHeadTests {
    /// Listens on loopback and serves one connection on a thread of its own, until the client has gone.
    private final class Trickle: Sendable {
        let port: UInt16

        init(first: String, piece: String) throws {
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(listener, $0, length) == 0 && listen(listener, 4) == 0
                        && getsockname(listener, $0, &length) == 0
                }
            }
            try #require(isBound)
            port = UInt16(bigEndian: address.sin_port)
            Thread.detachNewThread {
                let connection = accept(listener, nil, nil)
                close(listener)
                var text = first
                while true {
                    text += piece
                    let sent = text.withCString { send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
                    if sent < 0 { break }
                    text = ""
                    usleep(10_000)
                }
                close(connection)
            }
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\n", "X-A: a\r\n"), ("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
    ])
    func theAttemptEndsAllTheSame(first: String, piece: String) async throws {
        let server = try Trickle(first: first, piece: piece)
        let configuration = try APIClientConfiguration(
            baseURL: "http://127.0.0.1:\(server.port)/v1/", keys: testKeys(), userAgent: "reconcile/test",
            idleTimeout: 1, retry: RetryPolicy(maxAttempts: 1))
        let client = APIClient(configuration: configuration, time: ManualTime())
        let error = await failure { try await client.connection(uuid) }
        #expect(error?.kind == .unreachable, "\(String(describing: error))")
        #expect(error?.cause.contains("no answer within 1 s") == true, "\(error?.cause ?? "")")
        client.invalidate()
    }
}

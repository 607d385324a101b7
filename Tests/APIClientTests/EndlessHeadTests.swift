import Foundation
import Glibc
import TestSupport
import Testing

@testable import APIClient

/// A server that sends piece after piece of an answer's head and never ends it.
@Suite struct EndlessHeadTests {
    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\n", "X-A: a\r\n"), ("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
    ])
    func theAttemptEndsAllTheSame(first: String, piece: String) async throws {
        let server = try RawServer { connection, _ in
            var goesOn = RawServer.send(first, to: connection)
            while goesOn {
                goesOn = RawServer.send(piece, to: connection)
                usleep(10_000)
            }
        }
        let client = try server.client(idleTimeout: 1, attempts: 1)
        let error = await failure { try await client.connection(uuid) }
        #expect(error?.kind == .unreachable, "\(String(describing: error))")
        #expect(error?.cause.contains("no answer within 1 s") == true, "\(error?.cause ?? "")")
        client.invalidate()
        server.stop()
    }
}

import Foundation
import Synchronization
import Testing

@testable import APIClient

/// A client that is told to begin nothing more.
@Suite struct DrainTests {
    @Test func nothingIsBegunAfterwards() async throws {
        let transport = FakeTransport(fallback: { _ in .json("[]") })
        let drained = try client(transport)
        _ = try await drained.listConnections()
        drained.drain()
        let error = await #expect(throws: APIError.self) { try await drained.listConnections() }
        #expect(error?.kind == .cancelled)
        #expect(transport.calls.count == 1)
    }

    @Test func whatWaitsToBeTriedAgainFailsAtOnce() async throws {
        let box = Mutex<APIClient?>(nil)
        let transport = FakeTransport(fallback: { _ in
            box.withLock { $0 }?.drain()
            return .status(503)
        })
        let drained = try client(transport)
        box.withLock { $0 = drained }
        let error = await #expect(throws: APIError.self) { try await drained.listConnections() }
        #expect(error?.kind == .cancelled)
        #expect(transport.calls.count == 1)
    }
}

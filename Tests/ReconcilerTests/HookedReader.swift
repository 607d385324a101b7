import APIClient
import JSON
import Model
import Synchronization

@testable import Reconciler

/// A real reader, with something that happens in the account right before its Nth list.
final class HookedReader: ConnectionReading {
    private let real: any ConnectionReading
    private let number: Int
    private let hook: @Sendable () async throws -> Void
    private let count = Mutex(0)
    /// Whether every schema is unreadable.
    let hidesSchemas: Bool

    init(
        _ real: any ConnectionReading, beforeList number: Int = 0, hidesSchemas: Bool = false,
        _ hook: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.real = real
        self.number = number
        self.hidesSchemas = hidesSchemas
        self.hook = hook
    }

    func listConnections() async throws(APIError) -> [ActualConnection] {
        let current = count.withLock { count in
            count += 1
            return count
        }
        if current == number {
            do { try await hook() } catch {
                throw APIError(.unavailable, .listConnections, subject: "the hook", cause: "\(error)")
            }
        }
        return try await real.listConnections()
    }

    func connection(_ uuid: String) async throws(APIError) -> ActualConnection { try await real.connection(uuid) }
    func references(of uuid: String) async throws(APIError) -> [ActualReference] {
        try await real.references(of: uuid)
    }
    func schema(of uuid: String) async throws(APIError) -> JSONValue {
        if hidesSchemas { throw APIError(.unavailable, .getSchema, subject: uuid, cause: "as scripted") }
        return try await real.schema(of: uuid)
    }
}

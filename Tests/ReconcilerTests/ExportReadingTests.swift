import APIClient
import JSON
import Model
import Testing

@testable import Reconciler

/// What an export reads beside the list.
@Suite struct ExportReadingTests {
    /// Knows nothing but references, and fails as it is told.
    private struct Reader: ConnectionReading {
        var failures: [String: APIError.Kind] = [:]

        func listConnections() async throws(APIError) -> [ActualConnection] { [] }

        func connection(_ uuid: String) async throws(APIError) -> ActualConnection {
            throw APIError(.notFound, .getConnection, subject: uuid, cause: "there is none")
        }

        func references(of uuid: String) async throws(APIError) -> [ActualReference] {
            if let kind = failures[uuid] { throw APIError(kind, .listReferences, subject: uuid, cause: "told to") }
            return [ActualReference(uuid: "r-\(uuid)", reference: Reference(type: "mail", id: uuid))]
        }

        func schema(of uuid: String) async throws(APIError) -> JSONValue { nil }
    }

    @Test func eachConnectionGetsItsOwnReferences() async throws {
        let uuids = (0..<50).map { "u\($0)" }
        let read = try await AccountReader(reader: Reader()).references(of: uuids)
        #expect(read.count == 50)
        for uuid in uuids { #expect(try read[uuid]?.get().map(\.reference.id) == [uuid]) }
    }

    @Test(arguments: [APIError.Kind.notFound, .rejected, .invalidAnswer])
    func whatCannotBeReadOfOneIsItsOwnBusiness(_ kind: APIError.Kind) async throws {
        let read = try await AccountReader(reader: Reader(failures: ["b": kind])).references(of: ["a", "b", "c"])
        #expect(try read["a"]?.get().count == 1 && read["c"]?.get().count == 1)
        #expect(throws: StepFailure.self) { try read["b"]?.get() }
    }

    @Test(arguments: [APIError.Kind.authentication, .unreachable, .unavailable, .cancelled])
    func whatAllWouldShareStopsTheExport(_ kind: APIError.Kind) async {
        let reader = AccountReader(reader: Reader(failures: ["b": kind]))
        await #expect(throws: StepFailure.self) { try await reader.references(of: ["a", "b", "c"]) }
    }
}

import Foundation
import FoundationNetworking
import HTTPServer
import JSON
import Testing

@testable import Emulator

/// The emulator over real sockets, with the client that the tool uses.
@Suite struct SocketTests {
    private func request(_ url: String, _ method: String = "GET", body: Data? = nil) -> URLRequest {
        var request = URLRequest(url: URL(string: url)!)
        request.httpMethod = method
        request.httpBody = body
        request.setValue("k", forHTTPHeaderField: "x-api-key")
        request.setValue("b", forHTTPHeaderField: "x-brand-key")
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        return request
    }

    private func withEmulator(
        _ change: (inout EmulatorOptions) -> Void = { _ in }, _ body: (Emulator, URLSession) async throws -> Void
    ) async throws {
        var options = EmulatorOptions()
        change(&options)
        let emulator = try Emulator(options: options)
        let port = try emulator.start()
        #expect(emulator.baseURL == "http://127.0.0.1:\(port)/api/data-connections/v1")
        let session = URLSession(configuration: .ephemeral)
        do {
            try await body(emulator, session)
        } catch {
            session.invalidateAndCancel()
            await emulator.stop()
            throw error
        }
        session.invalidateAndCancel()
        await emulator.stop()
    }

    private func create(_ emulator: Emulator, _ session: URLSession) async throws -> String {
        let body = Data(#"{"name":"n","primary_key":"id"}"#.utf8)
        let (data, _) = try await session.data(for: request("\(emulator.baseURL)/connections", "POST", body: body))
        return try #require(try JSONValue.parse(data)["data_connection_uuid"]?.stringValue)
    }

    @Test func takesLargeUploads() async throws {
        try await withEmulator { emulator, session in
            let uuid = try await create(emulator, session)
            let filler = String(repeating: "x", count: 1600)
            let rows = (0..<5000).map { #"{"id":\#($0),"v":"\#(filler)"}"# }.joined(separator: ",")
            let body = Data(#"{"data":[\#(rows)]}"#.utf8)
            #expect(body.count > 8_000_000)
            let url = "\(emulator.baseURL)/connections/\(uuid)"
            let (data, _) = try await session.data(for: request("\(url)/upload_data", "POST", body: body))
            #expect(try JSONValue.parse(data)["records"] == 5000)
            let query = Data(#"{"primary_key":"4999"}"#.utf8)
            let (record, _) = try await session.data(for: request("\(url)/query", "POST", body: query))
            #expect(try JSONValue.parse(record)["data"]?["v"]?.stringValue == filler)
        }
    }

    @Test func cutAndTruncatedAnswersAreErrorsOfTheConnection() async throws {
        try await withEmulator {
            $0.faults = try! FaultPlan(parsing: "cut_before@1,cut_after@2,truncated@3")
        } _: { emulator, session in
            let body = Data(#"{"name":"n","primary_key":"id"}"#.utf8)
            for _ in 0..<3 {
                // A connection of its own each time: libcurl repeats a request where a used connection is cut.
                let fresh = URLSession(configuration: .ephemeral)
                await #expect(throws: URLError.self) {
                    _ = try await fresh.data(for: request("\(emulator.baseURL)/connections", "POST", body: body))
                }
                fresh.invalidateAndCancel()
            }
            let (data, _) = try await session.data(for: request("\(emulator.baseURL)/connections"))
            #expect(try JSONValue.parse(data).arrayValue?.count == 2)
        }
    }

    @Test func manyClientsAtOnce() async throws {
        try await withEmulator { emulator, session in
            let uuid = try await create(emulator, session)
            let stored = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        let body = Data(#"{"data":[{"id":\#(number)},{"id":"shared"}]}"#.utf8)
                        let url = "\(emulator.baseURL)/connections/\(uuid)/upload_data"
                        let (data, _) = try await session.data(for: request(url, "POST", body: body))
                        return try JSONValue.parse(data)["records"]?.intValue ?? 0
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(stored == 80)
            let rows = await emulator.handle(HTTPRequest(method: "GET", target: "/_emulator/rows/\(uuid)"))
            #expect(rows.body.split(separator: 0x0A).count == 41)
        }
    }
}

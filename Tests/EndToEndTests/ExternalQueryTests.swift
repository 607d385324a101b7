import Foundation
import JSON
import TestSupport
import Testing

/// Queries through an external API, with the real binary on both sides: what another emulator tells about itself is the API.
@Suite struct ExternalQueryTests {
    private func manifest(_ url: String) -> String {
        """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: stock}
        spec:
          name: Stock
          primary_key: sku
          external_api_details:
            url: \(url)
            http_method: GET
            ttl: 0
            sample_placeholder_values: {sku: A-100}
          checks:
            - query: {placeholder_values: {sku: A-100}}
              expect: {connections: 0}
              within: 0
        """
    }

    @Test func aQueryIsAnsweredByTheExternalAPI() async throws {
        let scratch = try Scratch()
        let external = try await EmulatorProcess(directory: scratch.root)
        let service = try await EmulatorProcess(["--external", "live"], directory: scratch.root)
        let base = external.url.replacing("/api/data-connections/v1", with: "/_emulator/stats")
        try scratch.write("stock.yaml", manifest("\(base)?sku={sku}"))
        let pass = try await scratch.reconcile([], against: service)
        #expect(pass.status == 0, "\(pass.all)")
        let one = try await scratch.reconcile(["query", "stock", "--placeholder", "sku=B 7"], against: service)
        #expect(one.status == 0)
        #expect(try JSONValue.parse(Array(one.out.utf8))["connections"]?.intValue == 0)
        let many = try await scratch.reconcile(
            ["query", "stock", "--batch", "-"], against: service, input: #"{"sku": "a"}"# + "\n{}\n")
        #expect(many.status == 1)
        let lines = many.out.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].contains("\"requests\""))
        #expect(lines[1].hasPrefix("{\"error\":"))
    }

    @Test func aTestCallThatFailsIsTheConnectionsOwnFailure() async throws {
        let scratch = try Scratch()
        let external = try await EmulatorProcess(directory: scratch.root)
        let service = try await EmulatorProcess(["--external", "live"], directory: scratch.root)
        let base = external.url.replacing("/api/data-connections/v1", with: "/nothing")
        try scratch.write("stock.yaml", manifest("\(base)/{sku}"))
        let pass = try await scratch.reconcile([], against: service)
        #expect(pass.status == 1)
        #expect(pass.err.contains("the test call to the external API failed: it answered 404"), "\(pass.err)")
        let connections = try await service.admin("GET", "connections")["connections"]?.arrayValue
        #expect(connections == [])
    }
}

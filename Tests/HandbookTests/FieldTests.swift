import Foundation
import JSON
import Testing

@testable import Daemon

/// Every field of the program's JSON stands in the handbook, and the handbook has no others.
@Suite(.timeLimit(.minutes(5))) struct FieldTests {
    @Test func ofPlansAndPasses() async throws {
        let place = try Account()
        let emulator = try await place.startEmulator()
        defer { emulator.terminate() }
        var shapes = Shapes()

        // Creates, uploads and references; a bad data file; a row that the service rejects.
        try place.write("stock.yaml", Account.stock)
        try place.write("profiles.yaml", Account.profiles(name: "Profiles", links: ["1"]))
        try place.write("profiles.csv", "id,name\n1,Ada\n2,Joan\n")
        try place.write("twice.yaml", Account.rows("twice"))
        try place.write("twice.csv", "id,name\n1,Ada\n1,Joan\n")
        try place.write("rejected.yaml", Account.rows("rejected"))
        try place.write("rejected.csv", "id,name\n1,unwanted\n2,Joan\n")
        shapes.take(try await place.run(["--output", "json"]), as: "document")

        // An update, a delta, a reference that goes, a refusal.
        try place.write("stock.yaml", Account.stock.replacing("primary_key: sku", with: "primary_key: ean"))
        try place.write("profiles.yaml", Account.profiles(name: "People", links: []))
        try place.write("profiles.csv", "id,name\n1,Ada\n2,June\n")
        shapes.take(try await place.run(["--dry-run", "--output", "json"]), as: "document")

        // Without a plan: keys are missing, and so is a field.
        try place.write("twice.yaml", "kind: DataConnection\n")
        shapes.take(try await place.run(["--dry-run", "--output", "json"], hasKeys: false), as: "document")

        shapes.compare(with: try Handbook.page("OutputFormats"))
    }

    @Test func ofValidate() async throws {
        let place = try Account()
        try place.write("twice.yaml", Account.rows("twice"))
        try place.write("twice.csv", "id,name\n1,Ada\n1,Joan\n")
        let document = try await place.run(["validate", "--output", "json"])
        #expect(document["diagnostics"]?.arrayValue?.isEmpty == false)
        var shapes = Shapes()
        shapes.take(document, as: "validation")
        shapes.compare(with: try Handbook.page("OutputFormats"))
    }

    @Test func ofTheDaemonsStatus() throws {
        var status = Status(version: "1", directory: "d", startedAt: 0)
        status.lastPass = Status.LastPass(status: .converged, reason: .resync, endedAt: 0, seconds: 0, summary: "")
        status.connections = [ConnectionEntry(key: "a", name: "A")]
        var shapes = Shapes()
        shapes.take(status.document(uptime: 0, unix: 0), as: "status", connection: "status_connection")
        shapes.compare(with: try Handbook.page("Service"))
    }
}

/// A directory of manifests and an emulated account, gone at the end of the test.
private final class Account: Sendable {
    private let root: URL

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "handbook-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: root.appending(path: "Manifests"), withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    private var address: URL { root.appending(path: "address") }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: root.appending(path: "Manifests/\(name)"))
    }

    /// An emulator that rejects rows with the value `unwanted`.
    func startEmulator() async throws -> Process {
        let out = Pipe()
        let process = Program.process(
            ["emulator", "--port", "0", "--reject-value", "unwanted"], environment: [:], directory: root, out: out)
        try process.run()
        let line = try await Program.onThread {
            var line = Data()
            while let byte = try out.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8), !byte.isEmpty {
                line += byte
            }
            return String(decoding: line, as: UTF8.self)
        }
        try Data((line.split(separator: " ").last ?? "").utf8).write(to: address)
        return process
    }

    /// What `reconcile ARGUMENTS` prints, as JSON.
    func run(_ arguments: [String], hasKeys: Bool = true) async throws -> JSONValue {
        var environment = ["RECONCILE_API_URL": (try? String(contentsOf: address, encoding: .utf8)) ?? ""]
        environment["STATE_DIRECTORY"] = root.appending(path: "state").path
        if hasKeys { environment.merge(["OPTIX_API_KEY": "key", "OPTIX_BRAND_KEY": "brand"]) { own, _ in own } }
        let run = try await Program.run(arguments, environment: environment, directory: root)
        return try JSONValue.parse(run.out.utf8)
    }

    static func rows(_ name: String) -> String {
        """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: \(name)}
        spec:
          name: \(name)
          primary_key: id
          data: {files: [\(name).csv]}

        """
    }

    static func profiles(name: String, links: [String]) -> String {
        """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: profiles}
        spec:
          name: \(name)
          primary_key: id
          data: {files: [profiles.csv], ttl_seconds: 604800}
          references: [\(links.map { "{reference_type: mail, reference_id: \($0)}" }.joined(separator: ", "))]

        """
    }

    static let stock = """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: stock}
        spec:
          name: Stock
          primary_key: sku
          external_api_details: {url: "https://api.example.com/stock", http_method: GET, ttl: 60}

        """
}

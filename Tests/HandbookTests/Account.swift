import Foundation
import JSON
import TestSupport

/// A directory of manifests and an emulated account, gone at the end of the test.
final class Account: Sendable {
    private let directory = TemporaryDirectory()
    private var root: URL { directory.url }

    init() throws {
        try FileManager.default.createDirectory(
            at: root.appending(path: "Manifests/data"), withIntermediateDirectories: true)
    }

    private var address: URL { root.appending(path: "address") }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: root.appending(path: "Manifests/\(name)"))
    }

    /// An emulator that rejects rows with the value `unwanted`.
    func startEmulator() async throws -> Process {
        let (process, url) = try await Self.start(["--reject-value", "unwanted"], in: root)
        try Data(url.utf8).write(to: address)
        return process
    }

    /// An emulator, and its address.
    static func start(_ arguments: [String] = [], in directory: URL) async throws -> (process: Process, url: String) {
        let out = Pipe()
        let process = try Program.start(
            ["emulator", "--port", "0"] + arguments, environment: [:], directory: directory, out: out, err: Pipe())
        let line = try await Program.onThread {
            var line = Data()
            while let byte = try out.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8), !byte.isEmpty {
                line += byte
            }
            return String(decoding: line, as: UTF8.self)
        }
        return (process, String(line.split(separator: " ").last ?? ""))
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

import APIClient
import Emulator
import Foundation
import FoundationNetworking
import JSON
import ManifestLoader
import Model
import Planner
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Reconciler

/// A directory of manifests, a state directory and an emulator, for one test. Time is virtual: nobody waits.
final class World: Sendable {
    private let directory: TemporaryDirectory
    var root: URL { directory.url }
    let manifests: URL
    let state: URL
    let emulator: Emulator
    let time = ManualTime()

    /// - Parameter isServed: Whether the emulator listens. Without that only a client in this process reaches it, and
    ///   files go into memory where there is a place for that: hundreds of worlds do not wait for a disk.
    init(
        dialects: Set<Dialect> = [], faults: String = "", rejectValue: String? = nil, isServed: Bool = true
    ) throws {
        let memory = "/dev/shm"
        let isInMemory = !isServed && FileManager.default.isWritableFile(atPath: memory)
        directory = TemporaryDirectory(in: isInMemory ? memory : nil)
        manifests = directory.url.appending(path: "Manifests")
        state = directory.url.appending(path: "state")
        try FileManager.default.createDirectory(at: manifests, withIntermediateDirectories: true)
        var options = EmulatorOptions()
        options.dialects = dialects
        options.faults = try FaultPlan(parsing: faults)
        options.rejectValue = rejectValue
        options.acceptedAPIKeys = ["k"]
        options.faultLatency = 0
        let time = time
        options.now = { time.unixTime() }
        emulator = try Emulator(options: options)
        if isServed { _ = try emulator.start() }
    }

    func write(_ name: String, _ text: String) throws {
        let file = manifests.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(at: manifests.appending(path: name)) }

    /// Three connections of both kinds, 25 rows in three requests of ten, and a reference.
    func writeSamples(owner: String = "tests", ownership: String = "marker") throws {
        try write(
            "policy.yaml",
            "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: \(owner), ownership: \(ownership)}\n")
        try write("profiles.yaml", Self.profiles)
        try write("stock.yaml", Self.stock)
        try write("plain.yaml", Self.plain)
        try write("rows.csv", Self.rows(0..<25))
    }

    static let profiles = """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: profiles}
        spec:
          name: Profiles
          primary_key: id
          description: Weekly
          data: {files: [rows.csv], columns: {score: number}}
          references:
            - {reference_type: mail, reference_id: "1742"}

        """

    static let stock = """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: stock}
        spec:
          name: Stock
          primary_key: sku
          external_api_details:
            url: https://api.example.com/stock?sku={sku}
            http_method: GET
            headers: {Accept: application/json, X-Token: abc}
            ttl: 60
            sample_placeholder_values: {sku: A-1}

        """

    static let plain = """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: plain}
        spec: {name: Plain, primary_key: id}

        """

    static func rows(_ numbers: Range<Int>) -> String {
        "id,name,score\n" + numbers.map { "u\($0),Name \($0),\($0).50\n" }.joined()
    }

    func client(apiKey: String = "k") throws -> APIClient {
        APIClient(
            configuration: try APIClientConfiguration(
                baseURL: emulator.baseURL, keys: try APIKeys(apiKey: apiKey, brandKey: "b"), userAgent: "tests"),
            time: time)
    }

    /// One pass; `dryRun` hands it no writer, `writer` another one.
    @discardableResult
    func pass(
        dryRun: Bool = false, apiKey: String = "k", writer: (any ConnectionWriting)? = nil,
        observer: any PassObserver = SilentObserver(),
        configure: (inout PassConfiguration) -> Void = { _ in }
    ) async throws -> PassOutcome {
        let client = try client(apiKey: apiKey)
        defer { client.invalidate() }
        return try await pass(with: client, dryRun: dryRun, writer: writer, observer: observer, configure: configure)
    }

    /// The same with a client of the test's own, such as one that talks to another world's emulator.
    @discardableResult
    func pass(
        with client: APIClient, dryRun: Bool = false, reader: (any ConnectionReading)? = nil,
        writer: (any ConnectionWriting)? = nil, observer: any PassObserver = SilentObserver(),
        configure: (inout PassConfiguration) -> Void = { _ in }
    ) async throws -> PassOutcome {
        var configuration = PassConfiguration(
            directory: manifests.path,
            secrets: SystemSecrets(environment: [:], credentialsDirectory: nil, forbiddenFiles: []),
            apiIdentity: "emulator", stateDirectory: state.path, temporaryDirectory: root.path)
        configuration.limits.maxRows = 10
        configure(&configuration)
        return await ReconcilePass(
            configuration: configuration, reader: reader ?? client, writer: dryRun ? nil : writer ?? client,
            querier: client, observer: observer,
            time: time
        ).run()
    }

    func forgetState() { try? FileManager.default.removeItem(at: state) }

    // MARK: - What the emulator saw

    func admin(_ method: String, _ path: String, _ body: String = "") async throws -> JSONValue {
        let url = try #require(
            URL(string: emulator.baseURL.replacing(Emulator.basePath, with: "") + "/_emulator/" + path))
        var request = URLRequest(url: url)
        request.httpMethod = method
        if !body.isEmpty { request.httpBody = Data(body.utf8) }
        let (data, _) = try await URLSession.shared.data(for: request)
        return try JSONValue.parse(data)
    }

    func rowText(_ uuid: String) async throws -> String {
        let url = try #require(
            URL(string: emulator.baseURL.replacing(Emulator.basePath, with: "") + "/_emulator/rows/\(uuid)"))
        return String(decoding: try await URLSession.shared.data(from: url).0, as: UTF8.self)
    }

    var requestCount: Int {
        get async throws { try await admin("GET", "stats")["requests"]?.intValue ?? -1 }
    }

    /// `METHOD /path` of each request from a number on.
    func requests(from start: Int = 0) async throws -> [String] {
        let all = try await admin("GET", "requests")["requests"]?.arrayValue ?? []
        return all.dropFirst(start).map { "\($0["method"]?.stringValue ?? "") \($0["path"]?.stringValue ?? "")" }
    }

    /// Requests other than GET from a number on.
    func writes(from start: Int) async throws -> [String] {
        try await requests(from: start).filter { !$0.hasPrefix("GET ") }
    }

    struct Stored {
        var uuid: String
        var name: String
        var rows: Int
        var description: String?
        var references: Int
        var json: JSONValue
    }

    func stored() async throws -> [Stored] {
        (try await admin("GET", "connections")["connections"]?.arrayValue ?? []).map { connection in
            Stored(
                uuid: connection["data_connection_uuid"]?.stringValue ?? "",
                name: connection["name"]?.stringValue ?? "", rows: connection["rows"]?.intValue ?? -1,
                description: connection["description"]?.stringValue,
                references: connection["references"]?.arrayValue?.count ?? -1, json: connection)
        }
    }
}

/// Hears nothing.
struct SilentObserver: PassObserver {
    func planned(_ plan: Plan) {}
    func waiting(for reason: String) {}
    func did(_ step: Step, key: String) {}
    func failed(_ failure: StepFailure, key: String) {}
    func warned(_ message: String, key: String) {}
    func uploading(_ progress: UploadProgress, key: String) {}
    func rejected(_ row: RejectedRow, key: String) {}
}

import Foundation
import FoundationNetworking
import JSON
import Synchronization
import Testing

/// The built binary, run as a user runs it.
enum Program {
    struct Run {
        var status: Int32
        var out: String
        var err: String
        /// Both, for looking after secrets.
        var all: String { out + err }
    }

    /// Beside the test bundle that is running.
    static let path: String = {
        let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return own.deletingLastPathComponent().appending(path: "reconcile").path
    }()

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func start(
        _ arguments: [String], instead: [String] = [], through: [String] = [], environment: [String: String],
        directory: URL, out: Pipe,
        err: Pipe,
        input: Pipe? = nil
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: instead.first ?? through.first ?? path)
        process.arguments =
            if !instead.isEmpty { instead.dropFirst() + arguments } else if through.isEmpty { arguments } else {
                through.dropFirst() + [path] + arguments
            }
        process.currentDirectoryURL = directory
        // Nothing of the machine's own leaks in; the backtracer can hang a run that is killed on purpose.
        process.environment = environment.merging(["SWIFT_BACKTRACE": "enable=no", "LANG": "C.UTF-8"]) { own, _ in own }
        process.standardOutput = out
        process.standardError = err
        process.standardInput = input ?? FileHandle.nullDevice
        try process.run()
        return process
    }

    /// - Parameter through: A program with its first arguments that is run instead, with these arguments behind.
    static func run(
        _ arguments: [String], through: String..., environment: [String: String] = [:], directory: URL,
        input: String? = nil
    ) async throws -> Run {
        try await onThread {
            let (out, err, stdin) = (Pipe(), Pipe(), Pipe())
            let process = try start(
                arguments, instead: through, environment: environment, directory: directory, out: out, err: err,
                input: input == nil ? nil : stdin)
            if let input {
                try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
                try stdin.fileHandleForWriting.close()
            }
            let errText = Mutex("")
            let reading = Thread { errText.withLock { $0 = text(of: err) } }
            reading.start()
            let outText = text(of: out)
            process.waitUntilExit()
            while !reading.isFinished { sched_yield() }
            return Run(status: process.terminationStatus, out: outText, err: errText.withLock { $0 })
        }
    }

    private static func text(of pipe: Pipe) -> String {
        String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }

    /// Runs what blocks on a thread of its own: the few that carry tasks serve the other tests.
    static func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
        }
    }
}

/// `reconcile emulator` as a process of its own, and what it saw.
final class EmulatorProcess: Sendable {
    let url: String
    private let process: Mutex<Process>
    private let out: Pipe

    init(_ arguments: [String] = [], directory: URL) async throws {
        let out = Pipe()
        self.out = out
        let started = try Program.start(
            ["emulator", "--port", "0"] + arguments, environment: [:], directory: directory, out: out, err: Pipe())
        let text = try await Program.onThread {
            var line = Data()
            while let byte = try out.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8), !byte.isEmpty {
                line += byte
            }
            return String(decoding: line, as: UTF8.self)
        }
        url = try #require(text.split(separator: " ").last.map(String.init), "the emulator did not start")
        process = Mutex(started)
    }

    deinit { kill() }

    func kill() {
        process.withLock { process in
            guard process.isRunning else { return }
            Glibc.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    private func send(_ method: String, _ path: String, _ body: String) async throws -> Data {
        let base = url.replacing("/api/data-connections/v1", with: "")
        var request = URLRequest(url: try #require(URL(string: "\(base)/_emulator/\(path)")))
        request.httpMethod = method
        if !body.isEmpty { request.httpBody = Data(body.utf8) }
        return try await URLSession.shared.data(for: request).0
    }

    @discardableResult
    func admin(_ method: String, _ path: String, _ body: String = "") async throws -> JSONValue {
        try JSONValue.parse(try await send(method, path, body))
    }

    /// Renames a connection as somebody else would, with keys of their own.
    func rename(_ connection: JSONValue, to name: String) async throws {
        let uuid = try #require(connection["data_connection_uuid"]?.stringValue)
        var request = URLRequest(url: try #require(URL(string: "\(url)/connections/\(uuid)")))
        request.httpMethod = "PUT"
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        for name in ["x-api-key", "x-brand-key"] { request.setValue("other", forHTTPHeaderField: name) }
        let body: JSONValue = ["name": .string(name), "description": connection["description"] ?? .null]
        request.httpBody = Data(body.compactText.utf8)
        _ = try await URLSession.shared.data(for: request)
    }

    /// Names, sorted.
    func names() async throws -> [String] {
        try await connections().compactMap { $0["name"]?.stringValue }.sorted()
    }

    /// `METHOD /path` of each request from a number on.
    func requests(from start: Int = 0) async throws -> [String] {
        let all = try await admin("GET", "requests")["requests"]?.arrayValue ?? []
        return all.dropFirst(start).map { "\($0["method"]?.stringValue ?? "") \($0["path"]?.stringValue ?? "")" }
    }

    func writes(from start: Int = 0) async throws -> [String] {
        try await requests(from: start).filter { !$0.hasPrefix("GET ") }
    }

    /// Name to rows, for each connection; two of one name make the test fail.
    func rowCounts() async throws -> [String: Int] {
        let all = try await connections()
        #expect(Set(all.compactMap { $0["name"]?.stringValue }).count == all.count, "a connection is there twice")
        return Dictionary(
            all.map { ($0["name"]?.stringValue ?? "", $0["rows"]?.intValue ?? -1) }, uniquingKeysWith: { $0 + $1 })
    }

    func connections() async throws -> [JSONValue] {
        try await admin("GET", "connections")["connections"]?.arrayValue ?? []
    }
}

/// A scratch directory with manifests and state, gone at the end of the test.
final class Scratch: Sendable {
    let root: URL
    var manifests: URL { root.appending(path: "Manifests") }
    var state: URL { root.appending(path: "state") }

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "reconcile-e2e-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: root.appending(path: "Manifests"), withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    func write(_ name: String, _ text: String) throws {
        let file = manifests.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    func copySamples() throws {
        try FileManager.default.removeItem(at: manifests)
        try FileManager.default.copyItem(at: Program.root.appending(path: "Manifests"), to: manifests)
    }

    static let keys = ["OPTIX_API_KEY": "key-of-the-tests", "OPTIX_BRAND_KEY": "brand-of-the-tests"]

    /// `reconcile ARGUMENTS` against an emulator, with keys and this state directory.
    func reconcile(
        _ arguments: [String], against emulator: EmulatorProcess? = nil, environment: [String: String] = keys,
        input: String? = nil
    ) async throws -> Program.Run {
        var arguments = arguments
        if arguments.first != "validate" { arguments += ["--state-dir", state.path] }
        if let emulator { arguments += ["--api-url", emulator.url] }
        return try await Program.run(
            arguments, environment: environment.merging(["TMPDIR": root.path]) { own, _ in own }, directory: root,
            input: input)
    }

    func forgetState() { try? FileManager.default.removeItem(at: state) }

    /// Every file below the state directory with its contents; nil where there is no such directory.
    func stateContents() throws -> [String: Data]? {
        guard FileManager.default.fileExists(atPath: state.path) else { return nil }
        var contents: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: state.path) {
            contents[name] = FileManager.default.contents(atPath: state.appending(path: name).path) ?? Data()
        }
        return contents
    }
}

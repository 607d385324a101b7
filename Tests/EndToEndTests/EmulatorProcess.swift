import Foundation
import FoundationNetworking
import JSON
import Synchronization
import TestSupport
import Testing

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

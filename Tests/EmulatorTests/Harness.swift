import HTTPServer
import JSON
import Platform

@testable import Emulator

/// An emulator without sockets, with a clock and random numbers that the test holds.
final class Harness: Sendable {
    let emulator: Emulator
    let clock: Clock

    /// Time that passes only when a test says so, and when the emulator sleeps.
    final class Clock: Sendable {
        private let state = Locked((now: 1_700_000_000.0, slept: [Double](), drawn: UInt64(0)))
        /// Which harness of the process this is, so that two of them that share a store draw different uuids.
        private let serial = Clock.made.withLock { made -> UInt64 in
            made += 1
            return made
        }
        private static let made = Locked<UInt64>(0)

        var now: Double { state.withLock { $0.now } }
        var slept: [Double] { state.withLock { $0.slept } }
        func advance(_ seconds: Double) { state.withLock { $0.now += seconds } }
        func sleep(_ seconds: Double) { state.withLock { $0.slept.append(seconds) } }
        func draw() -> UInt64 {
            state.withLock { state in
                state.drawn += 1
                return (serial << 32 + state.drawn) &* 0x9E37_79B9_7F4A_7C15
            }
        }
    }

    init(_ dialects: Dialect..., change: (inout EmulatorOptions) -> Void = { _ in }) throws {
        let clock = Clock()
        var options = EmulatorOptions()
        options.dialects = Set(dialects)
        options.now = { clock.now }
        options.sleep = { clock.sleep($0) }
        options.random = { clock.draw() }
        change(&options)
        self.clock = clock
        emulator = try Emulator(options: options)
    }

    /// Sends a request with good keys to a path below the API's base.
    func send(_ method: String, _ path: String, _ body: String? = nil) async -> HTTPResponse {
        await send(method, path, bytes: body.map { Array($0.utf8) } ?? [])
    }

    func send(_ method: String, _ path: String, bytes: [UInt8]) async -> HTTPResponse {
        var headers: HTTPHeaders = ["x-api-key": "k-secret", "X-Brand-Key": "b-secret"]
        if !bytes.isEmpty { headers["Content-Type"] = "application/json" }
        return await emulator.handle(
            HTTPRequest(method: method, target: Emulator.basePath + path, headers: headers, body: bytes))
    }

    func admin(_ method: String, _ path: String, _ body: String = "") async -> HTTPResponse {
        await emulator.handle(
            HTTPRequest(method: method, target: "/_emulator/\(path)", body: Array(body.utf8)))
    }

    /// Creates a connection and returns its uuid.
    func create(_ body: String = #"{"name":"n","primary_key":"id"}"#) async throws -> String {
        let response = await send("POST", "/connections", body)
        guard response.status == 200, let uuid = response.document["data_connection_uuid"]?.stringValue else {
            throw Refused(answer: response.text)
        }
        return uuid
    }

    /// The visible rows as NDJSON.
    func rows(_ uuid: String) async -> String { await admin("GET", "rows/\(uuid)").text }

    struct Refused: Error { let answer: String }
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
    var document: JSONValue { (try? JSONValue.parse(body)) ?? .null }
    /// The `loc` of each problem of a 422, as compact text.
    var locs: [String] { (document["detail"]?.arrayValue ?? []).compactMap { $0["loc"]?.compactText } }
}

extension JSONValue {
    subscript(index: Int) -> JSONValue? { arrayValue.flatMap { $0.indices.contains(index) ? $0[index] : nil } }
}

/// A body of external API details for `create`.
func apiBody(_ details: String) -> String {
    #"{"name":"api","primary_key":"id","external_api_details":\#(details)}"#
}

import APIClient
import Foundation
import HTTPServer
import JSON
import Reconciler
import TestSupport
import Testing

@testable import Daemon

@Suite(.timeLimit(.minutes(1))) struct StatusTests {
    private let time = ManualTime.waiting()

    private func board(_ change: (inout Status) -> Void = { _ in }) -> StatusBoard {
        var status = Status(version: "1.2.3", directory: "Manifests", startedAt: 1_700_000_000)
        change(&status)
        return StatusBoard(status)
    }

    private func get(_ path: String, _ board: StatusBoard, method: String = "GET") -> HTTPResponse {
        StatusEndpoint.answer(HTTPRequest(method: method, target: path), board: board, time: time)
    }

    /// The client blocks, so it gets a thread of its own: the server's tasks need theirs.
    private func ask(_ address: ListenAddress) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try StatusClient.get("/status", from: address) })
            }
        }
    }

    private func pass(_ status: PassStatus) -> Status.LastPass {
        Status.LastPass(status: status, reason: .resync, endedAt: 1_700_000_100, seconds: 0.5, summary: "in a word")
    }

    @Test func healthIsTheLoopTurning() {
        let board = board { $0.loop = (turnedAt: 900, wakeAt: 990) }
        #expect(get("/healthz", board).status == 200)
        board.update { $0.loop.wakeAt = 980 }
        #expect(get("/healthz", board).status == 503)
        board.update { $0.loop.wakeAt = nil }
        #expect(get("/healthz", board).status == 200)
    }

    @Test func readinessIsAFirstPassAndKeysThatWork() {
        let board = board()
        #expect(get("/readyz", board).status == 503)
        board.update { $0.lastPass = pass(.unreachable) }
        #expect(get("/readyz", board).status == 503)
        #expect(String(decoding: get("/readyz", board).body, as: UTF8.self) == "in a word\n")
        // A connection that fails is for metrics to tell.
        board.update { status in
            status.metrics.passes[.incomplete] = 1
            status.lastPass = pass(.incomplete)
        }
        #expect(get("/readyz", board).status == 200)
        board.update { $0.lastPass = pass(.unreachable) }
        #expect(get("/readyz", board).status == 200)
        board.update { $0.lastPass = pass(.authenticationFailed) }
        #expect(get("/readyz", board).status == 503)
    }

    @Test func aPageThatNeedsNothingElse() {
        let response = get("/", board())
        #expect(response.headers["Content-Type"] == "text/html; charset=utf-8")
        let page = String(decoding: response.body, as: UTF8.self)
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("fetch(\"/status\""))
        // Nothing from elsewhere, and no value is ever taken for HTML.
        for outside in ["http://", "https://", "src=", "<link", "innerHTML", "document.write", "eval("] {
            #expect(!page.contains(outside), "\(outside)")
        }
        #expect(response.headers["Content-Security-Policy"]?.hasPrefix("default-src 'none'") == true)
    }

    @Test(arguments: [
        ("127.0.0.1:9464", true), ("localhost:9464", true), ("LOCALHOST", true), ("[::1]:9464", true),
        ("10.1.2.3", true),
        ("status.example.com", true), ("STATUS.example.com:80", true), ("evil.example.com:9464", false),
        ("127.0.0.1.evil.com", false), ("localhost.evil.com", false), ("1.2.3", false), ("", true),
    ])
    func namesThatWereNotAllowedAreNotAnswered(host: String, isAllowed: Bool) {
        for path in ["/", "/status", "/metrics", "/healthz", "/readyz"] {
            let request = HTTPRequest(method: "GET", target: path, headers: ["Host": host])
            let response = StatusEndpoint.answer(
                request, board: board(), time: time, hosts: AllowedHosts(names: ["status.example.com"]))
            #expect((response.status != 421) == isAllowed)
        }
    }

    @Test func theLastHundredPassesAreRemembered() {
        var status = Status(version: "1", directory: "d", startedAt: 0)
        for number in 0..<250 {
            status.remember(
                Status.LastPass(status: .converged, reason: .resync, endedAt: Double(number), seconds: 1, summary: ""))
        }
        #expect(status.recentPasses.count == 100 && status.recentPasses.first?.endedAt == 150)
    }

    @Test func metricsAreServedAsPrometheusReadsThem() throws {
        let response = get("/metrics", board())
        #expect(response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        _ = try PrometheusDocument(parsing: String(decoding: response.body, as: UTF8.self))
    }

    @Test func statusIsJSONAndTheTableShowsIt() throws {
        let board = board { status in
            status.lastPass = pass(.incomplete)
            status.revision = String(repeating: "a", count: 40)
            status.manifestErrors = ["m.yaml:1:1: bad"]
            var entry = ConnectionEntry(key: "a", name: "A")
            entry.state = .failing
            entry.problem = "409\nConflict"
            entry.nextTry = 1060
            status.connections = [entry]
        }
        let document = try JSONValue.parse(Data(get("/status", board).body))
        let entry = try #require(document["connections"]?.arrayValue?.first)
        #expect(entry["state"] == "failing")
        #expect(entry["problem"] == "409\nConflict")
        #expect(entry["next_try_at"] == "2023-11-14T22:31:00.000Z")
        #expect(document["git_revision"]?.stringValue?.count == 40)
        let table = StatusTable.text(of: document)
        #expect(
            table.contains("a           failing  2023-11-14T22:31:00.000Z  -             409\\nConflict"), "\(table)")
        #expect(table.contains("error        m.yaml:1:1: bad"))
    }

    @Test func otherPathsAndMethodsAreTold() {
        #expect(get("/secret", board()).status == 404)
        #expect(get("/status", board(), method: "POST").status == 405)
    }

    @Test func aUnixSocketIsServedReplacedAndRemoved() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "s-\(UUID().uuidString.prefix(8))").path
        let address = try ListenAddress("unix:\(path)", anywhere: false)
        let first = StatusEndpoint(board: board(), address: address, time: time)
        _ = try first.start()
        #expect(throws: SocketError.self) {
            _ = try StatusEndpoint(board: board(), address: address, time: time).start()
        }
        let body = try await ask(address)
        #expect(try JSONValue.parse(Data(body))["version"] == "1.2.3")
        await first.stop()
        #expect(!FileManager.default.fileExists(atPath: path))

        // A process that was killed leaves its socket behind.
        let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let code = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(left, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(code == 0)
        close(left)
        let second = StatusEndpoint(board: board(), address: address, time: time)
        _ = try second.start()
        await second.stop()
    }

    @Test func manySilentAndNoisyClientsLeaveOthersServed() async throws {
        let endpoint = StatusEndpoint(
            board: board(), address: try ListenAddress("127.0.0.1:0", anywhere: false), time: time)
        guard case .tcp(_, let port) = try endpoint.start() else { return }
        var clients: [Int32] = []
        defer { for client in clients { close(client) } }
        for number in 0..<300 {
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            try #require(client >= 0)
            clients.append(client)
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            _ = withUnsafePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if number.isMultiple(of: 2) { _ = send(client, "\u{7F}\u{0}garbage", 9, Int32(MSG_NOSIGNAL)) }
        }
        for client in clients { close(client) }
        clients = []
        // Once they are gone their places are free again.
        var answer: [UInt8]?
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(20)
        while answer == nil, clock.now < deadline {
            answer = try? await ask(.tcp(host: "127.0.0.1", port: port))
        }
        #expect(answer != nil)
        await endpoint.stop()
    }

    @Test(arguments: [
        ("127.0.0.1:9464", "127.0.0.1:9464"), ("localhost:80", "127.0.0.1:80"), ("127.9.9.9:0", "127.9.9.9:0"),
        ("unix:/run/x", "unix:/run/x"),
    ])
    func addressesOfThisMachineAreTaken(text: String, expected: String) throws {
        #expect(try ListenAddress(text, anywhere: false).description == expected)
    }

    @Test(arguments: ["0.0.0.0:80", "10.0.0.1:80"])
    func othersNeedToBeMeant(text: String) throws {
        let problem = #expect(throws: ListenAddress.Problem.self) { try ListenAddress(text, anywhere: false) }
        #expect(problem?.help.contains("--listen-anywhere") == true)
        #expect(try ListenAddress(text, anywhere: true).description == text)
    }

    @Test(arguments: ["", "80", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "unix:relative", "::1:80"])
    func nonsenseIsNoAddress(text: String) {
        #expect(throws: ListenAddress.Problem.self) { try ListenAddress(text, anywhere: true) }
    }
}

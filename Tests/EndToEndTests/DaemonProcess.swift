import Foundation
import JSON
import Synchronization
import TestSupport
import Testing

/// `reconcile daemon` as systemd starts it: with a notify socket, its log in a pipe, killed at the end of the test.
final class DaemonProcess: Sendable {
    private struct State {
        var log = ""
        var notices: [String] = []
    }

    private let process: Mutex<Process>
    private let state = Mutex(State())
    private let socket: Int32
    private let err = Pipe()
    let statusAddress: String

    /// - Parameters:
    ///   - through: A command that starts the program given behind it, in the same process.
    ///   - isJournal: Whether its stderr is what `JOURNAL_STREAM` names.
    init(
        _ arguments: [String] = [], scratch: Scratch, emulator: EmulatorProcess?,
        environment: [String: String] = Scratch.keys, isAbstract: Bool = false, through: [String] = [],
        isJournal: Bool = false
    ) throws {
        let name = scratch.root.appending(path: "n").path
        socket = try Self.bind(name, isAbstract: isAbstract)
        let statusPath = scratch.root.appending(path: "s").path
        statusAddress = "unix:\(statusPath)"
        var all = ["daemon", "--state-dir", scratch.state.path, "--listen", statusAddress]
        if let emulator { all += ["--api-url", emulator.url] }
        var own = ["TMPDIR": scratch.root.path, "NOTIFY_SOCKET": (isAbstract ? "@" : "") + name]
        if isJournal {
            var end = stat()
            fstat(err.fileHandleForWriting.fileDescriptor, &end)
            own["JOURNAL_STREAM"] = "\(end.st_dev):\(end.st_ino)"
        }
        let started = try Program.start(
            all + arguments, through: through, environment: environment.merging(own) { $1 }, directory: scratch.root,
            out: Pipe(), err: err)
        process = Mutex(started)
        err.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let text = String(decoding: handle.availableData, as: UTF8.self)
            if text.isEmpty { handle.readabilityHandler = nil }
            self?.state.withLock { $0.log += text }
        }
    }

    deinit {
        kill()
        close(socket)
    }

    private static func bind(_ name: String, isAbstract: Bool) throws -> Int32 {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = (isAbstract ? [0] : []) + Array(name.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(length))
            }
        }
        try #require(code == 0)
        return descriptor
    }

    var log: String { state.withLock(\.log) }
    var processID: Int32 { process.withLock { $0.processIdentifier } }
    var isRunning: Bool { process.withLock { $0.isRunning } }

    /// What systemd was told so far.
    var notices: [String] {
        var buffer = [UInt8](repeating: 0, count: 8192)
        while true {
            let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count < 0 { break }
            let text = String(decoding: buffer[..<count], as: UTF8.self)
            state.withLock { $0.notices.append(text) }
        }
        return state.withLock(\.notices)
    }

    func signal(_ number: Int32) { Glibc.kill(processID, number) }

    func kill() {
        process.withLock { process in
            guard process.isRunning else { return }
            Glibc.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    struct NeverHappened: Error, CustomStringConvertible {
        var description: String
    }

    /// Until something is so; fails with the log where it is not within 30 seconds.
    func until(_ what: String, _ condition: () async throws -> Bool) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(30)
        while try await !condition() {
            guard clock.now < deadline else {
                throw NeverHappened(description: "\(what) never happened:\n\(log)\n\(notices)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Until the daemon ended; its exit status.
    func end() async throws -> Int32 {
        try await until("the end") { !isRunning }
        return process.withLock { $0.terminationStatus }
    }

    /// Past the first pass.
    func untilReady() async throws { try await until("READY") { notices.contains("READY=1") } }

    /// The body of a page of the status endpoint.
    func page(_ path: String) async throws -> String {
        let socketPath = String(statusAddress.dropFirst("unix:".count))
        return try await Program.onThread {
            let client = try Self.connect(to: socketPath)
            defer { close(client) }
            let request = "GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            try #require(Glibc.send(client, request, request.utf8.count, Int32(MSG_NOSIGNAL)) == request.utf8.count)
            var answer: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = recv(client, &buffer, buffer.count, 0)
                if count <= 0 { break }
                answer += buffer[..<count]
            }
            let text = String(decoding: answer, as: UTF8.self)
            return text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
        }
    }

    /// The value of one series of `/metrics`, written as it stands there; 0 where there is none.
    func metric(_ series: String) async throws -> Int {
        let line = try await page("/metrics").split(separator: "\n").first { $0.hasPrefix(series + " ") }
        return line.flatMap { Int($0.dropFirst(series.count + 1)) } ?? 0
    }

    static func connect(to path: String) throws -> Int32 {
        let client = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try #require(client >= 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(client, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(code == 0)
        return client
    }

    /// What `reconcile status` says.
    func status(_ scratch: Scratch) async throws -> JSONValue {
        let run = try await Program.run(
            ["status", "--from", statusAddress, "--output", "json"], directory: scratch.root)
        return try JSONValue.parse(Data(run.out.utf8))
    }
}

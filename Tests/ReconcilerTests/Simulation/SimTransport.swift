import Emulator
import Foundation
import HTTPServer
import Platform
import TestSupport

@testable import APIClient

/// What goes wrong with one request.
enum SimFault: CaseIterable {
    case notConnected, cutBefore, cutAfter, errorBefore, errorAfter, rateLimited, truncated, timeoutAfter, garbage
}

/// When a process ends without warning.
enum SimKill: Hashable, CustomStringConvertible {
    /// Before or after the effect of its Nth request that changes something.
    case beforeWrite(Int)
    case afterWrite(Int)

    var description: String {
        switch self {
        case .beforeWrite(let number): "killed before write \(number)"
        case .afterWrite(let number): "killed after write \(number)"
        }
    }
}

/// One process's way to the service: requests meet faults by what they are and how often they were sent, never by when.
final class SimTransport: HTTPTransport {
    private struct State {
        var sent: [String: Int] = [:]
        var writes = 0
        var isDead = false
        var faults = 0
        var log: [String] = []
    }

    private let emulator: Emulator
    private let clock: SimClock
    private let seed: UInt64
    /// Requests of a hundred that meet a fault.
    private let rate: Int
    private let kill: SimKill?
    private let turns: (Turns, Int)?
    /// Ends the process's disk as well.
    private let onDeath: @Sendable () -> Void
    private let state = Locked(State())

    init(
        _ emulator: Emulator, clock: SimClock, seed: UInt64, rate: Int = 0, kill: SimKill? = nil,
        turns: (Turns, Int)? = nil, onDeath: @escaping @Sendable () -> Void = {}
    ) {
        self.emulator = emulator
        self.clock = clock
        self.seed = seed
        self.rate = rate
        self.kill = kill
        self.turns = turns
        self.onDeath = onDeath
    }

    /// Requests that would change something, those included that met a fault.
    var writes: Int { state.withLock(\.writes) }
    var faults: Int { state.withLock(\.faults) }
    var isDead: Bool { state.withLock(\.isDead) }
    /// `METHOD PATH → what came of it`, in order.
    var log: [String] { state.withLock(\.log) }

    private func note(_ call: HTTPCall, _ what: String) {
        state.withLock { $0.log.append("\(call.method) \(call.url.lastPathComponent) → \(what)") }
    }

    private func die(_ call: HTTPCall) -> Result<HTTPAnswer, TransportFailure> {
        state.withLock { $0.isDead = true }
        onDeath()
        note(call, "killed")
        return .failure(TransportFailure(kind: .cancelled, message: "killed"))
    }

    func send(_ call: HTTPCall) async -> Result<HTTPAnswer, TransportFailure> {
        if let (turns, number) = turns { await turns.wait(number) }
        if isDead || Task.isCancelled { return .failure(TransportFailure(kind: .cancelled, message: "killed")) }
        let isWrite = call.method != "GET" && !call.url.path.hasSuffix("query")
        let signature = "\(call.method) \(call.url.path)"
        let (count, write) = state.withLock { state in
            state.sent[signature, default: 0] += 1
            if isWrite { state.writes += 1 }
            return (state.sent[signature]!, state.writes)
        }
        if isWrite, kill == .beforeWrite(write) { return die(call) }
        let fault = fault(signature, count)
        if fault != nil { state.withLock { $0.faults += 1 } }
        func lost(_ kind: TransportFailure.Kind) -> Result<HTTPAnswer, TransportFailure> {
            note(call, "\(fault.map { "\($0)" } ?? "")")
            return .failure(TransportFailure(kind: kind, message: "\(kind)"))
        }
        func status(_ number: Int, _ headers: [String: String] = [:]) -> Result<HTTPAnswer, TransportFailure> {
            note(call, "\(number) \(fault.map { "\($0)" } ?? "")")
            return .success(
                HTTPAnswer(
                    status: number, headers: headers.merging(["content-type": "application/json"]) { own, _ in own },
                    body: Data(#"{"detail": "simulated"}"#.utf8)))
        }
        switch fault {
        case .notConnected: return lost(.notConnected)
        case .cutBefore: return lost(.lost)
        case .errorBefore: return status([500, 502, 503, 504][count % 4])
        case .rateLimited: return status(429, ["retry-after": "\(count)"])
        case .garbage:
            note(call, "garbage")
            return .success(
                HTTPAnswer(
                    status: 200, headers: ["content-type": "text/html"], body: Data("<html>busy</html>".utf8)))
        case .cutAfter, .errorAfter, .truncated, .timeoutAfter, nil: break
        }
        guard let answer = await emulator.answer(to: call) else { return lost(.lost) }
        if isWrite, kill == .afterWrite(write) { return die(call) }
        switch fault {
        case .cutAfter: return lost(.lost)
        case .errorAfter: return status(503)
        case .timeoutAfter:
            clock.advance(60)
            return lost(.timedOut)
        case .truncated:
            note(call, "truncated")
            var cut = answer
            cut.body = answer.body.prefix(answer.body.count / 2)
            cut.ending = .cut("the connection ended")
            return .success(cut)
        default:
            note(call, "\(answer.status)")
            return .success(answer)
        }
    }

    func invalidate() {}

    private func fault(_ signature: String, _ count: Int) -> SimFault? {
        // The same request is let through at last: budgets are not what is looked at here.
        guard rate > 0, count <= 3 else { return nil }
        var random = SeededRandom(seed: seed ^ signature.utf8.reduce(UInt64(count)) { $0 &* 31 &+ UInt64($1) })
        guard Int.random(in: 0..<100, using: &random) < rate else { return nil }
        return SimFault.allCases.randomElement(using: &random)
    }
}

/// Lets one request through at a time, of processes that run side by side: whose is for the seed to say.
final class Turns: Sendable {
    private struct State {
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var running: Set<Int>
        var random: SeededRandom
    }

    private let state: Locked<State>

    init(_ numbers: Set<Int>, seed: UInt64) {
        state = Locked(State(running: numbers, random: SeededRandom(seed: seed)))
    }

    func wait(_ number: Int) async {
        await withCheckedContinuation { continuation in
            next { $0.waiting[number] = continuation }?.resume()
        }
    }

    /// That process sends nothing more.
    func end(_ number: Int) { next { $0.running.remove(number) }?.resume() }

    /// Once all wait, one of them goes on.
    private func next(_ change: (inout State) -> Void) -> CheckedContinuation<Void, Never>? {
        state.withLock { state in
            change(&state)
            guard !state.running.isEmpty, Set(state.waiting.keys) == state.running else { return nil }
            let number = state.waiting.keys.sorted().randomElement(using: &state.random)!
            return state.waiting.removeValue(forKey: number)
        }
    }
}

import Foundation
import JSON
import Synchronization

@testable import APIClient

/// Answers from a script, in order, and keeps what was sent.
final class FakeTransport: HTTPTransport {
    typealias Outcome = Result<HTTPAnswer, TransportFailure>

    private struct State {
        var script: [Outcome]
        var calls: [HTTPCall] = []
    }

    private let state: Mutex<State>
    /// Answers what the script does not.
    private let fallback: @Sendable (HTTPCall) -> Outcome

    init(_ script: [Outcome] = [], fallback: @escaping @Sendable (HTTPCall) -> Outcome = { _ in .status(599) }) {
        state = Mutex(State(script: script))
        self.fallback = fallback
    }

    var calls: [HTTPCall] { state.withLock(\.calls) }
    /// Such as `GET /connections`.
    var requests: [String] {
        calls.map { "\($0.method) \($0.url.absoluteString.replacing("https://api.test/v1", with: ""))" }
    }
    func body(_ index: Int) throws -> JSONValue { try JSONValue.parse(calls[index].body ?? Data()) }

    func send(_ request: HTTPCall) async -> Outcome {
        let next = state.withLock { state in
            state.calls.append(request)
            return state.script.isEmpty ? nil : state.script.removeFirst()
        }
        return next ?? fallback(request)
    }

    func invalidate() {}
}

extension Result where Success == HTTPAnswer, Failure == TransportFailure {
    static func json(_ text: String, status: Int = 200, headers: [String: String] = [:]) -> Self {
        let headers = ["content-type": "application/json"].merging(headers) { $1 }
        return .success(HTTPAnswer(status: status, headers: headers, body: Data(text.utf8)))
    }

    static func status(_ status: Int, headers: [String: String] = [:]) -> Self {
        .success(HTTPAnswer(status: status, headers: headers))
    }

    static func cut(_ text: String, status: Int = 200) -> Self {
        .success(HTTPAnswer(status: status, body: Data(text.utf8), ending: .cut("the connection ended")))
    }

    static func fails(_ kind: TransportFailure.Kind) -> Self {
        .failure(TransportFailure(kind: kind, message: "as scripted"))
    }
}

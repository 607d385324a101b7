import Foundation
import FoundationNetworking
import JSON
import Platform

/// Why an external API gave nothing to work with.
struct ExternalFailure: Error, Hashable, Sendable {
    var reason: String
    /// Whether another try may bring it.
    var mayPass = false
}

/// Asks external APIs, as the service does for API-based connections: with `timeout`, `retries` and a bound on answers.
///
/// Tried again are a connection that fails or times out, and the statuses 408, 429 and 5xx. Redirects are followed within
/// the same host, five times.
enum ExternalFetcher {
    static let maxAnswerBytes = 2_000_000
    /// Seconds, where the details say nothing.
    static let usualTimeout = 10.0

    /// The JSON that the API answers.
    static func fetch(_ request: ExternalRequest, _ details: JSONValue) async throws(ExternalFailure) -> JSONValue {
        let retries = min(details["retries"]?.intValue ?? 0, 10)
        let timeout = details["timeout"]?.intValue.map(Double.init) ?? usualTimeout
        var attempt = 0
        while true {
            attempt += 1
            do throws(ExternalFailure) {
                return try await send(request, timeout: timeout)
            } catch {
                guard error.mayPass, attempt <= retries else {
                    var error = error
                    if attempt > 1 { error.reason += " (\(attempt) attempts)" }
                    throw error
                }
            }
        }
    }

    private static func send(_ request: ExternalRequest, timeout: Double) async throws(ExternalFailure) -> JSONValue {
        guard let url = URL(string: request.url) else { throw ExternalFailure(reason: "its URL is not one") }
        var wire = URLRequest(url: url, timeoutInterval: timeout)
        wire.httpMethod = request.method
        wire.httpBody = request.body.map { Data($0) }
        wire.setValue("application/json", forHTTPHeaderField: "Accept")
        for (name, value) in request.headers { wire.setValue(value, forHTTPHeaderField: name) }
        let exchange = ExternalExchange(host: url.host ?? "", timeout: timeout)
        let answer = try await exchange.run(wire)
        guard (200..<300).contains(answer.status) else {
            throw ExternalFailure(
                reason: "it answered \(answer.status)\(words(answer.body))",
                mayPass: answer.status == 408 || answer.status == 429 || answer.status >= 500)
        }
        do throws(JSONError) {
            return try JSONValue.parse(answer.body)
        } catch {
            throw ExternalFailure(reason: "its answer is not JSON: \(error.message)")
        }
    }

    /// The beginning of what it said.
    private static func words(_ body: Data) -> String {
        let text = String(decoding: body.prefix(200), as: UTF8.self)
        let line = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }.joined()
        return line.isEmpty ? "" : ": \(line)"
    }
}

/// One request and its answer, over a session of its own.
private final class ExternalExchange: NSObject, URLSessionDataDelegate, Sendable {
    typealias Answer = (status: Int, body: Data)

    private struct State {
        var continuation: CheckedContinuation<Result<Answer, ExternalFailure>, Never>?
        var body = Data()
        var redirects = 0
        var failure: ExternalFailure?
    }

    private let host: String
    private let timeout: Double
    private let state = Locked(State())

    init(host: String, timeout: Double) {
        self.host = host
        self.timeout = timeout
    }

    func run(_ request: URLRequest) async throws(ExternalFailure) -> Answer {
        let settings = URLSessionConfiguration.ephemeral
        settings.httpCookieStorage = nil
        settings.urlCache = nil
        settings.timeoutIntervalForRequest = timeout
        let session = URLSession(configuration: settings, delegate: self, delegateQueue: nil)
        defer { session.finishTasksAndInvalidate() }
        let task = session.dataTask(with: request)
        // The session's own timeout begins anew with each byte.
        let timer = Task { [timeout] in
            guard (try? await SystemTime().sleep(seconds: timeout)) != nil else { return }
            fail(ExternalFailure(reason: "it did not answer within \(Int(timeout)) s", mayPass: true), task)
        }
        let outcome = await withCheckedContinuation { continuation in
            state.withLock { $0.continuation = continuation }
            task.resume()
        }
        timer.cancel()
        return try outcome.get()
    }

    private func fail(_ failure: ExternalFailure, _ task: URLSessionTask) {
        state.withLock { $0.failure = $0.failure ?? failure }
        task.cancel()
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isTooLong = state.withLock { state in
            state.body.append(data)
            return state.body.count > ExternalFetcher.maxAnswerBytes
        }
        if isTooLong { fail(ExternalFailure(reason: "its answer is larger than 2 MB"), dataTask) }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        let count = state.withLock { state in
            state.redirects += 1
            return state.redirects
        }
        if request.url?.host?.lowercased() == host.lowercased(), count <= 5 { return completionHandler(request) }
        let target = request.url?.host ?? "nowhere"
        let reason = count > 5 ? "it redirects again and again" : "it redirects to another host, \(target)"
        state.withLock { $0.failure = ExternalFailure(reason: reason) }
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
        completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) {
        completionHandler(.rejectProtectionSpace, nil)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let (continuation, failure, body) = state.withLock { state in
            defer { state.continuation = nil }
            return (state.continuation, state.failure, state.body)
        }
        if let failure {
            continuation?.resume(returning: .failure(failure))
        } else if let response = task.response as? HTTPURLResponse, error == nil || response.statusCode == 401 {
            continuation?.resume(returning: .success((response.statusCode, body)))
        } else {
            let words = error?.localizedDescription ?? "the connection was lost"
            continuation?.resume(returning: .failure(ExternalFailure(reason: "no answer: \(words)", mayPass: true)))
        }
    }
}

import Foundation
import FoundationNetworking
import Model
import Platform
import Synchronization

/// The transport over URLSession: no cookies, no cache, no stored credentials, no redirects.
final class URLSessionTransport: HTTPTransport {
    private let configuration: APIClientConfiguration
    private let transfers: TransferDelegate
    /// Nil before the first request and after `invalidate`: an open session wakes once a second for ever.
    private let session = Mutex<URLSession?>(nil)
    private let settings: URLSessionConfiguration

    init(configuration: APIClientConfiguration, time: any TimeSource) {
        self.configuration = configuration
        transfers = TransferDelegate(
            time: time, attemptTimeout: configuration.attemptTimeout, idleTimeout: configuration.idleTimeout)
        settings = Self.makeSettings(configuration)
        if configuration.baseURL.hasPrefix("http:") { ProxyBypass.keepLoopbackDirect() }
    }

    func send(_ call: HTTPCall) async -> Result<HTTPAnswer, TransportFailure> {
        let request = request(for: call)
        let task = makeTask(request)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                transfers.begin(task, call, continuation: continuation)
                // A task that was cancelled before this point was not known yet.
                if Task.isCancelled { transfers.cancel(task) }
            }
        } onCancel: {
            transfers.cancel(task)
        }
    }

    func invalidate() {
        let old = session.withLock { session in
            defer { session = nil }
            return session
        }
        old?.invalidateAndCancel()
    }

    /// A task made in a session that is being invalidated ends the process, so both happen under the lock.
    private func makeTask(_ request: URLRequest) -> URLSessionDataTask {
        session.withLock { session in
            let open = session ?? URLSession(configuration: settings, delegate: transfers, delegateQueue: nil)
            session = open
            return open.dataTask(with: request)
        }
    }

    private static func makeSettings(_ configuration: APIClientConfiguration) -> URLSessionConfiguration {
        let settings = URLSessionConfiguration.ephemeral
        settings.httpCookieStorage = nil
        settings.httpCookieAcceptPolicy = .never
        settings.httpShouldSetCookies = false
        settings.urlCache = nil
        settings.requestCachePolicy = .reloadIgnoringLocalCacheData
        settings.urlCredentialStorage = nil
        settings.timeoutIntervalForRequest = configuration.idleTimeout
        settings.httpMaximumConnectionsPerHost = configuration.maxConcurrency
        return settings
    }

    private func request(for call: HTTPCall) -> URLRequest {
        var request = URLRequest(url: call.url)
        request.httpMethod = call.method
        request.timeoutInterval = configuration.idleTimeout
        request.httpBody = call.body
        request.setValue("application/json", forHTTPHeaderField: "Accept")
        request.setValue(configuration.userAgent, forHTTPHeaderField: "User-Agent")
        if call.body != nil { request.setValue("application/json", forHTTPHeaderField: "Content-Type") }
        // It is not sent over a kept one then either: see `OwnConnection`.
        if call.needsOwnConnection { request.setValue("close", forHTTPHeaderField: "Connection") }
        for (name, value) in call.headers { request.setValue(value, forHTTPHeaderField: name) }
        guard call.sendsKeys else { return request }
        request.setValue(configuration.keys.apiKey, forHTTPHeaderField: "x-api-key")
        request.setValue(configuration.keys.brandKey, forHTTPHeaderField: "x-brand-key")
        return request
    }
}

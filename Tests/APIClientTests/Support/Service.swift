import HTTPServer
import Synchronization
import TestSupport

@testable import APIClient

/// A server on a loopback socket that answers from a closure and keeps what came in.
final class Service: Sendable {
    private final class Sink: Sendable {
        let requests = Mutex<[HTTPRequest]>([])
    }

    let port: UInt16
    private let server: HTTPServer
    private let sink: Sink

    /// `answer` gets each request with its number, counted from 1.
    init(limits: HTTPLimits = HTTPLimits(), answer: @escaping @Sendable (HTTPRequest, Int) async -> HTTPResponse) throws
    {
        let sink = Sink()
        server = HTTPServer(limits: limits) { request in
            let number = sink.requests.withLock { requests in
                requests.append(request)
                return requests.count
            }
            return await answer(request, number)
        }
        self.sink = sink
        port = try server.start()
    }

    var requests: [HTTPRequest] { sink.requests.withLock(\.self) }
    func stop() async { await server.stop() }

    func client(
        time: ManualTime = ManualTime(), idleTimeout: Double = 30, retry: RetryPolicy = RetryPolicy()
    ) throws -> APIClient {
        let configuration = try APIClientConfiguration(
            baseURL: "http://127.0.0.1:\(port)/v1/", keys: testKeys(), userAgent: "reconcile/test",
            idleTimeout: idleTimeout, retry: retry)
        return APIClient(configuration: configuration, time: time)
    }
}

extension HTTPResponse {
    /// The same answer with another delivery.
    func delivered(_ delivery: Delivery) -> HTTPResponse {
        var copy = self
        copy.delivery = delivery
        return copy
    }

    func with(_ name: String, _ value: String) -> HTTPResponse {
        var copy = self
        copy.headers[name] = value
        return copy
    }
}

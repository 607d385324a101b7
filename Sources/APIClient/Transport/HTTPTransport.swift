import Foundation

/// What carries one request to the service and one answer back; a fake of it makes tests quick.
protocol HTTPTransport: Sendable {
    /// Sends the request once. Redirects are not followed.
    func send(_ request: HTTPCall) async -> Result<HTTPAnswer, TransportFailure>

    /// Ends connections and timers; requests under way fail as cancelled. A later request starts anew.
    func invalidate()
}

/// One request as it goes out.
struct HTTPCall: Sendable {
    var method: String
    var url: URL
    /// Without the keys, which the transport adds.
    var headers: [String: String] = [:]
    var body: Data?
    /// Called once, from any thread, when the last byte of the body has gone out.
    var onBodySent: @Sendable () -> Void = {}
    /// Bytes of the answer's body, after decompression, that are kept at most.
    var answerLimit: Int
    /// Whether the request must go over a connection of its own: what libcurl sends over a kept connection that turns
    /// out to be dead, it sends again by itself.
    var needsOwnConnection = false
    /// False to see what becomes of a request without the keys.
    var sendsKeys = true
}

/// One answer as it came in.
struct HTTPAnswer: Sendable {
    enum Ending: Sendable, Equatable {
        case whole
        /// The connection ended, or time was up, before the body did; the text says which.
        case cut(String)
        /// The body is longer than the limit; it was thrown away.
        case tooLong
    }

    var status: Int
    /// Names in lower case.
    var headers: [String: String] = [:]
    var body = Data()
    var ending = Ending.whole

    var isSuccess: Bool { (200..<300).contains(status) }
}

/// Why there is no answer.
struct TransportFailure: Error, Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// No connection came about, so nothing was sent.
        case notConnected
        /// The host's name did not resolve, so nothing was sent.
        case unknownHost
        /// The TLS handshake failed, so nothing was sent.
        case notTrusted
        /// A proxy answered CONNECT with that status, so nothing was sent.
        case proxyRefused(status: Int)
        case timedOut
        /// The connection ended while the request or the answer was under way.
        case lost
        case cancelled
    }

    var kind: Kind
    var message: String

    /// Whether the service cannot have seen the request.
    var provesNoEffect: Bool {
        switch kind {
        case .notConnected, .unknownHost, .notTrusted, .proxyRefused: true
        case .timedOut, .lost, .cancelled: false
        }
    }

    /// Whether the same request may come through in a moment.
    var mayPass: Bool {
        switch kind {
        case .notTrusted: false
        case .proxyRefused(let status): status == 408 || status == 429 || status >= 500
        default: true
        }
    }
}

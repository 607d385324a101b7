import Foundation
import JSON

/// Turns everything that is no success into an `APIError`: the one place where failures get their class.
struct FailureClassifier: Sendable {
    /// Unix time, for a `Retry-After` that is a date.
    var now: Double
    var baseURL: String

    /// The error of an answer; nil for a success, and for a 404 where the request accepts it.
    func error(for answer: HTTPAnswer, to request: APIRequest) -> APIError? {
        if answer.isSuccess || (answer.status == 404 && request.acceptsNotFound) { return nil }
        if let error = errorOfAnotherSpeaker(answer, to: request) { return error }
        let words = ErrorAnswer(answer, redactor: request.redactor)
        var error = APIError(
            kind(of: answer.status, words: words, operation: request.operation), request.operation,
            subject: request.subject, status: answer.status, cause: "")
        error.details = words.details
        error.cause = cause(of: error.kind, answer: answer, words: words, redactor: request.redactor)
        error.help = help(for: error.kind)
        error.retryAfter = answer.headers["retry-after"].flatMap { RetryAfter.seconds($0, now: now) }
        error.mayHaveTakenEffect = !request.operation.isReading && mayHideEffect(answer.status)
        // What a server does not implement today it will not implement in a minute.
        if answer.status == 501 || answer.status == 505 { error.isRetryable = false }
        return error
    }

    /// The error of an answer that is not the API's own: a proxy or a firewall forbids, or nothing is at that address. It
    /// says neither that the keys are wrong nor that a connection is gone.
    private func errorOfAnotherSpeaker(_ answer: HTTPAnswer, to request: APIRequest) -> APIError? {
        let isJSON = answer.headers["content-type"]?.lowercased().contains("json") == true
        let isForbidden = (answer.status == 401 || answer.status == 403) && !isJSON
        guard isForbidden || answer.status == 404 && request.operation == .listConnections else { return nil }
        let said = ErrorAnswer(answer, redactor: request.redactor).text.map { ": \($0)" } ?? ""
        return APIError(
            .refused, request.operation, subject: request.subject, status: answer.status,
            cause: "the answer is not the API's: a proxy, a firewall or another service gave it (HTTP \(answer.status))"
                + said,
            help: "check the API URL, and the proxy in HTTPS_PROXY where there is one")
    }

    /// The error of a request without an answer.
    func error(for failure: TransportFailure, to request: APIRequest) -> APIError {
        let words = request.redactor.clean(failure.message)
        if failure.kind == .cancelled {
            return APIError(
                .cancelled, request.operation, subject: request.subject, cause: "cancelled",
                mayHaveTakenEffect: true)
        }
        let cause =
            switch failure.kind {
            case .notConnected: "no connection to \(baseURL): \(words)"
            case .unknownHost: "the host of \(baseURL) is not known: \(words)"
            case .notTrusted: "no secure connection to \(baseURL): \(CertificateTrouble.named(words))"
            case .proxyRefused(let status): "the proxy does not let requests through to \(baseURL) (HTTP \(status))"
            case .timedOut: "\(baseURL) did not answer in time: \(words)"
            case .lost, .cancelled: "the connection to \(baseURL) was lost: \(words)"
            }
        let help =
            switch failure.kind {
            case .notTrusted: CertificateTrouble.help(words)
            case .proxyRefused(407):
                "the proxy wants a user and a password: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
            case .proxyRefused: "ask whoever runs the proxy named in HTTPS_PROXY to allow this host, or name another"
            default: "check the API URL and the network"
            }
        return APIError(
            .unreachable, request.operation, subject: request.subject, cause: cause, help: help,
            isRetryable: failure.mayPass, mayHaveTakenEffect: !failure.provesNoEffect)
    }

    /// The error of a good status with an answer that cannot be used.
    func error(for problem: AnswerProblem, status: Int, to request: APIRequest) -> APIError {
        APIError(
            .invalidAnswer, request.operation, subject: request.subject, status: status,
            cause: "\(request.redactor.clean(problem.message)) (HTTP \(status))",
            help: problem.chance == .none
                ? "check that the API URL leads to the Data Connections API, v1" : "check the API URL and the network",
            isRetryable: problem.chance != .none, mayHaveTakenEffect: true)
    }

    private func kind(of status: Int, words: ErrorAnswer, operation: APIOperation) -> APIError.Kind {
        switch status {
        case 300..<400: .redirect
        case 401, 403: .authentication
        case 404: .notFound
        case 408, 500..<600: .unavailable
        case 413: .tooLarge
        case 422 where operation == .listConnections || words.isAboutHeaders: .authentication
        case 422: .rejected
        case 429: .rateLimited
        case 400..<500: .refused
        default: .invalidAnswer
        }
    }

    /// After 302 and 303 a form counts as taken; behind a gateway a 408 says nothing about the service itself.
    private func mayHideEffect(_ status: Int) -> Bool {
        status == 302 || status == 303 || status == 408 || status >= 500 || status < 200
    }

    private func cause(of kind: APIError.Kind, answer: HTTPAnswer, words: ErrorAnswer, redactor: Redactor) -> String {
        let said = words.text.map { ": \($0)" } ?? ""
        let plain =
            switch kind {
            case .authentication: "the service does not accept the API keys"
            case .rateLimited: "the service limits the rate of requests"
            case .unavailable: "the service failed"
            case .notFound: "there is none"
            case .rejected: "the service rejected the request"
            case .tooLarge: "the request is too large for the service"
            case .redirect: "the service redirects\(target(of: answer, redactor: redactor)), which is never followed"
            case .invalidAnswer: "an answer with a status that means nothing here"
            case .refused, .unreachable, .cancelled: "the service refused the request"
            }
        return "\(plain) (HTTP \(answer.status))\(said)"
    }

    /// Where a redirect leads, without a query, which could hold anything.
    private func target(of answer: HTTPAnswer, redactor: Redactor) -> String {
        guard let location = answer.headers["location"] else { return "" }
        return " to " + redactor.clean(location.prefix { $0 != "?" && $0 != "#" }, limit: 200)
    }

    private func help(for kind: APIError.Kind) -> String? {
        switch kind {
        case .authentication:
            "renew the keys in Optimove's user interface, in the settings for API keys, and give both to this tool"
        case .rateLimited, .unavailable: "try again later"
        case .notFound: "check that it still exists in this account"
        case .rejected: "correct what the service names"
        case .tooLarge: "send fewer rows at a time"
        case .redirect: "check the API URL"
        case .refused, .invalidAnswer: "check the API URL and what was sent"
        case .unreachable, .cancelled: nil
        }
    }
}

/// Why a request to the service failed: classified once, here; all others only switch on `kind`.
package struct APIError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The keys are wrong, expired, or not allowed to do this: 401, 403, a 422 about a header or on the list.
        case authentication
        /// No answer: refused, lost, timed out, unknown host, TLS.
        case unreachable
        /// 429.
        case rateLimited
        /// 408 and 5xx.
        case unavailable
        /// 404.
        case notFound
        /// 422; `details` say what about.
        case rejected
        /// 413.
        case tooLarge
        /// 3xx: never followed.
        case redirect
        /// An answer that is cut, too long, no JSON, or of a shape that is not understood.
        case invalidAnswer
        /// Any other 4xx.
        case refused
        /// The task was cancelled, or the client invalidated.
        case cancelled
    }

    package var kind: Kind
    package var operation: APIOperation
    /// What it was about: a uuid, a quoted name, or the URL.
    package var subject: String
    /// The status of the last answer; nil where there was none.
    package var status: Int?
    /// What went wrong, the service's own words included, without secrets.
    package var cause: String
    /// The next step, as a sentence.
    package var help: String?
    /// What a 422 says, finding by finding.
    package var details: [ValidationDetail]
    /// Whether the same request can succeed later without a change of input.
    package var isRetryable: Bool
    /// Whether the change may have been made, by this attempt or an earlier one. Always false for reading.
    package var mayHaveTakenEffect: Bool
    /// Seconds for which the service asked to be left alone.
    package var retryAfter: Double?
    /// How many times the request was sent.
    package var attempts: Int

    /// `isRetryable` nil takes what is usual for the kind.
    package init(
        _ kind: Kind, _ operation: APIOperation, subject: String, status: Int? = nil, cause: String,
        help: String? = nil, details: [ValidationDetail] = [], isRetryable: Bool? = nil,
        mayHaveTakenEffect: Bool = false, retryAfter: Double? = nil, attempts: Int = 1
    ) {
        self.kind = kind
        self.operation = operation
        self.subject = subject
        self.status = status
        self.cause = cause
        self.help = help
        self.details = details
        self.isRetryable = isRetryable ?? kind.isUsuallyRetryable
        self.mayHaveTakenEffect = mayHaveTakenEffect && !operation.isReading
        self.retryAfter = retryAfter
        self.attempts = attempts
    }

    /// Indexes of the rows that a 422 names, counted from 0 within the request, sorted, none twice; nil where it names
    /// none.
    package var rejectedRows: [Int]? {
        guard kind == .rejected else { return nil }
        let rows = Set(details.compactMap(\.row))
        return rows.isEmpty ? nil : rows.sorted()
    }

    /// Whether leaving rows out of the request may let it pass: a 422 that is about rows, or does not say about what.
    package var mayConcernRows: Bool {
        kind == .rejected && (details.isEmpty || details.contains { $0.path.isEmpty || $0.concernsRows })
    }

    /// The service's reasons for one row of `rejectedRows`, in one line.
    package func reason(forRow row: Int) -> String {
        let reasons = details.filter { $0.row == row }.map { detail in
            var detail = detail
            detail.path.removeFirst(3)
            return detail.description
        }
        return reasons.isEmpty ? cause : reasons.joined(separator: "; ")
    }

    /// One line: operation, subject, cause, next step.
    package var description: String {
        var text = "cannot \(operation.phrase) \(subject): \(cause)"
        if attempts > 1 { text += " (\(attempts) attempts)" }
        if let help { text += "; \(help)" }
        return text
    }
}

extension APIError.Kind {
    fileprivate var isUsuallyRetryable: Bool {
        switch self {
        case .unreachable, .rateLimited, .unavailable: true
        case .authentication, .notFound, .rejected, .tooLarge, .redirect, .invalidAnswer, .refused, .cancelled: false
        }
    }
}

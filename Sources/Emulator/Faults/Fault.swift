/// Something that goes wrong with one request.
package enum Fault: Sendable, Hashable {
    /// The answer comes late by that many seconds.
    case latency(seconds: Double)
    /// The request waits, without the effect, until `POST /_emulator/release` lets it go.
    case held
    /// 429 with `Retry-After`, without the effect.
    case rateLimited(RetryAfter)
    /// That 5xx, without the effect.
    case errorBefore(status: Int)
    /// That 5xx, though the request had its effect.
    case errorAfter(status: Int)
    /// The connection is closed without an answer and without the effect.
    case cutBefore
    /// The connection is closed without an answer, though the request had its effect.
    case cutAfter
    /// The request has its effect; half of the answer's body comes, then the connection is closed. An answer
    /// without a body does not come at all.
    case truncated

    /// What `Retry-After` says, in one of its two forms.
    package enum RetryAfter: Sendable, Hashable {
        case seconds(Int)
        /// An HTTP date, that many seconds from now.
        case date(secondsFromNow: Int)
    }

    /// The names of the kinds, as they are written and reported.
    package enum Kind: String, CaseIterable, Sendable {
        case latency
        case held
        case rateLimited = "rate_limited"
        case errorBefore = "error_before"
        case errorAfter = "error_after"
        case cutBefore = "cut_before"
        case cutAfter = "cut_after"
        case truncated

        /// Those that a seed draws: nobody would let go of what it holds.
        static let drawn = allCases.filter { $0 != .held }
    }

    package var kind: Kind {
        switch self {
        case .latency: .latency
        case .held: .held
        case .rateLimited: .rateLimited
        case .errorBefore: .errorBefore
        case .errorAfter: .errorAfter
        case .cutBefore: .cutBefore
        case .cutAfter: .cutAfter
        case .truncated: .truncated
        }
    }

    /// Reads `KIND` or `KIND=VALUE`: seconds for `latency`, a status of 500 to 599 for the errors, seconds or
    /// `date:SECONDS` for `rate_limited`.
    init(parsing text: Substring) throws(EmulatorError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count > 1 ? parts[1] : nil
        let name = String(parts[0].map { $0 == "-" ? "_" : $0 })
        guard let kind = Kind(rawValue: name) else {
            let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw EmulatorError("unknown fault \"\(parts[0])\"; known are \(known)")
        }
        switch kind {
        case .latency: self = .latency(seconds: try Self.seconds(value))
        case .rateLimited: self = .rateLimited(try Self.retryAfter(value))
        case .errorBefore: self = .errorBefore(status: try Self.status(value))
        case .errorAfter: self = .errorAfter(status: try Self.status(value))
        case .held: self = .held
        case .cutBefore: self = .cutBefore
        case .cutAfter: self = .cutAfter
        case .truncated: self = .truncated
        }
        if value != nil, [.held, .cutBefore, .cutAfter, .truncated].contains(kind) {
            throw EmulatorError("the fault \(name) takes no value")
        }
    }

    private static func seconds(_ value: Substring?) throws(EmulatorError) -> Double {
        guard let value else { return 0.05 }
        guard let seconds = Double(value), seconds >= 0, seconds <= 3600 else {
            throw EmulatorError("latency=\(value): seconds from 0 to 3600 are expected, such as latency=0.2")
        }
        return seconds
    }

    private static func status(_ value: Substring?) throws(EmulatorError) -> Int {
        guard let value else { return 503 }
        guard let status = Int(value), (500..<600).contains(status) else {
            throw EmulatorError("\"\(value)\" is not a status from 500 to 599; write for example error_before=502")
        }
        return status
    }

    private static func retryAfter(_ value: Substring?) throws(EmulatorError) -> RetryAfter {
        guard let value else { return .seconds(1) }
        let isDate = value.hasPrefix("date:")
        guard let seconds = Int(isDate ? value.dropFirst(5) : value), (0...86_400).contains(seconds) else {
            throw EmulatorError("rate_limited=\(value): write seconds, such as rate_limited=2 or rate_limited=date:2")
        }
        return isDate ? .date(secondsFromNow: seconds) : .seconds(seconds)
    }
}

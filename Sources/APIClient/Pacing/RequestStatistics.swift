import Model

/// How many requests went out, and what came of them.
package struct RequestStatistics: Sendable, Hashable {
    /// By operation and status; 0 stands for requests without an answer.
    package var requests: [APIOperation: [Int: Int]] = [:]
    /// Requests that were not the first of their operation.
    package var retries = 0
    /// Bytes of all request bodies, repeated ones included.
    package var bytesSent = 0
    /// Those of them that carried rows.
    package var bytesUploaded = 0

    /// How long each took, until its answer was whole or it failed.
    package var durations = DurationHistogram.ofRequests

    package init() {}

    package var total: Int { requests.values.reduce(0) { $0 + $1.values.reduce(0, +) } }
}

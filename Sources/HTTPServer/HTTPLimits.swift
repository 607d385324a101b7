/// What one client may ask of the server. Times are seconds, each for the whole step, so that a client that
/// sends a byte now and then does not stretch them.
package struct HTTPLimits: Sendable, Hashable {
    /// Bytes of the request target; longer ones get 414.
    package var targetBytes = 8 * 1024
    /// Bytes of request line and header fields together; larger ones get 431.
    package var headerBytes = 32 * 1024
    /// Header fields of a request; more get 431.
    package var headerFields = 100
    /// Bytes of a request body after decoding; larger ones get 413.
    package var bodyBytes = 16 * 1024 * 1024
    /// From the first byte of a request to the end of its header.
    package var headerSeconds = 10.0
    /// From the end of the header to the end of the body.
    package var bodySeconds = 60.0
    /// Between two requests on one connection, and before the first.
    package var idleSeconds = 60.0
    /// For the client to take the whole answer.
    package var writeSeconds = 60.0
    /// How long a refused client may go on sending before the connection is closed, so that it sees the answer.
    package var lingerSeconds = 2.0
    /// How long `stop()` waits for requests under way before it cuts them.
    package var stopSeconds = 5.0
    /// Connections at a time.
    package var connections = 1024
    /// Whether a further one takes the place of the oldest, so that clients who hold on to theirs keep nobody out;
    /// otherwise it gets 503.
    package var dropsOldest = false

    package init() {}
}

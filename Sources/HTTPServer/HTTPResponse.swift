/// One answer, and how it goes over the wire. A handler that wants to delay awaits before it returns.
package struct HTTPResponse: Sendable, Hashable {
    /// How much of the answer the client gets.
    package enum Delivery: Sendable, Hashable {
        case whole
        /// Nothing: the connection is closed without an answer.
        case cut
        /// The header with the full `Content-Length`, then that many bytes of the body, then the connection is closed.
        case truncated(Int)
    }

    package var status: Int
    /// `Content-Length`, `Transfer-Encoding` and `Connection` are the server's own and ignored here.
    package var headers: HTTPHeaders
    package var body: [UInt8]
    package var delivery: Delivery

    package init(
        status: Int, headers: HTTPHeaders = [:], body: [UInt8] = [], delivery: Delivery = .whole
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.delivery = delivery
    }

    /// An answer of type `application/json` with that document as its body.
    package static func json(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: Array(text.utf8))
    }

    /// An answer of type `text/plain`.
    package static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": "text/plain; charset=utf-8"], body: Array(text.utf8))
    }

    /// An answer that never comes: the connection is closed instead.
    package static var cut: HTTPResponse { HTTPResponse(status: 500, delivery: .cut) }
}

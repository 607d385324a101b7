/// Why a request cannot be taken. The connection is closed after the answer, since where the next request begins is
/// not known.
struct HTTPRejection: Error, Hashable {
    let status: Int
    let reason: String

    init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    static func malformed(_ reason: String) -> HTTPRejection { HTTPRejection(400, reason) }

    var response: HTTPResponse { .text("\(reason)\n", status: status) }
}

/// Finds the end of a request's header in bytes that arrive in pieces, looking at each byte once.
///
/// Lines must end with CR LF. A bare LF is refused rather than taken for a line's end: where two parties read one
/// request differently, one can be smuggled inside another (RFC 9112, section 11.2).
struct HeadScanner {
    private let limits: HTTPLimits
    private var position = 0
    private var lineStart = 0
    private var lines = 0

    init(limits: HTTPLimits) { self.limits = limits }

    /// The offset after the empty line that ends the header; nil where it has not come yet.
    mutating func end(in bytes: ArraySlice<UInt8>) throws(HTTPRejection) -> Int? {
        while position < bytes.count {
            let byte = bytes[bytes.startIndex + position]
            position += 1
            if lines == 0, position - lineStart > limits.targetBytes + 64 {
                throw HTTPRejection(414, "the request target is longer than \(limits.targetBytes) bytes")
            }
            if position > limits.headerBytes {
                throw HTTPRejection(431, "the header is larger than \(limits.headerBytes) bytes")
            }
            if lines == 0, position == lineStart + 1, !ASCII.isToken(byte), byte != ASCII.carriageReturn {
                throw .malformed("this is not HTTP/1.1")
            }
            let previous = position - lineStart > 1 ? bytes[bytes.startIndex + position - 2] : 0
            if byte != ASCII.lineFeed {
                if previous == ASCII.carriageReturn { throw .malformed("a bare CR in the header") }
                continue
            }
            if previous != ASCII.carriageReturn { throw .malformed("a line that does not end with CR LF") }
            let isEmpty = position - lineStart == 2
            lineStart = position
            if isEmpty, lines == 0, position == 2 {
                // One empty line before a request is left over from sloppy clients (RFC 9112, section 2.2).
                continue
            }
            if isEmpty { return position }
            lines += 1
            if lines - 1 > limits.headerFields {
                throw HTTPRejection(431, "more than \(limits.headerFields) header fields")
            }
        }
        return nil
    }
}

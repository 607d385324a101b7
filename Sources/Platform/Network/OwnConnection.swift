import Glibc

/// Gives a request that asks for the end of its connection a new one as well.
///
/// What libcurl sends over a kept connection that turns out to be dead, it sends again by itself, and only there. Foundation
/// has no word for that, but `Connection: close` among a request's headers says as much: nobody may use it after, so nobody
/// shall have used it before.
enum OwnConnection {
    /// `struct curl_slist`.
    private struct Line {
        let text: UnsafePointer<CChar>?
        let next: UnsafeRawPointer?
    }

    /// - Parameter headers: Of the transfer, as libcurl gets them: the address of a list, or 0.
    static func apply(headers: UInt, to easy: OpaquePointer) {
        var next = UnsafeRawPointer(bitPattern: headers)
        while let place = next {
            let line = place.load(as: Line.self)
            if let text = line.text, strcasecmp(text, "Connection: close") == 0 {
                _ = Library.setOption(easy, Library.Option.freshConnect, 1)
                _ = Library.setOption(easy, Library.Option.forbidReuse, 1)
                return
            }
            next = line.next
        }
    }
}

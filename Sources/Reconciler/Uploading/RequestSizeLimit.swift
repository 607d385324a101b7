import Synchronization

/// How many bytes of records the service takes in one request, as far as a pass has learnt it.
final class RequestSizeLimit: Sendable {
    private let bytes = Mutex(Int.max)

    /// Larger requests are cut before they are sent.
    var current: Int { bytes.withLock { $0 } }

    /// A request with that many bytes of records was too large: half of it is tried from now on, by all connections.
    func lower(below size: Int) {
        bytes.withLock { $0 = min($0, max(1, size / 2)) }
    }
}

import HTTPServer
import Platform

/// The status as the loop last wrote it; readers take a copy and never wait for the loop.
final class StatusBoard: Sendable {
    private let status: Locked<Status>

    init(_ status: Status) { self.status = Locked(status) }

    var current: Status { status.withLock { $0 } }

    func update(_ change: (inout Status) -> Void) { status.withLock { change(&$0) } }
}

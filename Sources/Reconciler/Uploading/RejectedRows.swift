import Synchronization

/// The rows that the service rejected in one upload, collected by all of its requests.
final class RejectedRows: Sendable {
    let limit: Int
    /// Whether the upload goes on without them.
    let areLeftOut: Bool
    private let collected = Mutex<[RejectedRow]>([])

    init(limit: Int, areLeftOut: Bool) {
        self.limit = limit
        self.areLeftOut = areLeftOut
    }

    /// By place.
    var rows: [RejectedRow] { collected.withLock { $0.sorted { $0.place < $1.place } } }

    /// False where there are more than allowed.
    func add(_ row: RejectedRow) -> Bool {
        collected.withLock { rows in
            rows.append(row)
            return rows.count <= limit
        }
    }
}

import Foundation
import HTTPServer
import Platform
import TestSupport

extension TemporaryDirectory {
    var root: URL { url }
}

/// Counts what a watcher tells.
final class Bell: Sendable {
    private let count = Locked(0)
    func ring() { count.withLock { $0 += 1 } }
    var hasRung: Bool { count.withLock { $0 > 0 } }
    func take() -> Int {
        count.withLock { count in
            defer { count = 0 }
            return count
        }
    }
    func wait() async -> Bool {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(10)
        while clock.now < deadline {
            if take() > 0 { return true }
            try? await Task.sleep(for: .milliseconds(1))
        }
        return false
    }
}

import Foundation
import HTTPServer
import Platform

/// A directory of the test's own, gone at its end.
final class Place: Sendable {
    let root: URL
    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "files-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(at: root) }

    func write(_ path: String, _ text: String) throws {
        let file = root.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }
    func path(_ path: String) -> String { root.appending(path: path).path }
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

import Foundation
import Platform

/// A directory of its own for a test; removed when the last one lets go of it.
package final class TemporaryDirectory: Sendable {
    /// Absolute, links resolved.
    package let path: String

    /// - Parameter base: Where it is made; the machine's place for temporary files where that is nil.
    package init(in base: String? = nil) {
        let made = (base.map { $0 + "/" } ?? NSTemporaryDirectory()) + "reconcile-test-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: made, withIntermediateDirectories: true)
        path = (try? Path.resolve(made)) ?? made
    }

    package var url: URL { URL(filePath: path) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of something in it.
    package func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file, and makes the directories above it.
    @discardableResult
    package func write(_ name: String, _ text: String) -> String { write(name, text.utf8) }

    /// Writes a file, and makes the directories above it.
    @discardableResult
    package func write(_ name: String, _ bytes: some Sequence<UInt8>) -> String {
        let path = path(name)
        try? FileManager.default.createDirectory(
            atPath: Path.parent(of: path), withIntermediateDirectories: true)
        try? Data(bytes).write(to: URL(filePath: path))
        return path
    }

    /// The text of a file; nil where there is none.
    package func read(_ name: String) -> String? { try? String(contentsOfFile: path(name), encoding: .utf8) }

    /// The names in it, hidden ones too, sorted.
    package var names: [String] { ((try? Directory.list(path)) ?? []).map(\.name).sorted() }
}

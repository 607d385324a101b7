import Foundation
import Testing

/// Files with what a reader sees, to the letter. `RECORD_GOLDEN=1 swift test` writes them anew.
enum Golden {
    static func expect(_ text: String, like name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
        if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try (text + "\n").write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text + "\n")
    }
}

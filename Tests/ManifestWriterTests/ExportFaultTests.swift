import Platform
import TestSupport
import Testing

@testable import ManifestWriter

/// Exported manifests, on a disk that fails.
@Suite struct ExportFaultTests {
    private let old = "old\n"
    private let new = String(repeating: "name: value\n", count: 50)

    private func text(_ directory: String) throws -> String? {
        let path = directory + "/out/a.yaml"
        guard FileStatus.exists(path) else { return nil }
        return String(decoding: try Descriptor(path, .reading).readAll(limit: 10_000), as: UTF8.self)
    }

    @Test func aFileThatIsReplacedIsWhole() async throws {
        try await everyFault { directory in
            try ExportDirectory(path: directory + "/out", replaces: true).write("a.yaml", old)
        } write: { directory, calls in
            try ExportDirectory(path: directory + "/out", replaces: true, calls: calls).write("a.yaml", new)
        } verify: { directory, told in
            let text = try text(directory)
            #expect(text == old || text == new, told)
            return text == new
        }
    }

    @Test func aFirstFileIsWholeOrNotThere() async throws {
        try await everyFault { _ in
        } write: { directory, calls in
            let out = ExportDirectory(path: directory + "/out", replaces: false, calls: calls)
            // What a try before this one left whole is not written over, and need not be.
            do throws(ExportDirectory.Problem) {
                try out.write("a.yaml", new)
            } catch {
                if try text(directory) != new || !error.help.contains("--force") { throw error }
            }
        } verify: { directory, told in
            let text = try text(directory)
            #expect(text == nil || text == new, told)
            return text == new
        }
    }
}

import Platform
import TestSupport
import Testing

@testable import StateStore

/// Saved plans, rejected rows and copies of what was deleted, on a disk that fails.
@Suite struct PrivateFileFaultTests {
    @Test func itIsWholeWhateverTheDiskDoes() async throws {
        let (old, new) = (Array("old".utf8), Array(String(repeating: "new ", count: 100).utf8))
        try await everyFault { directory in
            try PrivateFile.write(old, to: directory + "/plan.json", makingDirectory: false)
        } write: { directory, calls in
            try PrivateFile.write(new, to: directory + "/plan.json", makingDirectory: false, calls: calls)
        } verify: { directory, told in
            let bytes = try Descriptor(directory + "/plan.json", .reading).readAll(limit: 10_000)
            #expect(bytes == old || bytes == new, told)
            return bytes == new
        }
    }

    @Test func aFirstOneInADirectoryThatIsMadeIsWholeOrNotThere() async throws {
        let new = Array(String(repeating: "row ", count: 100).utf8)
        try await everyFault { _ in
        } write: { directory, calls in
            try PrivateFile.write(new, to: directory + "/rejects/deep/a.ndjson", makingDirectory: true, calls: calls)
        } verify: { directory, told in
            let path = directory + "/rejects/deep/a.ndjson"
            guard FileStatus.exists(path) else { return false }
            let bytes = try Descriptor(path, .reading).readAll(limit: 10_000)
            #expect(bytes == new, told)
            return bytes == new
        }
    }
}

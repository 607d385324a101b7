import Foundation
import TestSupport
import Testing

/// A user's directory in which commands run, with an emulated account of its own.
final class Shell: Sendable {
    let place = TemporaryDirectory()

    /// With the repository's own manifests.
    static func withManifests() throws -> Shell {
        let shell = Shell()
        try FileManager.default.copyItem(
            at: Handbook.root.appending(path: "Manifests"), to: shell.place.url.appending(path: "Manifests"))
        return shell
    }

    var environment: [String: String] {
        ["HOME": place.path("home"), "CREDENTIALS_DIRECTORY": place.path("credentials"), "TMPDIR": place.path]
    }

    func write(_ name: String, _ text: String) { place.write(name, Array(text.utf8)) }

    /// Changes a file, where it has the text exactly once.
    func change(_ name: String, _ old: String, _ new: String) throws {
        let text = try String(contentsOf: place.url.appending(path: name), encoding: .utf8)
        try #require(text.ranges(of: old).count == 1, "\(name) has \(old) not once")
        write(name, text.replacing(old, with: new))
    }

    /// - Parameter status: The exit code that has to come.
    func run(_ line: String, status: Int32 = 0, input: String? = nil) async throws -> Program.Run {
        let run = try await Program.run(
            line.split(separator: " ").map(String.init), environment: environment, directory: place.url, input: input)
        #expect(run.status == status, "\(line): \(run.all)")
        return run
    }
}

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

    /// - Parameters:
    ///   - url: An account that another process serves; it takes any keys.
    ///   - status: The exit code that has to come.
    func run(
        _ line: String, at url: String? = nil, status: Int32 = 0, input: String? = nil
    ) async throws -> Program.Run {
        var (words, environment) = (line.split(separator: " ").map(String.init), environment)
        if let url {
            words += ["--api-url", url]
            environment.merge(["OPTIX_API_KEY": "k", "OPTIX_BRAND_KEY": "b"]) { $1 }
        }
        let run = try await Program.run(words, environment: environment, directory: place.url, input: input)
        #expect(run.status == status, "\(line): \(run.all)")
        return run
    }
}

import Foundation
import TestSupport

/// A scratch directory with manifests and state, gone at the end of the test.
final class Scratch: Sendable {
    private let directory = TemporaryDirectory()
    var root: URL { directory.url }
    var manifests: URL { root.appending(path: "Manifests") }
    var state: URL { root.appending(path: "state") }

    init() throws {
        try FileManager.default.createDirectory(
            at: root.appending(path: "Manifests"), withIntermediateDirectories: true)
    }

    func write(_ name: String, _ text: String) throws {
        let file = manifests.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    func copySamples() throws {
        try FileManager.default.removeItem(at: manifests)
        try FileManager.default.copyItem(at: Program.root.appending(path: "Manifests"), to: manifests)
    }

    static let keys = ["OPTIX_API_KEY": "key-of-the-tests", "OPTIX_BRAND_KEY": "brand-of-the-tests"]

    /// `reconcile ARGUMENTS` against an emulator, with keys and this state directory.
    func reconcile(
        _ arguments: [String], against emulator: EmulatorProcess? = nil, environment: [String: String] = keys,
        input: String? = nil
    ) async throws -> Program.Run {
        var arguments = arguments
        if !["validate", "profile"].contains(arguments.first) { arguments += ["--state-dir", state.path] }
        if let emulator { arguments += ["--api-url", emulator.url] }
        return try await Program.run(
            arguments, environment: environment.merging(["TMPDIR": root.path]) { own, _ in own }, directory: root,
            input: input)
    }

    func forgetState() { try? FileManager.default.removeItem(at: state) }

    /// Every file below the state directory with its contents; nil where there is no such directory.
    func stateContents() throws -> [String: Data]? {
        guard FileManager.default.fileExists(atPath: state.path) else { return nil }
        var contents: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: state.path) {
            contents[name] = FileManager.default.contents(atPath: state.appending(path: name).path) ?? Data()
        }
        return contents
    }
}

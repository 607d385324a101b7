import Foundation
import Testing

/// The built program, beside the test bundle that is running.
enum Program {
    struct Run: Sendable {
        var status: Int32
        var out: String
    }

    private static let path: String = {
        let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return own.deletingLastPathComponent().appending(path: "reconcile").path
    }()

    static func process(_ arguments: [String], environment: [String: String], directory: URL?, out: Pipe) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        if let directory { process.currentDirectoryURL = directory }
        process.environment = environment.merging(["SWIFT_BACKTRACE": "enable=no", "LANG": "C.UTF-8"]) { own, _ in own }
        process.standardOutput = out
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        return process
    }

    static func run(
        _ arguments: [String], environment: [String: String] = [:], directory: URL? = nil
    ) async throws -> Run {
        try await onThread {
            let out = Pipe()
            let process = process(arguments, environment: environment, directory: directory, out: out)
            try process.run()
            let text = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return Run(status: process.terminationStatus, out: text)
        }
    }

    /// Runs what blocks on a thread of its own: the few that carry tasks serve the other tests.
    static func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
        }
    }
}

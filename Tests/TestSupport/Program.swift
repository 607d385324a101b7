import Foundation
import Synchronization

/// The built binary, run as a user runs it.
package enum Program {
    package struct Run: Sendable {
        package init(status: Int32, out: String, err: String) {
            self.status = status
            self.out = out
            self.err = err
        }

        package var status: Int32
        package var out: String
        package var err: String
        /// Both, for looking after secrets.
        package var all: String { out + err }
    }

    /// Beside the test bundle that is running.
    package static let path: String = {
        let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return own.deletingLastPathComponent().appending(path: "reconcile").path
    }()

    package static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    package static func start(
        _ arguments: [String], instead: [String] = [], through: [String] = [], environment: [String: String],
        directory: URL, out: Pipe,
        err: Pipe,
        input: Pipe? = nil
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: instead.first ?? through.first ?? path)
        process.arguments =
            if !instead.isEmpty { instead.dropFirst() + arguments } else if through.isEmpty { arguments } else {
                through.dropFirst() + [path] + arguments
            }
        process.currentDirectoryURL = directory
        // Nothing of the machine's own leaks in; the backtracer can hang a run that is killed on purpose.
        process.environment = environment.merging(["SWIFT_BACKTRACE": "enable=no", "LANG": "C.UTF-8"]) { own, _ in own }
        process.standardOutput = out
        process.standardError = err
        process.standardInput = input ?? FileHandle.nullDevice
        try process.run()
        return process
    }

    /// - Parameter through: A program with its first arguments that is run instead, with these arguments behind.
    package static func run(
        _ arguments: [String], through: String..., environment: [String: String] = [:], directory: URL = root,
        input: String? = nil
    ) async throws -> Run {
        try await onThread {
            let (out, err, stdin) = (Pipe(), Pipe(), Pipe())
            let process = try start(
                arguments, instead: through, environment: environment, directory: directory, out: out, err: err,
                input: input == nil ? nil : stdin)
            if let input {
                // From a thread of its own: a program that prints while it reads would wait for us, and we for it.
                let writing = Thread {
                    try? stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
                    try? stdin.fileHandleForWriting.close()
                }
                writing.start()
            }
            let errText = Mutex("")
            let reading = Thread { errText.withLock { $0 = text(of: err) } }
            reading.start()
            let outText = text(of: out)
            process.waitUntilExit()
            while !reading.isFinished { sched_yield() }
            return Run(status: process.terminationStatus, out: outText, err: errText.withLock { $0 })
        }
    }

    private static func text(of pipe: Pipe) -> String {
        String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }

    /// Runs what blocks on a thread of its own: the few that carry tasks serve the other tests.
    package static func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
        }
    }
}

import Foundation
import Platform
import Reconciler
import StateStore

/// The file that `--out` writes and `reconcile apply` reads.
enum PlanFile {
    /// Bytes; ten thousand connections come to some ten megabytes.
    private static let maxSize = 256 << 20

    /// Says where it is and what to do with it. Nil where it is on disk.
    static func write(_ plan: SavedPlan, to path: String, console: Console) -> ExitStatus? {
        do throws(StateError) {
            try PrivateFile.write(Array(plan.fileText.utf8), to: path, makingDirectory: false)
            console.err("saved the plan; carry it out with: reconcile apply \(path)")
            return nil
        } catch {
            console.err("error: cannot save the plan to \(path): \(error.cause)")
            console.err("    help: give --out a path in a directory that is there and can be written")
            return .failed
        }
    }

    /// Errors: `.invalid` for what cannot be read, is damaged or no plan, `.planOutdated` for one of another version.
    static func read(_ path: String) throws(StepFailure) -> SavedPlan {
        let help = "give the file that reconcile --dry-run --out FILE wrote"
        let bytes = try failing(as: {
            StepFailure(.invalid, "the plan \(path) cannot be read: \($0.cause)", help: help)
        }) {
            () throws(SystemError) in
            try Descriptor(path, .readingThroughLinks).readAll(limit: maxSize, patience: 5)
        }
        if bytes.count > maxSize {
            throw StepFailure(.invalid, "the plan \(path) is larger than \(maxSize >> 20) MiB", help: help)
        }
        return try SavedPlan(fileText: Data(bytes), path: path, tool: Reconcile.tool)
    }
}

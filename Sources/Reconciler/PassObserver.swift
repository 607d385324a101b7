import Model
import Planner

/// Hears what happens while it happens: for progress on stderr, logs, and tests.
package protocol PassObserver: Sendable {
    /// The plan stands; nothing was done yet.
    func planned(_ plan: Plan)
    /// Waiting for something outside, such as Git's lock.
    func waiting(for reason: String)
    /// Something was done for a connection.
    func did(_ step: Step, key: String)
    /// Something failed for a connection.
    func failed(_ failure: StepFailure, key: String)
    /// Something that a reader should know, such as a field that the service did not take.
    func warned(_ message: String, key: String)
    /// The data files of a connection are being read; nil when that is over.
    func reading(_ progress: ReadingProgress?, key: String)
    /// Rows of a connection are on their way; said after each request.
    func uploading(_ progress: UploadProgress, key: String)
    /// The service rejects a row.
    func rejected(_ row: RejectedRow, key: String)
}

extension PassObserver {
    package func reading(_ progress: ReadingProgress?, key: String) {}
}

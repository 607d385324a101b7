import DataFiles
import Platform

/// The ledger that an upload leads to, written beside it: it is on disk before the batch is completed, so that no row
/// becomes visible of which nothing is remembered, and is in place at once when the upload is over.
struct LedgerDraft: Sendable {
    private let writing: Task<DataProblems?, Never>

    /// Begins to write.
    init(_ write: @escaping @Sendable () throws(DataProblems) -> Void) {
        writing = Task.detached {
            await BlockingWork.run {
                do throws(DataProblems) {
                    try write()
                    return nil
                } catch {
                    return error
                }
            }
        }
    }

    /// Waits until it is written; what went wrong. Must be called before the state directory is given up.
    @discardableResult
    func finish() async -> DataProblems? { await writing.value }
}

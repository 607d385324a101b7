import DataFiles
import Model
import Synchronization

/// What the requests of one batch have come to, gathered from all of them; successes are made durable in groups.
final class BatchProgress: Sendable {
    typealias Recorder = @Sendable (AppliedBatch) async throws(StepFailure) -> Void

    private struct State {
        var batch: AppliedBatch
        var progress: UploadProgress
        var carrier: RowChunk?
        var failure: BatchUpload.Failure?
        var isDirty = false
        var isRecording = false
    }

    private let state: Mutex<State>
    /// How many requests there were when progress was last told.
    private let toldRequests = Mutex(0)
    private let record: Recorder
    private let now: @Sendable () -> Int

    /// `record` makes a batch durable, `now` gives Unix seconds.
    init(_ batch: AppliedBatch, totalRows: Int, now: @escaping @Sendable () -> Int, record: @escaping Recorder) {
        state = Mutex(State(batch: batch, progress: UploadProgress(totalRows: totalRows)))
        self.now = now
        self.record = record
    }

    var batch: AppliedBatch { state.withLock(\.batch) }
    var progress: UploadProgress { state.withLock(\.progress) }
    /// One row that the service took, to complete a batch with.
    var carrier: RowChunk? { state.withLock(\.carrier) }
    /// The first failure; nothing more of the batch is sent after it.
    var failure: BatchUpload.Failure? { state.withLock(\.failure) }

    func fail(_ failure: BatchUpload.Failure) { state.withLock { $0.failure = $0.failure ?? failure } }

    func retried() { state.withLock { $0.progress.retries += 1 } }

    func resumed(rows: Int) {
        state.withLock {
            $0.progress.rows += rows
            $0.progress.resumedRows += rows
        }
    }

    /// Counts a request that succeeded.
    func took(_ piece: UploadPiece, _ outcome: RowSender.Outcome) {
        state.withLock { state in
            state.progress.rows += piece.rowCount
            state.progress.requests += outcome.requests
            state.progress.bytes += outcome.bytes
            state.carrier = state.carrier ?? outcome.carrier
        }
    }

    /// Shows progress to `listener`, one call at a time and never less than before.
    func tell(_ listener: (UploadProgress) -> Void) {
        toldRequests.withLock { told in
            let progress = progress
            if progress.requests < told { return }
            told = progress.requests
            listener(progress)
        }
    }

    /// Makes the success of a request durable; sending goes on meanwhile.
    ///
    /// While one caller writes, what the others confirm is left to it, so that one write to disk serves many.
    func confirm(_ index: Int, rejectedRows: [Int]) async {
        let mustRecord = state.withLock { state in
            state.batch.confirmed.insert(index)
            state.batch.reject(rejectedRows)
            state.batch.touched = now()
            state.isDirty = true
            defer { state.isRecording = true }
            return !state.isRecording
        }
        if mustRecord { await recordUntilClean() }
    }

    /// Changes the batch and makes that durable. No request may be under way.
    func update(_ change: (inout AppliedBatch) -> Void) async throws(StepFailure) {
        let batch = state.withLock { state in
            change(&state.batch)
            return state.batch
        }
        try await record(batch)
    }

    private func recordUntilClean() async {
        while let batch = nextToRecord() {
            do throws(StepFailure) { try await record(batch) } catch { fail(.resumable(error)) }
        }
    }

    private func nextToRecord() -> AppliedBatch? {
        state.withLock { state in
            guard state.isDirty else {
                state.isRecording = false
                return nil
            }
            state.isDirty = false
            return state.batch
        }
    }
}

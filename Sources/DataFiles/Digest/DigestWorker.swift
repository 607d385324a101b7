import Dispatch
import Model
import Platform

/// Digests and sorts on a second core what the caller reads on the first.
///
/// The thread is started by the first batch that is handed over, so a small set does without. It must be ended, by
/// `finish` or `abandon`.
/// `@unchecked`: the stored properties but `sink` belong to the caller from `isFree` to `isFilled` and to the thread
/// from `isFilled` to `isFree`; `sink` is the thread's until it has ended.
final class DigestWorker: @unchecked Sendable {
    /// How the rows came along so far.
    private enum Status {
        case whole
        /// Something is wrong with a row.
        case faulty
        case failed(DataProblems)
    }

    private var sink: RowDigestSink
    private var batch = RecordBatch()
    private var status = Status.whole
    private var isLast = false
    private var thread: WorkerThread?
    private let isFree = DispatchSemaphore(value: 0)
    private let isFilled = DispatchSemaphore(value: 0)

    init(_ sink: consuming RowDigestSink) {
        self.sink = sink
        // Signalled, not created so: a semaphore must not end below the value that it began with.
        isFree.signal()
    }

    var sorter: RowSorter { sink.sorter }
    func finishSequence() -> String { sink.finishSequence() }
    func finishColumns() -> ColumnMemory { sink.finishColumns() }
    func finishNotes() throws(DataProblems) -> RowNotes { try sink.finishNotes() }

    /// Takes a record at once, on the caller's thread. Not together with batches.
    func add(_ record: RecordBuffer.Record, offset: Int) throws(DataProblems) -> RowDigester.Fault? {
        try sink.add(record, offset: offset)
    }

    /// The same for the end of a file.
    func endFile() { sink.endFile() }

    /// Hands the batch over and leaves an empty one. False where going on is of no use: `finish` says why.
    func submit(_ filled: inout RecordBatch) -> Bool {
        if thread == nil, !start() {
            status = Self.status(after: filled, sink: &sink, before: status)
            filled.clear()
            return isWhole
        }
        isFree.wait()
        let isWhole = isWhole
        swap(&batch, &filled)
        isFilled.signal()
        return isWhole
    }

    private var isWhole: Bool {
        if case .whole = status { true } else { false }
    }

    /// Takes the last batch and waits until all is done. False where something is wrong with a row: which one is for
    /// a second look to tell. Errors: no room to sort.
    func finish(_ last: inout RecordBatch) throws(DataProblems) -> Bool {
        if thread == nil {
            status = Self.status(after: last, sink: &sink, before: status)
        } else {
            end(with: &last)
        }
        switch status {
        case .whole: return true
        case .faulty: return false
        case .failed(let problems): throw problems
        }
    }

    /// Ends the thread; what was read is not wanted any more.
    func abandon() {
        if thread == nil { return }
        var nothing = RecordBatch()
        end(with: &nothing)
    }

    private func end(with last: inout RecordBatch) {
        guard let running = thread else { return }
        isFree.wait()
        swap(&batch, &last)
        isLast = true
        isFilled.signal()
        running.join()
        thread = nil
    }

    /// False where the system has no thread to give; then the caller's does the work.
    private func start() -> Bool {
        thread = WorkerThread { self.run() }
        return thread != nil
    }

    private func run() {
        var own = RecordBatch()
        var found = Status.whole
        while true {
            isFilled.wait()
            swap(&batch, &own)
            let isLast = isLast
            status = found
            if !isLast { isFree.signal() }
            found = Self.status(after: own, sink: &sink, before: found)
            own.clear()
            if isLast {
                status = found
                return
            }
        }
    }

    private static func status(
        after batch: borrowing RecordBatch, sink: inout RowDigestSink, before: Status
    ) -> Status {
        guard case .whole = before else { return before }
        do throws(DataProblems) {
            return try sink.add(batch) ? .whole : .faulty
        } catch {
            return .failed(error)
        }
    }
}

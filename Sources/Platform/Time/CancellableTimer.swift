import Dispatch

/// One wait of one task.
///
/// `Task.sleep` leaves its timer behind when the task is cancelled: it keeps memory, and wakes the process, until the
/// time that nobody waits for any more.
// Unchecked: everything happens on the queue.
final class CancellableTimer: @unchecked Sendable {
    private static let queue = DispatchQueue(label: "reconcile.time")
    /// Longer than any wait that makes sense, and short enough for Dispatch to count in nanoseconds.
    private static let longest = 1e9

    private var timer: (any DispatchSourceTimer)?
    private var continuation: CheckedContinuation<Void, any Error>?
    private var isCancelled = false

    /// Resumes the continuation once, after that time or as cancelled.
    func begin(seconds: Double, _ continuation: CheckedContinuation<Void, any Error>) {
        let end = DispatchTime.now() + max(0, min(seconds, Self.longest))
        Self.queue.async {
            if self.isCancelled { return continuation.resume(throwing: CancellationError()) }
            self.continuation = continuation
            let timer = DispatchSource.makeTimerSource(queue: Self.queue)
            timer.setEventHandler { self.end(.success(())) }
            timer.schedule(deadline: end)
            timer.activate()
            self.timer = timer
        }
    }

    /// Safe at any time, also before `begin`.
    func cancel() {
        Self.queue.async {
            self.isCancelled = true
            self.end(.failure(CancellationError()))
        }
    }

    private func end(_ result: Result<Void, any Error>) {
        timer?.cancel()
        timer = nil
        continuation?.resume(with: result)
        continuation = nil
    }
}

/// Work that blocks, on threads of its own, so that it does not hold one of the few that carry tasks.
///
/// Not on a concurrent queue of Dispatch: those share their threads with Swift's tasks, which are as many as there are
/// cores, and get another one only after a second, or never.
package enum BlockingWork {
    private struct State {
        var pending: [@Sendable () -> Void] = []
        /// Threads that wait for work.
        var idle = 0
        var threads = 0
    }

    /// More than ever block at one time: surveys, and the reading of each upload's next request.
    private static let maxThreads = 64
    private static let state = Locked(State())
    private static let arrivals = Semaphore()

    /// Waits for work that blocks without blocking.
    package static func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            start { continuation.resume(returning: work()) }
        }
    }

    /// The same for work that may fail.
    package static func run<Value: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let outcome: Result<Value, Failure> = await run { Result(catching: work) }
        return try outcome.get()
    }

    /// Begins work that nobody waits for here.
    package static func start(_ work: @escaping @Sendable () -> Void) {
        let needsThread = state.withLock { state in
            state.pending.append(work)
            guard state.pending.count > state.idle, state.threads < maxThreads else { return false }
            state.threads += 1
            return true
        }
        if needsThread {
            if let thread = WorkerThread({ serve() }) {
                thread.detach()
            } else if state.withLock({ state in
                state.threads -= 1
                return state.threads == 0
            }) {
                // The system has no thread to give, and there is none: better slow than never.
                return runNext()
            }
        }
        arrivals.signal()
    }

    private static func serve() {
        while true {
            state.withLock { $0.idle += 1 }
            arrivals.wait()
            state.withLock { $0.idle -= 1 }
            runNext()
        }
    }

    private static func runNext() {
        let work = state.withLock { $0.pending.isEmpty ? nil : $0.pending.removeFirst() }
        work?()
    }
}

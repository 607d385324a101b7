import Dispatch

/// Work that blocks, on threads that nothing else uses, so that it does not hold one of the few that carry tasks.
package enum BlockingWork {
    /// A queue of its own: blocking the global ones starves tasks on this platform.
    private static let queue = DispatchQueue(label: "reconcile.blocking", attributes: .concurrent)

    /// Waits for work that blocks without blocking.
    package static func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work()) }
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
    package static func start(_ work: @escaping @Sendable () -> Void) { queue.async { work() } }
}

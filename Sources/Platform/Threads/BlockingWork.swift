import Dispatch

/// Work that blocks, on threads of Dispatch, so that it does not hold one of the few that carry tasks.
package enum BlockingWork {
    /// A queue of its own: blocking the global ones starves tasks on this platform.
    private static let queue = DispatchQueue(label: "reconcile.blocking", attributes: .concurrent)

    package static func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work()) }
        }
    }
}

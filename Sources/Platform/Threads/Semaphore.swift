import Dispatch

/// Counts what is there to be taken; threads wait for it, tasks must not.
package final class Semaphore: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    package init() {}

    package func signal() { semaphore.signal() }

    package func wait() { semaphore.wait() }

    /// False where nothing came in that time.
    package func wait(seconds: Double) -> Bool { semaphore.wait(timeout: .now() + seconds) == .success }
}

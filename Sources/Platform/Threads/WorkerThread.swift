import Glibc

/// A thread of its own for work that blocks for long, to be waited for.
package final class WorkerThread: Sendable {
    private let thread: pthread_t

    private final class Work {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts at once; nil where the system has no thread to give.
    package init?(_ work: @escaping @Sendable () -> Void) {
        var started = pthread_t()
        let context = Unmanaged.passRetained(Work(work))
        let result = pthread_create(
            &started, nil,
            { context in
                Unmanaged<Work>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        if result != 0 {
            context.release()
            return nil
        }
        thread = started
    }

    /// Waits until the work has ended; to be called once.
    package func join() { pthread_join(thread, nil) }

    /// Lets it end by itself; instead of `join`.
    package func detach() { pthread_detach(thread) }
}

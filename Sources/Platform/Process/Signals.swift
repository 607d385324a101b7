import Dispatch
import Glibc

/// A signal that the system sends to a process.
package enum Signal: Sendable, Hashable, CaseIterable {
    /// SIGHUP.
    case hangup
    /// SIGINT: Ctrl-C.
    case interrupt
    /// SIGTERM.
    case terminate
    /// SIGPIPE: somebody stopped reading.
    case brokenPipe

    var number: Int32 {
        switch self {
        case .hangup: SIGHUP
        case .interrupt: SIGINT
        case .terminate: SIGTERM
        case .brokenPipe: SIGPIPE
        }
    }

    /// The status of a process that it ended, as a shell shows it.
    package var exitStatus: Int32 { 128 + number }

    /// From here on nothing happens when it comes.
    package func ignore() { signal(number, SIG_IGN) }
}

/// Calls handlers when signals come, on a thread that nothing else uses.
package final class SignalSources: Sendable {
    // Unchecked: Dispatch's sources may be used from any thread, which their protocol does not say.
    private struct Sources: @unchecked Sendable {
        var all: [any DispatchSourceSignal] = []
    }

    private let sources = Locked(Sources())
    private let queue = DispatchQueue(label: "reconcile.signals", qos: .userInteractive)

    package init() {}

    /// Registers, then returns: no such signal that comes later is lost, and none does what it would do by itself.
    package func on(_ signal: Signal, _ handler: @escaping @Sendable () -> Void) {
        signal.ignore()
        sources.withLock { sources in
            let source = DispatchSource.makeSignalSource(signal: signal.number, queue: queue)
            source.setEventHandler(handler: handler)
            source.activate()
            sources.all.append(source)
        }
    }

    /// Calls the handler after that time, on the same thread.
    package func after(seconds: Double, _ handler: @escaping @Sendable () -> Void) {
        queue.asyncAfter(deadline: .now() + seconds, execute: handler)
    }

    /// Ends; handlers are not called any more, and the signals stay ignored.
    package func cancel() {
        sources.withLock { sources in
            for source in sources.all { source.cancel() }
            sources.all = []
        }
    }
}

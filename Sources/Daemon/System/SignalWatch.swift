import Dispatch
import Glibc
import HTTPServer
import Platform

/// Turns signals into calls: SIGTERM and SIGINT stop, once; SIGHUP asks for a pass. A second SIGTERM ends the process.
package final class SignalWatch: Sendable {
    // Unchecked: Dispatch's sources may be used from any thread, which their protocol does not say.
    private struct State: @unchecked Sendable {
        /// Kept alive for as long as the process.
        var sources: [Int32: any DispatchSourceSignal] = [:]
        var wasTold = false
    }

    private let state = Locked(State())
    private let queue = DispatchQueue(label: "reconcile.signals")

    package init() {}

    /// Registers, then returns: no signal that comes later is lost. Called before anything else is begun.
    ///
    /// - Parameter leave: What a second SIGTERM or SIGINT does.
    package func start(
        stop: @escaping @Sendable () -> Void, hangup: @escaping @Sendable () -> Void,
        leave: @escaping @Sendable () -> Void = { _exit(1) }
    ) {
        for number in [SIGTERM, SIGINT] {
            on(number) { [weak self] in
                let isSecond =
                    self?.state.withLock { state in
                        defer { state.wasTold = true }
                        return state.wasTold
                    } ?? true
                // From here, not through the loop: it may be what hangs.
                if isSecond { leave() } else { stop() }
            }
        }
        on(SIGHUP, hangup)
    }

    private func on(_ number: Int32, _ handler: @escaping @Sendable () -> Void) {
        // Dispatch only watches; what the kernel would do by itself has to be turned off.
        signal(number, SIG_IGN)
        state.withLock { state in
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler(handler: handler)
            source.activate()
            state.sources[number] = source
        }
    }
}

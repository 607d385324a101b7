import Platform
import Reconciler

/// What Ctrl-C and SIGTERM do to a command that ends by itself: say what is left, end it, and not wait for ever.
///
/// A process that is the first of a container has no default for SIGTERM, so each command handles it.
final class Interruption: Sendable {
    private struct State {
        var isRaised = false
        var stop: (@Sendable () -> Void)?
    }

    private let state = Locked(State())
    private let signals = SignalSources()

    /// Registers; from here on no signal ends the command by itself.
    ///
    /// - Parameters:
    ///   - message: What is said at once: what was left, and how to go on.
    ///   - patience: Seconds that the command may take to end once it was told to.
    init(_ console: Console, _ message: String, patience: Double = 0) {
        for signal in [Signal.interrupt, .terminate] {
            signals.on(signal) { [weak self, signals] in
                guard let self else { return }
                let (isSecond, stop) = state.withLock { state in
                    defer { state.isRaised = true }
                    return (state.isRaised, state.stop)
                }
                if isSecond { Self.leave(console) }
                console.err("interrupted: \(message)")
                if patience <= 0 { Self.leave(console) }
                stop?()
                signals.after(seconds: patience) { Self.leave(console) }
            }
        }
    }

    var isRaised: Bool { state.withLock(\.isRaised) }

    /// What tells the command to end; done at once where it was told already.
    func onStop(_ stop: @escaping @Sendable () -> Void) {
        let isRaised = state.withLock { state in
            state.stop = stop
            return state.isRaised
        }
        if isRaised { stop() }
    }

    private static func leave(_ console: Console) -> Never {
        ProcessInformation.leave(console.finish(.failed).rawValue)
    }
}

import Platform

/// Turns signals into calls: SIGTERM and SIGINT stop, once; SIGHUP asks for a pass. A second SIGTERM ends the process.
package final class SignalWatch: Sendable {
    private let wasTold = Locked(false)
    private let sources = SignalSources()

    package init() {}

    /// Registers, then returns: no signal that comes later is lost. Called before anything else is begun.
    ///
    /// - Parameters:
    ///   - patience: Seconds after the first one in which the process is to end; then it is ended, whatever hangs.
    ///   - leave: What a second SIGTERM or SIGINT does.
    package func start(
        stop: @escaping @Sendable () -> Void, hangup: @escaping @Sendable () -> Void,
        patience: Double = 40, leave: @escaping @Sendable () -> Void = { ProcessInformation.leave(1) }
    ) {
        for signal in [Signal.terminate, .interrupt] {
            sources.on(signal) { [weak self] in self?.told(stop: stop, patience: patience, leave: leave) ?? leave() }
        }
        sources.on(.hangup, hangup)
    }

    /// What a SIGTERM or SIGINT does. From here, not through the loop: it may be what hangs.
    func told(stop: () -> Void, patience: Double, leave: @escaping @Sendable () -> Void) {
        let isSecond = wasTold.withLock { wasTold in
            defer { wasTold = true }
            return wasTold
        }
        if isSecond { return leave() }
        stop()
        sources.after(seconds: patience, leave)
    }
}

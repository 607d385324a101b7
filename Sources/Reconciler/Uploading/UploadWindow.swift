import Synchronization

/// Lets upload requests through, first come first served, so that memory stays within `UploadLimits`.
///
/// Where the wire is the bottleneck few requests are let through: a request whose body has not gone out yet keeps
/// others back. Where the service takes its time, many are, for they only wait for their answers.
final class UploadWindow: Sendable {
    private struct Waiter {
        var bytes: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var requests = 0
        var bytes = 0
        var sending = 0
        var waiters: [Waiter] = []
    }

    private let limits: UploadLimits
    private let state = Mutex(State())

    init(_ limits: UploadLimits) {
        self.limits = limits
    }

    /// Waits for room. The permit has to be given back with `leave`.
    func enter(bytes: Int) async -> UploadPermit {
        await withCheckedContinuation { continuation in
            let isIn = state.withLock { state in
                guard state.waiters.isEmpty, hasRoom(for: bytes, in: state) else {
                    state.waiters.append(Waiter(bytes: bytes, continuation: continuation))
                    return false
                }
                Self.admit(bytes, to: &state)
                return true
            }
            if isIn { continuation.resume() }
        }
        return UploadPermit(bytes: bytes, window: self)
    }

    private func hasRoom(for bytes: Int, in state: State) -> Bool {
        if state.requests == 0 { return true }
        return state.requests < limits.requests && state.sending < limits.sending
            && state.bytes + bytes <= limits.bytes
    }

    private static func admit(_ bytes: Int, to state: inout State) {
        state.requests += 1
        state.sending += 1
        state.bytes += bytes
    }

    /// Takes back what a permit held, and lets in whom there is room for now.
    fileprivate func release(requests: Int, sending: Int, bytes: Int) {
        let admitted = state.withLock { state in
            state.requests -= requests
            state.sending -= sending
            state.bytes -= bytes
            var admitted: [Waiter] = []
            while let next = state.waiters.first, hasRoom(for: next.bytes, in: state) {
                Self.admit(next.bytes, to: &state)
                admitted.append(state.waiters.removeFirst())
            }
            return admitted
        }
        for waiter in admitted { waiter.continuation.resume() }
    }
}

/// The permit of one request in an `UploadWindow`.
final class UploadPermit: Sendable {
    private enum Stage { case sending, waiting, left }

    private let bytes: Int
    private let window: UploadWindow
    private let stage = Mutex(Stage.sending)

    fileprivate init(bytes: Int, window: UploadWindow) {
        self.bytes = bytes
        self.window = window
    }

    /// The body has gone out; said again, it means nothing.
    func bodySent() {
        guard stage.withLock({ move(&$0, to: .waiting) }) == .sending else { return }
        window.release(requests: 0, sending: 1, bytes: 0)
    }

    /// The request is over.
    func leave() {
        switch stage.withLock({ move(&$0, to: .left) }) {
        case .sending: window.release(requests: 1, sending: 1, bytes: bytes)
        case .waiting: window.release(requests: 1, sending: 0, bytes: bytes)
        case .left: break
        }
    }

    /// Returns the stage before; none leads back.
    private func move(_ stage: inout Stage, to next: Stage) -> Stage {
        let before = stage
        if before == .left || (before == .waiting && next == .waiting) { return before }
        stage = next
        return before
    }
}

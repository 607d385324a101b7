/// Writes lines to a stream from a thread of its own, so that nobody waits for a reader who does not read.
///
/// What does not fit any more is dropped, and a line says how much once there is room again.
package final class LineQueue: Sendable {
    private struct State {
        var lines: [String] = []
        var dropped = 0
        var isEnding = false
        var isWriting = false
    }

    private let stream: StandardStream
    private let limit: Int
    private let state = Locked(State())
    private let arrivals = Semaphore()
    private let drained = Semaphore()

    /// - Parameter limit: Lines that wait at most.
    package init(_ stream: StandardStream, limit: Int = 10_000) {
        self.stream = stream
        self.limit = limit
        if let thread = WorkerThread({ [self] in run() }) { thread.detach() }
    }

    /// Never blocks.
    package func add(_ line: String) {
        state.withLock { state in
            if state.lines.count >= limit { state.dropped += 1 } else { state.lines.append(line) }
        }
        arrivals.signal()
    }

    /// Waits until all is written, or for that many seconds.
    package func finish(patience: Double) {
        state.withLock { $0.isEnding = true }
        arrivals.signal()
        _ = drained.wait(seconds: patience)
    }

    private func run() {
        while true {
            arrivals.wait()
            let (lines, dropped, isEnding) = state.withLock { state in
                defer {
                    state.lines = []
                    state.dropped = 0
                }
                return (state.lines, state.dropped, state.isEnding)
            }
            for line in lines { try? stream.write(Array((line + "\n").utf8)) }
            if dropped > 0 {
                try? stream.write(Array("warning: \(dropped) lines were dropped: nobody read them\n".utf8))
            }
            if isEnding, state.withLock(\.lines.isEmpty) {
                drained.signal()
                return
            }
        }
    }
}

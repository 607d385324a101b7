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

    private let write: @Sendable (String) -> Void
    private let limit: Int
    private let state = Locked(State())
    private let arrivals = Semaphore()
    private let drained = Semaphore()

    /// - Parameter limit: Lines that wait at most.
    package convenience init(_ stream: StandardStream, limit: Int = 10_000) {
        self.init(limit: limit) { try? stream.write(Array(($0 + "\n").utf8)) }
    }

    /// - Parameter write: Gets each line, on the thread; may block.
    package init(limit: Int, write: @escaping @Sendable (String) -> Void) {
        self.write = write
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
            for line in lines { write(line) }
            if dropped > 0 { write("warning: \(dropped) lines were dropped: nobody read them") }
            if isEnding, state.withLock(\.lines.isEmpty) {
                drained.signal()
                return
            }
        }
    }
}

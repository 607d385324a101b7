import Dispatch
import Model
import Platform
import Synchronization

/// What was applied, kept on disk so that a killed process resumes: one writer, append-only, checked.
///
/// In the directory: `state.jsonl`, the journal, and `lock`. Both are for this user alone.
package final class StateStore: Sendable {
    private enum Change: Sendable {
        case set(String, AppliedConnection)
        case remove(String)
        case delete(String, at: Int)
    }

    private struct Pending {
        var change: Change
        var entry: [UInt8]
        var continuation: CheckedContinuation<StateError?, Never>
    }

    private struct State {
        var applied: AppliedState
        var pending: [Pending] = []
        var isWriting = false
        var isClosed = false
        /// Lines at which the journal is written anew.
        var compactAt: Int
    }

    /// Seconds for which a deletion counts.
    private static let deletionMemory = 24 * 60 * 60

    private let directory: String
    private let time: any TimeSource
    /// Nil once closed.
    private let lock: Mutex<StateLock?>
    private let shared: Mutex<State>
    /// Touched on `queue` alone, but for opening and closing.
    private let journal: Mutex<Journal?>
    private let queue = DispatchQueue(label: "reconcile.state")

    /// What the directory remembers, for a run that writes nothing: takes no lock and creates nothing.
    ///
    /// Where there is nothing, the state is empty and its `secretKey` the all-zero one. Errors: see `open`, but for the
    /// lock.
    package static func read(
        directory: String, identity: StateIdentity, time: any TimeSource = SystemTime()
    ) throws(StateError) -> AppliedState {
        let contents = try Journal.read(directory: directory, identity: identity)
        return remembered(contents?.applied ?? AppliedState(), now: time.unixTime())
    }

    /// Takes the lock, creates what is missing, cuts off a torn end and rewrites a journal that has grown too long.
    ///
    /// Errors: `.locked` with the other process, `.otherIdentity`, `.newerVersion`, `.damaged` with file and line,
    /// `.unsafe` for a file that is a link or somebody else's, `.system`.
    package static func open(
        directory: String, identity: StateIdentity, time: any TimeSource, calls: SystemCalls = .system
    ) throws(StateError) -> StateStore {
        try StateStore(directory: directory, identity: identity, time: time, calls: calls)
    }

    init(
        directory: String, identity: StateIdentity, time: any TimeSource, calls: SystemCalls
    ) throws(StateError) {
        try StateDirectory.create(directory, calls: calls)
        let lock = try StateLock(directory: directory)
        var applied = AppliedState()
        let journal = try Journal.open(directory: directory, identity: identity, calls: calls, applied: &applied)
        let current = Self.remembered(applied, now: time.unixTime())
        // What a clock that was ahead wrote is put right on disk, or it would be a deletion of just now for ever.
        let isFromTheFuture =
            applied.deletions != current.deletions && applied.deletions.contains { $0 > Int(time.unixTime()) }
        shared = Mutex(
            State(applied: current, compactAt: isFromTheFuture ? 0 : Self.compactionPoint(for: current)))
        self.journal = Mutex(journal)
        self.lock = Mutex(lock)
        self.directory = directory
        self.time = time
        compactIfDue()
    }

    /// What is on disk at this moment; never ahead of it.
    package var state: AppliedState {
        Self.remembered(shared.withLock(\.applied), now: time.unixTime())
    }

    /// Remembers what was done for the connection of that key, or with nil forgets it. On disk when it returns.
    ///
    /// Calls that come while another is being written share the next write to disk, in their order. After an error
    /// nothing of the change is kept.
    package func record(_ key: String, _ connection: AppliedConnection?) async throws(StateError) {
        if let connection {
            try await write(.set(key, connection), try JournalFormat.set(key, connection))
        } else {
            try await write(.remove(key), JournalFormat.remove(key))
        }
    }

    /// Forgets the connection of that key and remembers for 24 hours that it was deleted at that Unix time.
    package func recordDeletion(of key: String, at: Int) async throws(StateError) {
        try await write(.delete(key, at: at), JournalFormat.delete(key, at: at))
    }

    /// Waits for what is being written and gives the lock back. Later records are errors.
    package func close() {
        let wasClosed = shared.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed
        }
        if wasClosed { return }
        queue.sync {}
        releaseFiles()
    }

    private func write(_ change: Change, _ entry: [UInt8]) async throws(StateError) {
        let error = await withCheckedContinuation { continuation in
            let (isClosed, mustStart) = shared.withLock { state in
                if state.isClosed { return (true, false) }
                state.pending.append(Pending(change: change, entry: entry, continuation: continuation))
                defer { state.isWriting = true }
                return (false, !state.isWriting)
            }
            if isClosed {
                continuation.resume(
                    returning: StateError(.closed, "append to", directory, cause: "the state was closed"))
            } else if mustStart {
                queue.async { self.writePending() }
            }
        }
        if let error { throw error }
    }

    /// Writes group after group until nobody waits.
    private func writePending() {
        while true {
            let group = shared.withLock { state in
                defer { state.pending = [] }
                if state.pending.isEmpty { state.isWriting = false }
                return state.pending
            }
            if group.isEmpty { return }
            let problem = append(group.map(\.entry))
            if problem == nil {
                shared.withLock { state in
                    for pending in group { Self.apply(pending.change, to: &state.applied) }
                }
                compactIfDue()
            }
            for pending in group { pending.continuation.resume(returning: problem) }
        }
    }

    private func append(_ entries: [[UInt8]]) -> StateError? {
        journal.withLock { journal in
            do throws(StateError) {
                try journal?.append(entries)
                return nil
            } catch {
                return error
            }
        }
    }

    /// A journal that cannot be rewritten goes on as it is; the next try comes after as many lines again.
    private func compactIfDue() {
        let lines = journal.withLock { $0?.lineCount ?? 0 }
        let due = shared.withLock { lines >= $0.compactAt ? $0.applied : nil }
        guard let due else { return }
        let current = Self.remembered(due, now: time.unixTime())
        let didCompact = journal.withLock { (try? $0?.compact(current)) != nil }
        shared.withLock { state in
            state.compactAt = didCompact ? Self.compactionPoint(for: current) : lines * 2
        }
    }

    private func releaseFiles() {
        journal.withLock { $0 = nil }
        lock.withLock { $0 = nil }
    }

    private static func apply(_ change: Change, to applied: inout AppliedState) {
        switch change {
        case .set(let key, let connection): applied.connections[key] = connection
        case .remove(let key): applied.connections[key] = nil
        case .delete(let key, let at):
            applied.connections[key] = nil
            applied.deletions.append(at)
        }
    }

    /// Twice what counts, and some, so that rewriting costs less than what was appended since.
    private static func compactionPoint(for applied: AppliedState) -> Int {
        2 * JournalContents.liveLines(of: applied) + 1000
    }

    private static func remembered(_ applied: AppliedState, now: Double) -> AppliedState {
        var applied = applied
        applied.deletions.removeAll { Double($0) <= now - Double(deletionMemory) }
        // The clock was ahead when they were written: they count from now on.
        for index in applied.deletions.indices
        where applied.deletions[index] > Int(now) + DataStamp.clockTolerance { applied.deletions[index] = Int(now) }
        return applied
    }
}

import Dispatch
import Model
import Platform

/// Tells the loop that something moved among the files: by inotify, or by looking now and then where that fails.
///
/// It says only that, never what: the pass reads everything. So watches are brought up to date before each pass, and
/// whatever happens after that is either read by the pass or seen here.
final class FileWatcher: Sendable {
    // Unchecked: Dispatch's sources may be used from any thread, which their protocol does not say.
    private struct State: @unchecked Sendable {
        var list: WatchList
        var descriptor: Int32 = -1
        /// Watched directories by the kernel's number, and back.
        var paths: [Int32: String] = [:]
        var numbers: [String: Int32] = [:]
        var source: (any DispatchSourceRead)?
        var files: Set<DataFile> = []
        /// Included directories of manifests.
        var trees: Set<String> = []
        /// Why there is polling; nil while there is none.
        var problem: WatchError?
        var polling: Task<Void, Never>?
        var isStopped = false
    }

    private let directory: String
    private let roots: Set<String>
    private let except: String?
    private let calls: any InotifyCalls
    private let time: any TimeSource
    private let pollSeconds: Double
    private let changed: @Sendable () -> Void
    private let queue: DispatchQueue
    private let state: Locked<State>

    /// - Parameters:
    ///   - directory: DIR.
    ///   - roots: `--data-root`: watched themselves, not what is below them.
    ///   - except: A directory that is not watched though it is below DIR: where the passes write.
    ///   - queue: Where events are read.
    ///   - changed: Called on `queue`, at most once for each burst of events.
    init(
        directory: String, roots: [String] = [], except: String? = nil, calls: any InotifyCalls = SystemInotify(),
        time: any TimeSource, pollSeconds: Double = 2, queue: DispatchQueue = DispatchQueue(label: "reconcile.watch"),
        changed: @escaping @Sendable () -> Void
    ) {
        self.directory = directory
        self.roots = Set(roots)
        self.except = except
        self.calls = calls
        self.time = time
        self.pollSeconds = pollSeconds
        self.queue = queue
        self.changed = changed
        state = Locked(State(list: WatchList(directory: directory, roots: Set(roots), except: except)))
    }

    /// Watches what is there now. To be called before each pass.
    ///
    /// Returns why changes are noticed by polling from now on; nil where nothing is new about that.
    func refresh() -> WatchError? {
        refresh(files: nil).problem
    }

    /// Also watches the directories of these files. Calls `changed` where one of them is new: nobody has looked at it
    /// since the pass read it.
    func refresh(dataFiles: Set<DataFile>) -> WatchError? {
        let (problem, hasNew) = refresh(files: dataFiles)
        if hasNew { changed() }
        return problem
    }

    /// Also watches these directories of manifests and all below them. Calls `changed` where one of them is new.
    ///
    /// - Parameter isComplete: False where manifests were invalid, so that others may be included, too.
    func refresh(including trees: [String], isComplete: Bool) -> WatchError? {
        let isSame = state.withLock { state in
            let all = isComplete ? Set(trees) : state.trees.union(trees)
            defer { state.trees = all }
            return state.trees == all
        }
        if isSame { return nil }
        let (problem, hasNew) = refresh(files: state.withLock(\.files))
        if hasNew { changed() }
        return problem
    }

    var isPolling: Bool { state.withLock { $0.polling != nil } }

    /// How many directories the kernel watches.
    var watchCount: Int { state.withLock { $0.paths.count } }

    func stop() {
        state.withLock { state in
            state.isStopped = true
            state.polling?.cancel()
            state.polling = nil
            Self.close(&state)
        }
    }

    private func refresh(files: Set<DataFile>?) -> (problem: WatchError?, hasNew: Bool) {
        state.withLock { state in
            if state.isStopped { return (nil, false) }
            if let files { state.files = files }
            let before = state.numbers
            state.list = list(with: state)
            do throws(WatchError) {
                try watch(&state)
                state.polling?.cancel()
                state.polling = nil
                state.problem = nil
            } catch {
                Self.close(&state)
                // Which directory it was met at is chance.
                let isNew = state.problem?.operation != error.operation || state.problem?.code != error.code
                state.problem = error
                poll(&state)
                return (isNew ? error : nil, false)
            }
            let isNew = state.list.directories.keys.contains { before[$0] == nil }
            return (nil, files != nil && isNew)
        }
    }

    private func list(with state: State) -> WatchList {
        WatchList(directory: directory, trees: state.trees, roots: roots, files: state.files, except: except)
    }

    // MARK: - inotify

    private func watch(_ state: inout State) throws(WatchError) {
        if state.descriptor < 0 {
            state.descriptor = try calls.open()
            listen(&state)
        }
        var paths: [Int32: String] = [:]
        var numbers: [String: Int32] = [:]
        for path in state.list.directories.keys {
            do throws(WatchError) {
                let number = try calls.watch(state.descriptor, path)
                paths[number] = path
                numbers[path] = number
            } catch {
                // Gone or unreadable: the pass says so, and the directory above tells when that changes.
                if !error.isOfThePlace { throw error }
            }
        }
        for number in state.paths.keys where paths[number] == nil { calls.unwatch(state.descriptor, number) }
        state.paths = paths
        state.numbers = numbers
    }

    private func listen(_ state: inout State) {
        let descriptor = state.descriptor
        state.source = InotifyEvent.source(of: descriptor, queue: queue) { [weak self] in self?.read(descriptor) }
    }

    private static func close(_ state: inout State) {
        // The source closes the descriptor once nothing reads it any more.
        state.source?.cancel()
        state.source = nil
        state.descriptor = -1
        state.paths = [:]
        state.numbers = [:]
    }

    private func read(_ descriptor: Int32) {
        var matters = false
        InotifyEvent.drain(descriptor) { events in
            matters = matters || state.withLock { state in events.contains { Self.matters($0, state) } }
        }
        if matters { changed() }
    }

    private static func matters(_ event: InotifyEvent, _ state: State) -> Bool {
        if event.isOverflow { return true }
        // The kernel says this when a watch ends, also when we ended it.
        if event.isEndOfWatch { return false }
        guard let path = state.paths[event.watch] else { return false }
        if event.name.isEmpty {
            // Of a directory that is watched for names alone, only its end matters.
            return event.isEndOfDirectory || state.list.concerns("", in: path)
        }
        return state.list.concerns(event.name, in: path)
    }

    // MARK: - Polling

    private func poll(_ state: inout State) {
        guard state.polling == nil else { return }
        let first = FileSurvey.fingerprint(state.list)
        state.polling = Task { [weak self, time, pollSeconds] in
            var last = first
            while (try? await time.sleep(seconds: pollSeconds)) != nil, let self {
                let now = FileSurvey.fingerprint(self.state.withLock { self.list(with: $0) })
                if now != last { self.changed() }
                last = now
            }
        }
    }
}

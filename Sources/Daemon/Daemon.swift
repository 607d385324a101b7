import Dispatch
import Model
import Platform
import Reconciler

/// Passes for ever: the loop around `ReconcilePass`.
///
/// ```
///  signals ─┐
///  files ───┼─▶ inputs ─▶ LoopMachine ─▶ actions: begin a pass, drain it, tell systemd, end
///  timer ───┤                 ▲
///  pass ────┘                 └─ ConnectionTracker: what the outcome means for each connection and for the next pass
/// ```
package final class Daemon: Sendable {
    private enum Happening: Sendable {
        case loop(LoopMachine.Input)
        case timer
        case passEnded(PassResult, PassReason, began: Double)
        /// What the pass held is let go.
        case passForgotten
    }

    private let options: DaemonOptions
    private let runner: any PassRunner
    private let log: Log
    private let notifier: SystemdNotifier
    private let time: any TimeSource
    private let calls: any InotifyCalls
    private let happenings: AsyncStream<Happening>
    private let inlet: AsyncStream<Happening>.Continuation
    private let board: StatusBoard

    package convenience init(
        options: DaemonOptions, runner: any PassRunner, log: Log, notifier: SystemdNotifier, time: any TimeSource
    ) {
        self.init(
            options: options, runner: runner, log: log, notifier: notifier, time: time, calls: SystemInotify())
    }

    init(
        options: DaemonOptions, runner: any PassRunner, log: Log, notifier: SystemdNotifier, time: any TimeSource,
        calls: any InotifyCalls
    ) {
        self.options = options
        self.runner = runner
        self.log = log
        self.notifier = notifier
        self.time = time
        self.calls = calls
        (happenings, inlet) = AsyncStream.makeStream()
        board = StatusBoard(
            Status(version: options.version, directory: options.directory, startedAt: time.unixTime()))
    }

    /// SIGTERM: ends the loop once what is under way has ended. Safe from any thread, also before `run`.
    package func stop() { inlet.yield(.loop(.stop)) }

    /// SIGHUP: a pass now.
    package func reload() { inlet.yield(.loop(.hangup)) }

    var status: Status { board.current }

    /// Runs until it is told to stop. Errors: an endpoint that cannot listen, as a `StepFailure`.
    package func run() async throws(StepFailure) {
        let endpoint = options.listen.map {
            StatusEndpoint(board: board, address: $0, time: time, hosts: AllowedHosts(names: options.hosts))
        }
        do {
            if let address = try endpoint?.start() {
                log.log(.info, "listening", "status at \(address)", [("address", "\(address)")])
            }
        } catch {
            throw StepFailure(.invalid, "the status endpoint cannot listen: \(error)", help: "change --listen")
        }
        let watcher = FileWatcher(
            directory: options.directory, roots: options.dataRoots, except: options.stateDirectory, calls: calls,
            time: time
        ) { [inlet] in inlet.yield(.loop(.changed)) }
        let announcer = options.notify.map { Announcer($0, log: log, time: time) }
        var loop = DaemonLoop(
            options: options, watcher: watcher, log: log, notifier: notifier, time: time, board: board,
            announcer: announcer)
        log.log(
            .notice, "started", "watching \(options.directory)",
            [("version", options.version), ("interval", "\(Int(options.interval))")])
        inlet.yield(.loop(.started))
        var timer: (at: Double, task: Task<Void, Never>)?
        var pass: Task<Void, Never>?
        loop: for await happening in happenings {
            let actions =
                switch happening {
                case .loop(let input): loop.handle(input)
                case .timer: loop.handle(.timer(progress: runner.progress))
                case .passEnded(let result, let reason, let began): loop.passEnded(result, reason, began: began)
                case .passForgotten: forget()
                }
            for action in actions {
                switch action {
                case .beginPass(let reason): pass = begin(loop.order(reason))
                case .drainPass: runner.drain()
                case .cancelPass:
                    log.log(.warning, "cut_short", "what was under way did not end in time and is cut")
                    pass?.cancel()
                case .notify(let message): notifier.send(message)
                case .finish: break loop
                }
            }
            if case .passEnded = happening { inlet.yield(.passForgotten) }
            arm(&timer, at: loop.wakeAt)
        }
        timer?.task.cancel()
        watcher.stop()
        await announcer?.stop()
        await endpoint?.stop()
        log.log(.notice, "stopped", "stopped")
    }

    private func begin(_ order: PassRequest) -> Task<Void, Never> {
        let began = time.uptime()
        return Task { [runner, inlet] in
            let result = await runner.run(order)
            inlet.yield(.passEnded(result, order.reason, began: began))
        }
    }

    private func forget() -> [LoopMachine.Action] {
        Memory.giveBack()
        return []
    }

    /// One sleeping task at a time, and none where nothing is to come by itself.
    private func arm(_ timer: inout (at: Double, task: Task<Void, Never>)?, at wakeAt: Double?) {
        if let current = timer, current.at == wakeAt, current.at > time.uptime() { return }
        timer?.task.cancel()
        timer = wakeAt.map { at in
            let task = Task { [time, inlet] in
                guard (try? await time.sleep(seconds: at - time.uptime())) != nil else { return }
                inlet.yield(.timer)
            }
            return (at, task)
        }
    }
}

import APIClient
import Daemon
import Emulator
import Model
import Platform
import Reconciler

/// `reconcile daemon [DIR]`: passes until it is stopped.
struct DaemonCommand {
    let invocation: Invocation
    let console: Console

    func run() async throws(UsageError) -> ExitStatus {
        let given = invocation.options
        let settings = Settings(invocation: invocation)
        let time = SystemTime()
        var options = DaemonOptions(directory: invocation.directory, version: Reconcile.version)
        options.dataRoots = given.all("--data-root")
        options.hosts = given.all("--allow-host")
        options.interval = try given.duration("--interval", in: 1...604_800) ?? options.interval
        options.pruneDelay = try given.duration("--prune-delay", in: 0...604_800) ?? options.pruneDelay
        options.listen = try listenAddress()
        options.notify = try webhook(settings, time)
        let state = try stateDirectory(settings)
        options.stateDirectory = state
        let log = try makeLog(time: time)
        var configuration = PassConfiguration(
            directory: invocation.directory, secrets: settings.secrets, apiIdentity: "", stateDirectory: state,
            temporaryDirectory: settings.temporaryDirectory)
        configuration.dataRoots = options.dataRoots
        configuration.variables = try Variables(invocation).values
        let upload = try UploadOptions(given)
        configuration.uploads = upload.uploads
        configuration.limits = upload.limits
        configuration.planning.adopt = Set(given.all("--adopt"))
        // Its manifest may come later.
        configuration.namesMustExist = false
        configuration.keepsToWindows = true

        // Before anything is begun, so that no signal finds the process without its handlers.
        let signals = SignalWatch()
        do throws(StepFailure) {
            let emulator = settings.usesEmulator ? try Account.startEmulator(settings, persists: true) : nil
            let passes = DaemonPasses(
                settings: settings, configuration: configuration, emulator: emulator, log: log, time: time)
            let daemon = Daemon(
                options: options, runner: passes, log: log,
                notifier: SystemdNotifier(environment: invocation.environment, time: time), time: time)
            signals.start(stop: { daemon.stop() }, hangup: { daemon.reload() })
            try await daemon.run()
            await emulator?.stop()
            return .done
        } catch {
            log.log(.error, "cannot_start", error.message, [("help", error.help)])
            return error.status
        }
    }

    /// `--notify`, `RECONCILE_NOTIFY`, or the credential `notify-url`: the address of a chat's webhook is a secret.
    private func webhook(_ settings: Settings, _ time: any TimeSource) throws(UsageError) -> (any NotificationSender)? {
        let given = invocation.options["--notify"] ?? invocation.environment["RECONCILE_NOTIFY"]
        guard let text = given ?? (try? settings.secrets.credential("notify-url")), !text.isEmpty else { return nil }
        do throws(Diagnostic) {
            return try Webhook(text, userAgent: Reconcile.tool, time: time)
        } catch {
            throw UsageError(error.message, help: error.help ?? "give it as https://HOST/PATH")
        }
    }

    private func stateDirectory(_ settings: Settings) throws(UsageError) -> String {
        let state = try settings.stateDirectory()
        if Path.isSamePlace(state, invocation.directory) {
            throw UsageError(
                "the state directory is the directory of manifests, so each pass would cause the next",
                help: "give --state-dir another directory")
        }
        return state
    }

    private func listenAddress() throws(UsageError) -> ListenAddress? {
        let isAnywhere = invocation.options.isGiven("--listen-anywhere")
        guard let text = invocation.options["--listen"] else {
            if isAnywhere { throw UsageError("--listen-anywhere goes with --listen") }
            return nil
        }
        do throws(ListenAddress.Problem) {
            return try ListenAddress(text, anywhere: isAnywhere)
        } catch {
            throw UsageError(error.message, help: error.help)
        }
    }

    private func makeLog(time: any TimeSource) throws(UsageError) -> Log {
        let name = invocation.options["--log-format"] ?? "auto"
        let suiting = Log.Format.suiting(
            (try? StandardStream.error.status())?.identity, journalStream: invocation.environment["JOURNAL_STREAM"])
        guard let format = name == "auto" ? suiting : Log.Format(rawValue: name) else {
            throw UsageError("unknown log format \"\(name)\"", help: "--log-format takes auto, journal, text or json")
        }
        let console = console
        return Log(format: format, lowest: invocation.options.isGiven("--verbose") ? .debug : .info, time: time) {
            console.err($0)
        }
    }
}

extension Webhook: NotificationSender {}

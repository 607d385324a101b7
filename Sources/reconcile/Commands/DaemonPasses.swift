import APIClient
import Daemon
import Emulator
import Model
import Platform
import Reconciler
import Synchronization

/// The daemon's passes: each with credentials read anew and a client of its own, which is let go afterwards.
final class DaemonPasses: PassRunner {
    private struct State {
        var client: APIClient?
        /// The manifests of the last pass that found them valid.
        var lastValid: DesiredState?
        var isDraining = false
        /// Requests of passes that have ended.
        var requestsBefore = 0
    }

    private let settings: Settings
    private let configuration: PassConfiguration
    private let emulator: Emulator?
    private let observer: PassLog
    private let time: any TimeSource
    private let state = Mutex(State())

    init(
        settings: Settings, configuration: PassConfiguration, emulator: Emulator?, log: Log, time: any TimeSource
    ) {
        self.settings = settings
        self.configuration = configuration
        self.emulator = emulator
        observer = PassLog(log: log)
        self.time = time
    }

    var progress: Int {
        let requests = state.withLock { $0.requestsBefore + ($0.client?.statistics.total ?? 0) }
        return observer.progress + requests
    }

    func drain() {
        let client = state.withLock { state in
            state.isDraining = true
            return state.client
        }
        client?.drain()
    }

    func run(_ order: PassRequest) async -> PassResult {
        do throws(StepFailure) {
            let account = try await Account.open(
                settings, time: time, persists: true, uploadsAtOnce: configuration.uploads.requests, running: emulator,
                isProbe: order.reason == .probe)
            let isDraining = state.withLock { state in
                state.client = account.client
                return state.isDraining
            }
            if isDraining { account.client.drain() }
            let outcome = await pass(order, on: account)
            // An open session would wake the process once a second.
            await account.close()
            let statistics = account.client.statistics
            state.withLock { state in
                state.client = nil
                state.lastValid = outcome.desired ?? state.lastValid
                state.requestsBefore += statistics.total
            }
            return PassResult(outcome: outcome, requests: statistics)
        } catch {
            // Manifests need no API: what is wrong with them is worth knowing all the same.
            var outcome = PassOutcome()
            let loaded = try? ValidateCommand.loadManifests(settings.invocation)
            outcome.diagnostics = loaded?.diagnostics ?? []
            outcome.includedDirectories = loaded?.directories.dropFirst().map(\.path) ?? []
            outcome.failure = error
            return PassResult(outcome: outcome)
        }
    }

    private func pass(_ order: PassRequest, on account: Account) async -> PassOutcome {
        var configuration = configuration
        configuration.apiIdentity = account.identity
        configuration.brand = account.keys?.brandDigestKey
        configuration.holdBack = order.holdBack
        configuration.lastValid = state.withLock(\.lastValid)
        configuration.isStopping = { [weak self] in self?.state.withLock { $0.isDraining } ?? true }
        return await withTaskCancellationHandler {
            await ReconcilePass(
                configuration: configuration, reader: account.client, writer: account.client,
                querier: account.client, observer: observer,
                time: time
            ).run()
        } onCancel: {
            account.client.invalidate()
        }
    }
}

import APIClient
import Emulator
import Model
import Platform
import Reconciler

/// The API that a command talks to: the real one, or an emulator in this process.
struct Account {
    let client: APIClient
    /// What state is bound to.
    let identity: String
    /// What digests of secrets are made with; nil for an embedded emulator.
    let keys: APIKeys?
    private let emulator: Emulator?
    /// Requests under way at one time that are no uploads: those of the connections worked on side by side.
    private static let otherRequestsAtOnce = 8

    /// An emulator that outlives the accounts opened on it: a daemon keeps one for all its passes.
    static func startEmulator(_ settings: Settings, persists: Bool) throws(StepFailure) -> Emulator {
        do {
            var options = EmulatorOptions()
            options.port = 0
            options.storeDirectory = try settings.stateDirectory() + "/store"
            options.persist = persists
            options.fetchesExternally = try EmulatorCommand.fetchesExternally(settings.invocation.options)
            let emulator = try Emulator(options: options)
            _ = try emulator.start()
            return emulator
        } catch let error as UsageError {
            throw StepFailure(.invalid, error.message, help: error.help)
        } catch {
            throw StepFailure(.failed, "the embedded emulator cannot start: \(error)")
        }
    }

    /// `persists` false: the emulator's store is read and never written.
    ///
    /// - Parameters:
    ///   - running: An emulator that runs already and goes on after `close`.
    ///   - isProbe: Whether an API that cannot be reached is asked only once.
    static func open(
        _ settings: Settings, time: any TimeSource, persists: Bool, uploadsAtOnce: Int = 1, running: Emulator? = nil,
        isProbe: Bool = false
    ) async throws(StepFailure) -> Account {
        var retry = RetryPolicy()
        do throws(UsageError) {
            if let budget = try settings.invocation.options.integer("--retry-budget", in: 0...86_400) {
                retry.budget = Double(budget)
                retry.firstContactBudget = min(retry.firstContactBudget, Double(budget))
            }
        } catch {
            throw StepFailure(.invalid, error.message, help: error.help)
        }
        let rate = try settings.rate()
        if isProbe { retry.firstContactBudget = 0 }
        if settings.usesEmulator {
            if let running {
                return try openEmulator(
                    running, isOwn: false, known: settings.knownSecrets, retry: retry, rate: rate, time: time,
                    uploadsAtOnce: uploadsAtOnce)
            }
            let emulator = try startEmulator(settings, persists: persists)
            return try openEmulator(
                emulator, isOwn: true, known: settings.knownSecrets, retry: retry, rate: rate, time: time,
                uploadsAtOnce: uploadsAtOnce)
        }
        let keys = try settings.keys()
        let configuration = try configure(
            settings.apiURL, keys: keys, known: settings.knownSecrets, retry: retry, rate: rate,
            uploadsAtOnce: uploadsAtOnce)
        return Account(
            client: APIClient(configuration: configuration, time: time), identity: configuration.baseURL,
            keys: keys, emulator: nil)
    }

    private static func openEmulator(
        _ emulator: Emulator, isOwn: Bool, known: [String], retry: RetryPolicy, rate: RequestRate?,
        time: any TimeSource, uploadsAtOnce: Int
    ) throws(StepFailure) -> Account {
        let keys: APIKeys
        do throws(Diagnostic) { keys = try APIKeys(apiKey: "emulator", brandKey: "emulator") } catch {
            throw StepFailure(.failed, error.message)
        }
        let configuration = try configure(
            emulator.baseURL, keys: keys, known: known, retry: retry, rate: rate, uploadsAtOnce: uploadsAtOnce)
        return Account(
            client: APIClient(configuration: configuration, time: time), identity: "emulator", keys: nil,
            emulator: isOwn ? emulator : nil)
    }

    private static func configure(
        _ url: String, keys: APIKeys, known: [String], retry: RetryPolicy, rate: RequestRate?, uploadsAtOnce: Int
    ) throws(StepFailure) -> APIClientConfiguration {
        do throws(Diagnostic) {
            return try APIClientConfiguration(
                baseURL: url, keys: keys, knownSecrets: known, userAgent: "reconcile/\(Reconcile.version)",
                retry: retry, rate: rate,
                maxConcurrency: max(Self.otherRequestsAtOnce, uploadsAtOnce))
        } catch {
            throw StepFailure(.invalid, error.message, help: error.help)
        }
    }

    func close() async {
        client.invalidate()
        await emulator?.stop()
    }
}

import APIClient
import ManifestLoader
import Model
import Planner
import Platform
import StateStore

/// One pass: from a directory of manifests to a converged account.
///
/// ```
///  Manifests/*.yaml ─▶ ManifestLoader ─▶ DesiredState ─┐
///  data files ───────▶ DataFiles ──────▶ row digests ──┤
///  the API ──────────▶ APIClient ──────▶ ActualState ──┼─▶ Planner ─▶ Plan ─▶ Executor ─▶ the API
///  state directory ──▶ StateStore ─────▶ AppliedState ─┘                        └─▶ StateStore, after each success
/// ```
///
/// A dry run has no writer: it cannot change anything, by construction.
package struct ReconcilePass: Sendable {
    let configuration: PassConfiguration
    let reader: any ConnectionReading
    private let writer: (any ConnectionWriting)?
    let querier: (any RowQuerying)?
    private let observer: any PassObserver
    let time: any TimeSource

    /// `writer` nil makes it a dry run; without `querier` no checks are run.
    package init(
        configuration: PassConfiguration, reader: any ConnectionReading, writer: (any ConnectionWriting)?,
        querier: (any RowQuerying)? = nil, observer: any PassObserver, time: any TimeSource
    ) {
        self.configuration = configuration
        self.reader = reader
        self.writer = writer
        self.querier = querier
        self.observer = observer
        self.time = time
    }

    /// Runs until the account is as the manifests say, or until nothing more can be done about it.
    package func run() async -> PassOutcome {
        var outcome = PassOutcome()
        // Files that move under a pass make it start over; somebody who never stops writing gets an error instead.
        for _ in 0..<5 {
            do throws(StepFailure) {
                if try await runOnce(into: &outcome) { return outcome }
                observer.waiting(for: "the files to settle: they changed while the pass was running")
            } catch {
                outcome.failure = error
                if error.kind == .planOutdated, !outcome.results.isEmpty {
                    outcome.failure?.message =
                        "the files changed while the plan was carried out, and the rest of it was "
                        + "left: \(error.message)"
                }
                return outcome
            }
        }
        outcome.failure = StepFailure(
            .failed, "the manifests or data files changed again and again while the pass was running",
            help: "run it again when nobody writes to \(configuration.directory)")
        return outcome
    }

    /// False where the files moved before everything was done.
    private func runOnce(into outcome: inout PassOutcome) async throws(StepFailure) -> Bool {
        let manifests = try await loadManifests()
        outcome.diagnostics = manifests.diagnostics
        outcome.desired = manifests.desired
        outcome.includedDirectories = manifests.directories.dropFirst().map(\.path)
        outcome.keepsLastValid = manifests.desired == nil && configuration.lastValid != nil
        guard let desired = manifests.desired ?? configuration.lastValid?.keptUp else { return true }
        let snapshot =
            outcome.keepsLastValid
            ? DirectorySnapshot.capture(directories: manifests.directories, dataFiles: desired.dataFiles)
            : manifests.snapshot

        try checkSavedPlan(owner: desired.policy.owner)
        let state = try await openState(owner: desired.policy.owner)
        defer { state.store?.close() }

        let account = AccountReader(
            reader: reader, options: try options(for: desired, keepsOnly: outcome.keepsLastValid),
            brand: configuration.brand,
            knownSecrets: configuration.secrets.values)
        var input = try await account.read(desired: desired, applied: state.applied, now: Int(time.unixTime()))
        if desired.policy.prune {
            input.applied.deletions = DeletedConnection.deletions(
                recorded: input.applied.deletions, stateDirectory: configuration.stateDirectory, actual: input.actual,
                now: input.now)
        }
        var (plan, dataSets) = try await self.plan(&input, account)
        outcome.savedPlan = try sealed(plan, desired: desired)
        try await inspect(&plan, dataSets)
        outcome.plan = plan
        observer.planned(plan)

        guard let writer, let store = state.store else { return true }
        let calendar = SyncCalendar(configuration.keepsToWindows ? desired.policy.windows : [])
        let isOpen = calendar.isOpen(at: time.unixTime())
        outcome.opensAt = isOpen ? nil : calendar.nextOpening(after: time.unixTime())
        outcome.held = isOpen ? held(in: plan) : closed(plan, until: outcome.opensAt)
        guard await configuration.confirm(plan) else {
            throw StepFailure(
                .refused, "not confirmed: nothing was done",
                help: "answer yes, or give --yes where nobody is to be asked")
        }
        if configuration.isStopping() { throw .interrupted }
        let executor = Executor(
            configuration: configuration, reader: reader, writer: writer, store: store, input: input,
            dataSets: dataSets, observer: observer, time: time,
            ledgers: LedgerDirectory(stateDirectory: configuration.stateDirectory, calls: configuration.calls),
            window: UploadWindow(configuration.uploads),
            pool: BodyPool(keptBytes: configuration.uploads.bytes), held: Set(outcome.held.keys))
        let isUnchanged: @Sendable () -> Bool = {
            DirectorySnapshot.capture(directories: manifests.directories, dataFiles: desired.dataFiles)
                == snapshot
        }
        guard await executor.carryOut(plan, into: &outcome.results, isUnchanged: isUnchanged) else { return false }
        if let querier {
            await runChecks(of: desired, plan, querier: querier, into: &outcome.results) {
                observer.failed($0, key: $1)
            }
        }
        try recordSavedPlan(outcome.results)
        return true
    }

    /// What the command line allows, and which of the manifests it is about.
    private func options(
        for desired: DesiredState, keepsOnly: Bool
    ) throws(StepFailure) -> PlanningOptions {
        var options = configuration.planning
        options.keepsOnly = keepsOnly
        guard let filter = configuration.filter else { return options }
        do throws(UnknownName) {
            options.restriction = try filter.restriction(of: desired)
        } catch {
            // Of a saved plan the name was right once.
            throw StepFailure(configuration.saved == nil ? .invalid : .planOutdated, error.message, help: error.help)
        }
        return options
    }

    /// Outside of all windows everything is left alone, and told.
    private func closed(_ plan: Plan, until opening: Double?) -> [String: String] {
        let end = opening.map { "the next opens at \(CivilTime(utc: $0).rfc3339)" } ?? "none opens within ten days"
        let planned = plan.connections.filter { !$0.actions.isEmpty }
        return Dictionary(planned.map { ($0.key, "outside of the sync windows: \(end)") }) { first, _ in first }
    }

    private func held(in plan: Plan) -> [String: String] {
        var held: [String: String] = [:]
        for planned in plan.connections where !planned.actions.isEmpty {
            if let reason = configuration.holdBack(planned) { held[planned.key] = reason }
        }
        return held
    }

    /// Locates, surveys the data files beside what is known of the rows, and plans.
    ///
    /// A list may lag behind: what would be changed because of it is read by itself first, and planned once more.
    private func plan(
        _ input: inout PlanningInput, _ account: AccountReader
    ) async throws(StepFailure) -> (Plan, [String: SurveyedSet]) {
        var surveys = DataSurveys(configuration: configuration, now: time.unixTime())
        surveys.onReading = { [observer] in observer.reading($0, key: $1) }
        var located = try await account.locate(input)
        if configuration.namesMustExist, let unknown = located.unknownName(in: input.options) {
            throw StepFailure(
                configuration.saved == nil ? .invalid : .planOutdated, unknown.message, help: unknown.help)
        }
        await surveys.survey(located.connections.compactMap(SurveyRequest.init))
        input.data = surveys.verdicts
        let plan = Planner(input, located).plan()
        let doubtful = plan.doubtfulUUIDs
        if doubtful.isEmpty { return (plan, surveys.sets) }

        (input, located) = try await account.reread(doubtful, in: input, located)
        await surveys.survey(located.connections.compactMap(SurveyRequest.init))
        input.data = surveys.verdicts
        return (Planner(input, located).plan(), surveys.sets)
    }

    /// Reads the manifests once Git is done with the tree: half a checkout is no desired state, and no error either.
    private func loadManifests() async throws(StepFailure) -> LoadedManifests {
        let loader = ManifestLoader(
            directory: configuration.directory, text: configuration.manifestText, dataRoots: configuration.dataRoots,
            secrets: configuration.secrets, variables: configuration.variables)
        for _ in 0..<Self.readings {
            try await waitForGit()
            let loaded = await BlockingWork.run { () -> LoadedManifests? in
                let loaded = loader.load()
                guard loaded.desired == nil else { return loaded }
                let now = DirectorySnapshot.capture(directories: loaded.directories, dataFiles: [])
                return now == loaded.snapshot ? loaded : nil
            }
            if let loaded { return loaded }
            if configuration.isStopping() { throw .interrupted }
            observer.waiting(for: "the files to settle: they changed while they were read")
            do { try await time.sleep(seconds: 0.1) } catch { throw .interrupted }
        }
        return await BlockingWork.run { loader.load() }
    }

    /// How often manifests are read again before what is wrong with them is told.
    private static let readings = 5

    private func waitForGit() async throws(StepFailure) {
        let deadline = time.uptime() + configuration.gitLockPatience
        var hasWaited = false
        while let lock = GitCheckout(above: configuration.directory)?.indexLock {
            if !hasWaited { observer.waiting(for: "Git, which holds \(lock)") }
            hasWaited = true
            if configuration.isStopping() { throw .interrupted }
            guard time.uptime() < deadline else {
                throw StepFailure(
                    .failed, "Git has held \(lock) for \(Int(configuration.gitLockPatience)) seconds",
                    help: "if no git command is running, remove that file")
            }
            do { try await time.sleep(seconds: 0.1) } catch { throw .interrupted }
        }
    }

    private func openState(
        owner: String
    ) async throws(StepFailure) -> (store: StateStore?, applied: AppliedState) {
        let identity = StateIdentity(
            apiURL: configuration.apiIdentity, owner: owner, brand: configuration.brand,
            acceptsNewBrandKey: configuration.acceptsNewBrandKey)
        let (directory, isDryRun, time, calls) = (
            configuration.stateDirectory, writer == nil, time, configuration.calls
        )
        do throws(StateError) {
            return try await BlockingWork.run { () throws(StateError) in
                if isDryRun { return (nil, try StateStore.read(directory: directory, identity: identity)) }
                let store = try StateStore.open(directory: directory, identity: identity, time: time, calls: calls)
                return (store, store.state)
            }
        } catch {
            throw StepFailure(error)
        }
    }
}

extension DesiredState {
    /// The same without anything that deletes.
    fileprivate var keptUp: DesiredState {
        var kept = self
        kept.policy.prune = false
        for index in kept.connections.indices { kept.connections[index].data?.removedRows = .keep }
        return kept
    }

    /// Every data file of every connection.
    package var dataFiles: [DataFile] { connections.flatMap { $0.data?.files ?? [] } }
}

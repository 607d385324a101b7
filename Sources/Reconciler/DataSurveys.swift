import DataFiles
import Model
import Planner
import Platform

/// Surveys the data files of all connections: each is read whole and validated before anything is written for it, and
/// compared with the ledger of what the service has. A file that is as the last survey saw it is not opened.
package struct DataSurveys: Sendable {
    package private(set) var verdicts: [String: PlanningInput.DataVerdict] = [:]
    package private(set) var sets: [String: SurveyedSet] = [:]
    private var surveyed: [String: SurveyRequest] = [:]

    private typealias Finished = (key: String, verdict: PlanningInput.DataVerdict, set: SurveyedSet?)

    private let limits: RequestLimits
    private let temporaryDirectory: String
    /// Where the ledgers are; nil to compare with none.
    private let ledgers: LedgerDirectory?
    private let options: PlanningOptions
    private let now: Double
    private let isStopping: @Sendable () -> Bool
    /// Hears how far the files of a connection are read; nil when that is over.
    package var onReading: @Sendable (ReadingProgress?, _ key: String) -> Void = { _, _ in }

    /// Without ledgers and state, for `validate`.
    package init(limits: RequestLimits = RequestLimits(), temporaryDirectory: String) {
        self.limits = limits
        self.temporaryDirectory = temporaryDirectory
        ledgers = nil
        options = PlanningOptions()
        now = 0
        isStopping = { false }
    }

    init(configuration: PassConfiguration, now: Double) {
        limits = configuration.limits
        temporaryDirectory = configuration.temporaryDirectory
        ledgers = LedgerDirectory(stateDirectory: configuration.stateDirectory, calls: configuration.calls)
        options = configuration.planning
        self.now = now
        isStopping = configuration.isStopping
    }

    /// Every connection with data that is not suspended, of none of which anything is known.
    package mutating func survey(_ desired: DesiredState) async {
        await survey(desired.connections.filter { $0.data != nil && !$0.isSuspended }.map(SurveyRequest.init))
    }

    /// Surveys what is asked for, but for what was surveyed already.
    package mutating func survey(_ requests: [SurveyRequest]) async {
        let surveyor = self
        let open = requests.filter { surveyed[$0.connection.key] != $0 }
        let finished = await withTaskGroup(of: Finished.self) { group in
            var all: [Finished] = []
            for (index, request) in open.enumerated() {
                // One set a core: a survey is all work and no waiting.
                if index >= 2, let finished = await group.next() { all.append(finished) }
                group.addTask { await surveyor.survey(request) }
            }
            for await finished in group { all.append(finished) }
            return all
        }
        for request in open { surveyed[request.connection.key] = request }
        for finished in finished {
            verdicts[finished.key] = finished.verdict
            sets[finished.key] = finished.set
        }
    }

    private func survey(_ request: SurveyRequest) async -> Finished {
        let key = request.connection.key
        guard let data = request.connection.data, let set = DataSet(request.connection) else {
            return (key, .bad([]), nil)
        }
        if !data.problems.isEmpty { return (key, .bad(data.problems), nil) }
        if let remembered = remembered(set, request) { return remembered }
        let finished = await BlockingWork.run { read(set, request) }
        onReading(nil, request.connection.key)
        return finished
    }

    /// The last survey, where no file was touched since and nothing is to be uploaded anyway.
    private func remembered(_ set: DataSet, _ request: SurveyRequest) -> Finished? {
        guard let text = request.applied?.survey, let record = SurveyRecord(text: text),
            let survey = record.survey(of: set, limits: limits), let known = request.known, let uuid = request.uuid
        else { return nil }
        let reason = Planner.uploadReason(
            known: known, data: DataDigest(version: DataSurvey.digestVersion, digest: survey.digest.description),
            ttlSeconds: set.ttlSeconds,
            applied: request.applied, now: Int(now), options: options)
        if reason != nil { return nil }
        let ledger = ledgers?.open(uuid: uuid, set: set, data: known, verifyingBody: false)
        // A ledger that got lost is rebuilt from the files, which have to be read for that.
        guard let counts = ledger?.ledger?.counts else { return nil }
        var summary = Self.summary(survey)
        var rows = RowCounts()
        rows.unchanged = counts.live
        rows.rejected = counts.rejected + counts.stale
        rows.kept = counts.kept
        summary.counts = rows
        return (
            request.connection.key, .surveyed(summary),
            SurveyedSet(set: set, survey: survey, rows: nil, hasLedger: true, record: record)
        )
    }

    private func read(_ set: DataSet, _ request: SurveyRequest) -> Finished {
        let key = request.connection.key
        let sensitive = request.connection.data?.sensitive ?? []
        let interrupted = InterruptedBatch(
            request.applied, known: request.known, maxRows: limits.maxRows, maxBytes: limits.maxBytes, now: Int(now))
        // An interrupted batch goes on against what the marker said before it began.
        let expected = request.known ?? interrupted?.base
        var opening: LedgerOpening?
        if let uuid = request.uuid, let expected {
            opening = ledgers?.open(uuid: uuid, set: set, data: expected, verifyingBody: true)
        } else if let uuid = request.uuid {
            opening = ledgers?.openMemory(uuid: uuid, set: set)
        }
        var result = survey(set, request, against: opening?.memory)
        if let interrupted, let uuid = request.uuid, case .success(let found) = result,
            interrupted.needsItsOwnLedger(for: found.survey.digest.description),
            let next = ledgers?.openNext(uuid: uuid, set: set, batch: interrupted.batch)
        {
            opening = .mismatch("an upload was interrupted, and nobody knows what came of it", next)
            result = survey(set, request, against: next)
        }
        switch result {
        case .failure(let problems): return (key, .bad(problems.diagnostics), nil)
        case .success(let found):
            var summary = Self.summary(found.survey)
            summary.full = RowsToSend(found.full)
            summary.gone = found.removed?.count ?? 0
            summary.before = found.changes?.thereBefore ?? 0
            summary.respeltInDelta = found.respelt(isDelta: true)?.count ?? 0
            summary.respeltInFull = found.respelt(isDelta: false)?.count ?? 0
            summary.isMemoryLost = request.uuid != nil && opening?.memory == nil
            summary.ledgerNote = opening.map { $0.reasonForFullUpload } ?? "there is no row ledger"
            // Other rows than those of the interrupted batch: nobody knows which of its own are there.
            let isUnclear = interrupted.map { !$0.carries(summary.digest) } ?? false
            let hasLedger = opening?.ledger != nil && !isUnclear
            if hasLedger, let changes = found.changes {
                summary.delta = found.delta.map(RowsToSend.init)
                summary.counts = RowCounts(changes)
                summary.preview = found.preview?.masked(sensitive, primaryKey: request.connection.primaryKey)
            }
            let record = SurveyRecord(found.survey, limits: limits, began: now)
            return (
                key, .surveyed(summary),
                SurveyedSet(
                    set: set, survey: found.survey, rows: found, hasLedger: hasLedger,
                    record: record.isSettled ? record : nil)
            )
        }
    }

    private func survey(
        _ set: DataSet, _ request: SurveyRequest, against ledger: LedgerReader?
    ) -> Swift.Result<LedgerSurvey, DataProblems> {
        DataSurveyor.survey(
            set, limits: limits, temporaryDirectory: temporaryDirectory, against: ledger,
            retryRejected: options.retryRejected || request.connection.data?.onRowError == .fail,
            onProgress: { [onReading, key = request.connection.key] in onReading($0, key) }, isCancelled: isStopping)
    }

    private static func summary(_ survey: DataSurvey) -> DataSummary {
        DataSummary(
            version: DataSurvey.digestVersion, digest: survey.digest.description, rows: survey.rowCount,
            requests: survey.requestCount, bytes: survey.byteCount)
    }
}

extension RowsToSend {
    init(_ selection: RowSelection) {
        self.init(rows: selection.rowCount, requests: selection.requestCount, bytes: selection.byteCount)
    }
}

extension RowCounts {
    init(_ changes: RowChanges) {
        self.init()
        added = changes.added
        changed = changes.changed
        unchanged = changes.unchanged
        removed = changes.removed
        kept = changes.kept
        rejected = changes.standingRejected
    }
}

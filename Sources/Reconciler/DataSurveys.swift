import DataFiles
import Model
import Planner
import Platform

/// Surveys the data files of all connections: each is read whole and validated before anything is written for it, and
/// compared with the ledger of what the service has. A file that is as the last survey saw it is not opened.
package struct DataSurveys: Sendable {
    /// What an upload needs: the files, how they were when they were surveyed, and which rows to send.
    package struct SurveyedSet: Sendable {
        package var set: DataSet
        package var survey: DataSurvey
        /// Nil where the last survey still holds, so that nothing was read.
        package var rows: LedgerSurvey?
        /// True where the ledger counts.
        package var hasLedger: Bool
        /// What to remember of this survey; nil where the files are too young to tell.
        package var record: SurveyRecord?
    }

    package struct Result: Sendable {
        package var verdicts: [String: PlanningInput.DataVerdict] = [:]
        package var sets: [String: SurveyedSet] = [:]
    }

    /// One connection's data, and what is known of the rows at the service.
    package struct Task: Sendable, Hashable {
        var connection: DesiredConnection
        /// Nil where there is no connection yet.
        var uuid: String?
        /// What the marker says, or state where there are no markers.
        var known: OwnershipMarker.Data?
        var applied: AppliedConnection?

        /// A connection of which nothing is known.
        package init(_ connection: DesiredConnection) { self.connection = connection }

        /// As a plan located it.
        init?(_ planned: PlannedConnection) {
            // What is refused anyway need not be read: a new primary key may not even be a column.
            guard let desired = planned.desired, desired.data != nil, !desired.isSuspended, planned.refusals.isEmpty
            else { return nil }
            connection = desired
            uuid = planned.uuid
            known = planned.knownData
            applied = planned.applied
        }
    }

    private typealias Finished = (key: String, verdict: PlanningInput.DataVerdict, set: SurveyedSet?)

    private let limits: RequestLimits
    private let temporaryDirectory: String
    /// Where the ledgers are; nil to compare with none.
    private let ledgers: LedgerDirectory?
    private let options: PlanningOptions
    private let now: Double
    private let isStopping: @Sendable () -> Bool

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
        ledgers = LedgerDirectory(stateDirectory: configuration.stateDirectory)
        options = configuration.planning
        self.now = now
        isStopping = configuration.isStopping
    }

    /// Every connection with data that is not suspended, of none of which anything is known.
    package func survey(_ desired: DesiredState) async -> Result {
        await survey(desired.connections.filter { $0.data != nil && !$0.isSuspended }.map(Task.init))
    }

    package func survey(_ tasks: [Task]) async -> Result {
        await withTaskGroup(of: Finished.self) { group in
            var result = Result()
            func record(_ finished: Finished) {
                result.verdicts[finished.key] = finished.verdict
                result.sets[finished.key] = finished.set
            }
            for (index, task) in tasks.enumerated() {
                // One set a core: a survey is all work and no waiting.
                if index >= 2, let finished = await group.next() { record(finished) }
                group.addTask { await survey(task) }
            }
            for await finished in group { record(finished) }
            return result
        }
    }

    private func survey(_ task: Task) async -> Finished {
        let key = task.connection.key
        guard let data = task.connection.data else { return (key, .bad([]), nil) }
        if !data.problems.isEmpty { return (key, .bad(data.problems), nil) }
        let set = DataSet(
            files: data.files, primaryKey: task.connection.primaryKey, columns: data.columns,
            ttlSeconds: data.ttlSeconds)
        if let remembered = remembered(set, task) { return remembered }
        return await BlockingWork.run { read(set, task) }
    }

    /// The last survey, where no file was touched since and nothing is to be uploaded anyway.
    private func remembered(_ set: DataSet, _ task: Task) -> Finished? {
        guard let text = task.applied?.survey, let record = SurveyRecord(text: text),
            let survey = record.survey(of: set, limits: limits), let known = task.known, let uuid = task.uuid
        else { return nil }
        let reason = Planner.uploadReason(
            known: known, data: (DataSurvey.digestVersion, survey.digest.description), ttlSeconds: set.ttlSeconds,
            applied: task.applied, now: Int(now), options: options)
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
            task.connection.key, .surveyed(summary),
            SurveyedSet(set: set, survey: survey, rows: nil, hasLedger: true, record: record)
        )
    }

    private func read(_ set: DataSet, _ task: Task) -> Finished {
        let key = task.connection.key
        // An interrupted batch goes on against what the marker said before it began.
        let interrupted = task.known == nil ? task.applied?.batch : nil
        let isResumable =
            interrupted?.isResumable(limits: limits, now: Int(now), window: Planner.resumeWindow) ?? false
        let expected = task.known ?? (isResumable ? interrupted?.base : nil)
        var opening: LedgerOpening?
        if let uuid = task.uuid, let expected {
            opening = ledgers?.open(uuid: uuid, set: set, data: expected, verifyingBody: true)
        } else if let uuid = task.uuid {
            opening = ledgers?.openMemory(uuid: uuid, set: set)
        }
        var result = survey(set, task, against: opening?.memory)
        // Of a batch that goes on with the same rows the ledger before says what it is to delete; of any other that may
        // be visible only its own ledger knows all rows.
        if let interrupted, interrupted.mayBeVisible, let uuid = task.uuid, case .success(let found) = result,
            !isResumable || interrupted.digest != found.survey.digest.description,
            let next = ledgers?.openNext(uuid: uuid, set: set, batch: interrupted)
        {
            opening = .mismatch("an upload was interrupted, and nobody knows what came of it", next)
            result = survey(set, task, against: next)
        }
        switch result {
        case .failure(let problems): return (key, .bad(problems.diagnostics), nil)
        case .success(let found):
            var summary = Self.summary(found.survey)
            summary.full = RowsToSend(found.full)
            summary.gone = found.removed?.count ?? 0
            summary.isMemoryLost = task.uuid != nil && opening?.memory == nil
            summary.ledgerNote = opening.map { $0.reasonForFullUpload } ?? "there is no row ledger"
            // Other rows than those of the interrupted batch: nobody knows which of its own are there.
            let isUnclear = interrupted != nil && interrupted?.digest != summary.digest
            let hasLedger = opening?.ledger != nil && !isUnclear
            if hasLedger, let changes = found.changes {
                summary.delta = found.delta.map(RowsToSend.init)
                summary.counts = RowCounts(changes)
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
        _ set: DataSet, _ task: Task, against ledger: LedgerReader?
    ) -> Swift.Result<LedgerSurvey, DataProblems> {
        DataSurveyor.survey(
            set, limits: limits, temporaryDirectory: temporaryDirectory, against: ledger,
            retryRejected: options.retryRejected || task.connection.data?.onRowError == .fail, isCancelled: isStopping)
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
        before = changes.thereBefore
    }
}

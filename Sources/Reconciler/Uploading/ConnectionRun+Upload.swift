import APIClient
import DataFiles
import Foundation
import JSON
import Model
import Planner
import StateStore

extension ConnectionRun {
    /// Brings the rows up to date and returns what the marker may then say of them.
    mutating func upload(_ plan: UploadPlan) async throws(StepFailure) -> DataStamp {
        guard let uuid, let surveyed = executor.dataSets[planned.key], let rows = surveyed.rows else {
            throw StepFailure(.failed, "there is no survey of the data files")
        }
        let selection = plan.isDelta ? rows.delta ?? rows.full : rows.full
        // Before the first request the marker stops claiming rows that will be half replaced.
        try await writeMarker(data: nil)
        standingData = nil
        if resumableBatch(plan, selection)?.phase != .deleting {
            applied.batch = try await send(selection, of: surveyed, plan, to: uuid)
        }
        try await deleteRemoved(rows, plan, from: uuid)
        return try await finish(selection, of: surveyed, plan)
    }

    /// Sends the rows as one batch, the one that was interrupted where that can go on.
    private mutating func send(
        _ selection: RowSelection, of surveyed: SurveyedSet, _ plan: UploadPlan, to uuid: String
    ) async throws(StepFailure) -> AppliedBatch {
        guard let settings = planned.desired?.data else { return newBatch(plan, selection) }
        for attempt in 1... {
            let batch = resumableBatch(plan, selection) ?? newBatch(plan, selection)
            if batch.confirmed.count > 0 {
                report(.resumed(confirmed: batch.confirmed.count, requests: selection.requestCount))
            }
            try keepLedgerOfLostUpload(uuid, surveyed.set)
            applied.data = nil
            applied.batch = batch
            try await record()
            if selection.rowCount == 0 { return batch }
            let draft = makeDraft(batch, selection, of: surveyed, plan, uuid: uuid)
            let upload = BatchUpload(
                connection: uuid, key: planned.key, surveyed: surveyed, selection: selection, settings: settings,
                maxRowErrors: executor.input.desired.policy.maxRowErrors, batch: batch, executor: executor,
                draft: draft, record: batchRecorder(),
                beforeCompletion: respeltRemover(surveyed, plan, uuid: uuid))
            do throws(BatchUpload.Failure) {
                try await upload.run()
                hasNextLedger = await draft.finish() == nil
                report(upload.rejections)
                let sent = selection.rowCount - upload.rejections.rows.count
                result.uploadedRows += sent
                report(.uploaded(rows: sent, upload.progress))
                return upload.batch
            } catch {
                await draft.finish()
                applied.batch = upload.batch
                report(upload.rejections)
                // Nobody can tell what the service has of a batch that may be complete: it begins anew, and its ledger
                // remembers what may be there.
                let lost = upload.batch.phase == .completing ? upload.batch : nil
                switch error {
                case .unclear where attempt == 1:
                    applied.batch = lost
                    continue
                case .unclear(let failure), .resumable(let failure): throw failure
                case .abandoned(let failure):
                    applied.batch = lost
                    try await record()
                    throw failure
                }
            }
        }
        throw StepFailure(.failed, "the upload did not come to an end")
    }

    /// Deletes the rows that left the files. A process that dies here goes on here: the rows are up already.
    private mutating func deleteRemoved(
        _ rows: LedgerSurvey, _ plan: UploadPlan, from uuid: String
    ) async throws(StepFailure) {
        guard plan.deletes > 0, let removed = rows.removed else { return }
        let now = Int(executor.time.unixTime())
        applied.batch?.phase = .deleting
        applied.batch?.touched = now
        try await record()
        try await Self.delete(
            removed, from: uuid, executor, help: "if this account cannot delete single rows, set removed_rows: keep")
        report(.deletedRows(removed.count))
    }

    /// Takes away the rows whose keys are spelled otherwise by now; nothing where there are none.
    private func respeltRemover(
        _ surveyed: SurveyedSet, _ plan: UploadPlan, uuid: String
    ) -> @Sendable () async throws(StepFailure) -> Void {
        let (keys, executor) = (surveyed.rows?.respelt(isDelta: plan.isDelta), executor)
        return { () async throws(StepFailure) in
            guard let keys else { return }
            try await Self.delete(
                keys, from: uuid, executor,
                help:
                    "\(keys.count.grouped) keys are spelled otherwise than they were uploaded, and the service may take "
                    + "them for other rows; if this account cannot delete single rows, spell them as before")
        }
    }

    /// - Parameter help: Said where the service knows no such request.
    private static func delete(
        _ removed: RemovedKeys, from uuid: String, _ executor: Executor, help: String
    ) async throws(StepFailure) {
        var groups = removed.groups(of: executor.configuration.limits.maxRows)
        while let keys = try nextGroup(&groups) {
            do throws(APIError) {
                try await executor.writer.deleteRows(uuid, primaryKeys: keys)
            } catch {
                var failure = StepFailure(error)
                if error.kind == .notFound || error.kind == .refused { failure.help = help }
                throw failure
            }
        }
    }

    private static func nextGroup(_ groups: inout RemovedKeys.Groups) throws(StepFailure) -> [JSONValue]? {
        do throws(DataProblems) { return try groups.nextGroup() } catch { throw BatchUpload.failure(of: error) }
    }

    /// Begins to write the ledger that a batch leads to if nothing of it is refused.
    private func makeDraft(
        _ batch: AppliedBatch, _ selection: RowSelection, of surveyed: SurveyedSet, _ plan: UploadPlan,
        uuid: String
    ) -> LedgerDraft {
        let directory = executor.ledgers
        let data = batch.result
        return LedgerDraft { () throws(DataProblems) in
            guard let rows = surveyed.rows else { return }
            try directory.writeNext(uuid: uuid, set: surveyed.set, data: data, rows: rows.rows, sent: selection)
        }
    }

    /// A batch whose end nobody knows may have left rows that only its own ledger knows.
    private func keepLedgerOfLostUpload(_ uuid: String, _ set: DataSet) throws(StepFailure) {
        guard let batch = applied.batch, batch.phase != .sending else { return }
        do throws(DataProblems) {
            try executor.ledgers.keepNext(
                uuid: uuid, set: set, batch: batch)
        } catch {
            throw BatchUpload.failure(of: error)
        }
    }

    private mutating func finish(
        _ selection: RowSelection, of surveyed: SurveyedSet, _ plan: UploadPlan
    ) async throws(StepFailure) -> DataStamp {
        let batch = applied.batch ?? newBatch(plan, selection)
        let data = batch.result
        let standing = plan.data.counts?.rejected ?? 0
        let rejected = Set(batch.rejectedRows)
        writeLedger(data, surveyed, sent: selection, rejected: rejected)
        applied.data = AppliedData(
            version: data.version, digest: data.digest, at: data.at, rows: plan.data.rows,
            rejected: rejected.count + (plan.isDelta ? standing : 0), completed: Int(executor.time.unixTime()))
        applied.batch = nil
        applied.survey = surveyed.record?.text
        try await record()
        writeRejects()
        return data
    }

    // MARK: - What is remembered of rows

    /// Rows that needed nothing: what state, survey and ledger say of them is brought up to date.
    mutating func rememberRows() async throws(StepFailure) {
        guard let surveyed = executor.dataSets[planned.key], let data = standingData, let summary = planned.data,
            data.digest == summary.digest
        else { return }
        if planned.marker != nil, applied.data?.digest != data.digest || applied.data?.at != data.at {
            applied.data = AppliedData(version: data.version, digest: data.digest, at: data.at, rows: summary.rows)
            applied.batch = nil
        }
        if let record = surveyed.record { applied.survey = record.text }
        let hasUploaded = planned.actions.contains { if case .upload = $0 { true } else { false } }
        if !hasUploaded, !surveyed.hasLedger {
            // It got lost while the marker still equals the files: they say all that it said.
            writeLedger(data, surveyed, sent: nil, rejected: [])
        }
    }

    /// Puts the next ledger in place. Without one the next change sends all rows, so a failure is only worth a word.
    private mutating func writeLedger(
        _ data: DataStamp, _ surveyed: SurveyedSet, sent: RowSelection?, rejected: Set<Int>
    ) {
        guard let uuid, let rows = surveyed.rows else { return }
        let isDeleting = planned.desired?.data?.removedRows == .delete && sent != nil
        let directory = executor.ledgers
        let haveGone = isDeleting && rows.removed.map { $0.count > 0 } ?? false
        do throws(DataProblems) {
            if hasNextLedger, rejected.isEmpty, !haveGone { return try directory.moveNext(uuid: uuid) }
            try directory.write(
                uuid: uuid, set: surveyed.set, data: data, rows: rows.rows, sent: sent, rejected: rejected,
                removed: isDeleting ? .deleted : .kept, mayHaveEarlierRows: !planned.isCreated)
        } catch {
            warn(
                "the row ledger could not be written, so the next change sends all rows: "
                    + (error.diagnostics.first?.message ?? "unknown"))
        }
    }

    private mutating func writeRejects() {
        let file = RejectsFile(
            stateDirectory: executor.configuration.stateDirectory, key: planned.key,
            calls: executor.configuration.calls)
        do throws(StepFailure) {
            if !result.rejected.isEmpty {
                try file.write(result.rejected)
                warn("the rejected rows are listed in \(file.path)")
            } else if applied.data?.rejected == 0 {
                file.remove()
            }
        } catch {
            warn(error.message)
        }
    }

    /// Makes a batch durable, beside what state already remembers of the connection.
    private func batchRecorder() -> BatchProgress.Recorder {
        let (store, key, remembered) = (executor.store, planned.key, applied)
        return { batch throws(StepFailure) in
            var connection = remembered
            connection.batch = batch
            do throws(StateError) { try await store.record(key, connection) } catch { throw StepFailure(error) }
        }
    }

    private mutating func report(_ rejections: RejectedRows) {
        for row in rejections.rows where !result.rejected.contains(row) {
            result.rejected.append(row)
            executor.observer.rejected(row, key: planned.key)
        }
    }

    /// The batch that an earlier process began, where nothing about it is in doubt.
    private func resumableBatch(_ plan: UploadPlan, _ selection: RowSelection) -> AppliedBatch? {
        let limits = executor.configuration.limits
        let interrupted = InterruptedBatch(
            applied, known: planned.knownData, maxRows: limits.maxRows, maxBytes: limits.maxBytes,
            now: Int(executor.time.unixTime()))
        guard let interrupted,
            interrupted.goesOn(digest: plan.data.digest, isDelta: plan.isDelta, sequence: sequence(of: selection))
        else { return nil }
        return interrupted.batch
    }

    /// Tells apart what decides which rows a request holds: their order, and which of them are sent.
    private func sequence(of selection: RowSelection) -> String? {
        executor.dataSets[planned.key]?.survey.sequence.map { "\($0)/\(selection.rowCount)" }
    }

    private func newBatch(_ plan: UploadPlan, _ selection: RowSelection) -> AppliedBatch {
        let now = Int(executor.time.unixTime())
        let limits = executor.configuration.limits
        return AppliedBatch(
            uuid: UUID().uuidString.lowercased(), digest: plan.data.digest, began: now, touched: now,
            maxRows: limits.maxRows, maxBytes: limits.maxBytes,
            base: planned.knownData ?? (plan.isDelta ? planned.applied?.batch?.base : nil), isDelta: plan.isDelta,
            sequence: sequence(of: selection))
    }
}

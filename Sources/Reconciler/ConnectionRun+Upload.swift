import APIClient
import DataFiles
import Foundation
import Model
import Planner

extension ConnectionRun {
    /// Uploads the data set as one batch and returns what the marker may then say of the rows.
    mutating func upload(_ summary: DataSummary) async throws(StepFailure) -> OwnershipMarker.Data {
        guard let uuid, let surveyed = executor.dataSets[planned.key], let settings = planned.desired?.data else {
            throw StepFailure(.failed, "there is no survey of the data files")
        }
        // Before the first request the marker stops claiming rows that will be half replaced.
        try await writeMarker(data: nil)
        standingData = nil
        for attempt in 1... {
            let batch = resumableBatch(summary) ?? newBatch(summary)
            let isResumed = batch.confirmed.count > 0
            if isResumed {
                report(
                    "resumed the upload: \(batch.confirmed.count.grouped) of \(summary.requests.grouped) requests are "
                        + "there")
            }
            applied.data = nil
            applied.batch = batch
            try await record()
            var upload = BatchUpload(
                connection: uuid, key: planned.key, surveyed: surveyed, settings: settings,
                maxRowErrors: executor.input.desired.policy.maxRowErrors, batch: batch, executor: executor)
            do throws(BatchUpload.Failure) {
                try await upload.run { batch throws(StepFailure) in
                    applied.batch = batch
                    try await record()
                }
            } catch {
                report(upload.rejections)
                switch error {
                case .unclear where attempt == 1:
                    // Nobody can tell what the service has of this batch: it begins anew.
                    applied.batch = nil
                    continue
                case .unclear(let failure), .resumable(let failure): throw failure
                case .abandoned(let failure):
                    applied.batch = nil
                    try await record()
                    throw failure
                }
            }
            return try await finish(upload, summary)
        }
        throw StepFailure(.failed, "the upload did not come to an end")
    }

    private mutating func finish(
        _ upload: BatchUpload, _ summary: DataSummary
    ) async throws(StepFailure) -> OwnershipMarker.Data {
        let rejected = upload.batch.rejected
        applied.data = AppliedData(
            version: summary.version, digest: summary.digest, at: upload.batch.began, rows: summary.rows,
            rejected: rejected)
        applied.batch = nil
        try await record()
        report(upload.rejections)
        result.uploadedRows += summary.rows - rejected
        report(
            "uploaded \((summary.rows - rejected).grouped) row\(summary.rows - rejected == 1 ? "" : "s")"
                + (rejected > 0 ? ", \(rejected.grouped) rejected" : ""))
        let data = OwnershipMarker.Data(version: summary.version, digest: summary.digest, at: upload.batch.began)
        if !upload.rejections.rows.isEmpty {
            // The rows that went up are there and the marker says so; the pass that met the others says that too.
            try await writeMarker(data: data)
            throw StepFailure(
                .failed,
                "\(upload.rejections.rows.count.grouped) row\(upload.rejections.rows.count == 1 ? " was" : "s were") "
                    + "rejected by the service and left out",
                help: "correct them in the data files; the rest is uploaded")
        }
        return data
    }

    private mutating func report(_ rejections: RejectedRows) {
        for row in rejections.rows where !result.rejected.contains(row) {
            result.rejected.append(row)
            executor.observer.rejected(row, key: planned.key)
        }
    }

    /// The batch that an earlier process began, where nothing about it is in doubt.
    private func resumableBatch(_ summary: DataSummary) -> AppliedBatch? {
        let now = Int(executor.time.unixTime())
        guard let batch = applied.batch, !batch.completing, batch.digest == summary.digest,
            batch.maxRows == executor.configuration.limits.maxRows,
            batch.maxBytes == executor.configuration.limits.maxBytes, planned.knownData == nil,
            (0...Planner.resumeWindow).contains(now - batch.touched)
        else { return nil }
        return batch
    }

    private func newBatch(_ summary: DataSummary) -> AppliedBatch {
        let now = Int(executor.time.unixTime())
        return AppliedBatch(
            uuid: UUID().uuidString.lowercased(), digest: summary.digest, began: now, touched: now,
            maxRows: executor.configuration.limits.maxRows, maxBytes: executor.configuration.limits.maxBytes)
    }
}

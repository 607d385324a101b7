import Model

/// Whether rows go up.
struct RowsVerdict {
    var upload: UploadPlan?
    var notes: [String] = []
    var refusal: Refusal?
}

extension Planner {
    /// An upload that we completed a moment ago and whose marker we did not get to write.
    func unwrittenData(
        of located: LocatedConnection, _ summary: DataSummary?, standing: OwnershipMarker?
    ) -> DataStamp? {
        guard let standing, standing.data == nil, let summary, let done = located.applied?.data,
            located.applied?.batch == nil, done.digest == summary.digest, done.version == summary.version,
            (0...InterruptedBatch.window).contains(input.now - (done.completed ?? done.at))
        else { return nil }
        return done.stamp
    }

    /// Decides whether rows go up, and why.
    func compareRows(_ located: LocatedConnection, _ summary: DataSummary?) -> RowsVerdict {
        var verdict = RowsVerdict()
        guard let summary, let settings = located.desired?.data else { return verdict }
        guard
            let reason = Self.uploadReason(
                known: located.stamp, data: summary.dataDigest, ttlSeconds: settings.ttlSeconds,
                applied: located.applied, now: input.now, options: input.options)
        else {
            let rejected = summary.counts?.rejected ?? located.applied?.data?.rejected ?? 0
            if rejected > 0 {
                verdict.notes.append(
                    "\(rejected.grouped) rejected row\(rejected == 1 ? " is" : "s are") still left out")
            }
            if let kept = summary.counts?.kept, kept > 0 {
                let isMeantToGo = settings.removedRows == .delete
                verdict.notes.append(
                    "\(kept.grouped) row\(kept == 1 ? "" : "s") that left the files stay\(kept == 1 ? "s" : "") in the connection"
                        + (isMeantToGo ? " until the next upload, which deletes what it can; --full makes one" : ""))
            }
            return verdict
        }
        let upload = uploadPlan(summary, settings, reason: reason, applied: located.applied)
        verdict.upload = upload
        verdict.refusal = refusalOfCount(summary, located) ?? refusalOfRemovals(upload, located)
        if let removed = summary.counts?.removed, settings.removedRows == .keep, removed > 0,
            removed * 100 > summary.before * input.desired.policy.maxRemovedPercent
        {
            verdict.notes.append(
                "\(removed.grouped) of \(summary.before.grouped) rows left the files, and stay in the connection "
                    + "(removed_rows: keep): check that the files are complete")
        }
        if let note = summary.ledgerNote, reason != .firstUpload, !upload.isDelta {
            verdict.notes.append("all rows are sent: \(note)")
        }
        if let known = located.stamp, settings.ttlSeconds != nil, known.isFromTheFuture(now: input.now) {
            verdict.notes.append(
                "a clock that was ahead wrote when its rows were uploaded, so they may be of any age and are sent again"
            )
        }
        if summary.isMemoryLost, settings.removedRows == .delete, !upload.isDelta {
            let last = located.applied?.data.map { ", of \($0.rows.grouped) rows," } ?? ""
            verdict.notes.append(
                "rows that left the files since the last upload\(last) are not known, so they stay"
                    + (settings.ttlSeconds == nil
                        ? ": to be rid of them declare the connection anew under another metadata.name"
                        : " until they expire"))
        }
        return verdict
    }

    /// The plan of an upload to a connection that is about to be created, too.
    func uploadPlan(
        _ data: DataSummary, _ settings: DesiredData, reason: UploadReason, applied: AppliedConnection?
    ) -> UploadPlan {
        var delta = data.delta
        switch reason {
        // Rows expire one by one, so all of them have to be sent again.
        case .dataExpires, .forced, .digestVersion: delta = nil
        case .interrupted where applied?.batch?.isDelta != true: delta = nil
        default: break
        }
        return UploadPlan(
            data: data, reason: reason, isDelta: delta != nil, sending: delta ?? data.full,
            deletes: settings.removedRows == .delete ? data.gone : 0)
    }

    /// Why rows have to go up; nil where what is there is what the files say.
    package static func uploadReason(
        known: DataStamp?, data: DataDigest, ttlSeconds: Int?,
        applied: AppliedConnection?, now: Int, options: PlanningOptions
    ) -> UploadReason? {
        guard let known else { return applied?.batch != nil ? .interrupted : .firstUpload }
        if known.version != data.version { return .digestVersion }
        if options.full { return .forced }
        // Rows that were uploaded in the future may be of any age.
        if let ttlSeconds, known.isFromTheFuture(now: now) || (now - known.at) * 3 >= ttlSeconds * 2 {
            return .dataExpires
        }
        if known.digest != data.digest { return .rowsChanged }
        if options.retryRejected, (applied?.data?.rejected ?? 0) > 0 { return .retryRejected }
        return nil
    }

    /// What `expect.rows.max_change_percent` says of a file that is far shorter or longer than the last.
    private func refusalOfCount(_ data: DataSummary, _ located: LocatedConnection) -> Refusal? {
        let expectations = located.desired?.data?.expectations
        guard let percent = expectations?.rows.maxChangePercent else { return nil }
        let known = data.counts.map { data.rows - $0.added + $0.removed } ?? located.applied?.data?.rows
        guard let before = known, before > 0, abs(data.rows - before) * 100 > before * percent else { return nil }
        return Refusal(
            .rowCountChanged,
            "the files of \(located.key) hold \(data.rows.grouped) rows, \(before.grouped) at the last upload: that changed "
                + "by more than \(percent) percent",
            at: expectations?.places["rows.max_change_percent"] ?? located.desired?.places.source,
            help: "check that the files are complete; where the change is meant, raise max_change_percent")
    }

    /// A half-copied file must not empty a table.
    private func refusalOfRemovals(_ upload: UploadPlan, _ located: LocatedConnection) -> Refusal? {
        guard upload.deletes > 0, !input.options.allowRemoved.contains(located.key) else { return nil }
        let percent = input.desired.policy.maxRemovedPercent
        let before = max(upload.data.before, upload.data.gone)
        guard upload.deletes * 100 > before * percent else { return nil }
        return Refusal(
            .removedLimit,
            "\(upload.deletes.grouped) of \(before.grouped) rows left the files of \(located.key), more than the "
                + "\(percent) percent that one pass may delete",
            at: located.desired?.places.source,
            help: "check that the files are complete; --allow-removed \(located.key) deletes these rows once, "
                + "max_removed_percent in the Policy raises the limit")
    }
}

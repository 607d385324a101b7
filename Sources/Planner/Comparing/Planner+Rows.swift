import Model

extension Planner {
    /// An upload that we completed a moment ago and whose marker we did not get to write.
    func unwrittenData(of planned: PlannedConnection, standing: OwnershipMarker?) -> OwnershipMarker.Data? {
        guard planned.marker != nil, let standing, standing.data == nil, let summary = planned.data,
            let done = planned.applied?.data, planned.applied?.batch == nil, done.digest == summary.digest,
            done.version == summary.version, (0...Self.resumeWindow).contains(input.now - (done.completed ?? done.at))
        else { return nil }
        return OwnershipMarker.Data(version: done.version, digest: done.digest, at: done.at)
    }

    /// Decides whether rows go up, and why.
    func planUpload(into planned: inout PlannedConnection) {
        guard let data = planned.data, let settings = planned.desired?.data else { return }
        let standing = planned.actual.flatMap { actual -> OwnershipMarker? in
            if case .whole(let marker) = MarkedDescription(parsing: actual.description).marker { marker } else { nil }
        }
        if let written = unwrittenData(of: planned, standing: standing) {
            planned.knownData = written
            return
        }
        guard
            let reason = Self.uploadReason(
                known: planned.knownData, data: (data.version, data.digest), ttlSeconds: settings.ttlSeconds,
                applied: planned.applied, now: input.now, options: input.options)
        else {
            let rejected = data.counts?.rejected ?? planned.applied?.data?.rejected ?? 0
            if rejected > 0 {
                planned.notes.append(
                    "\(rejected.grouped) rejected row\(rejected == 1 ? " is" : "s are") still left out")
            }
            if let kept = data.counts?.kept, kept > 0 {
                planned.notes.append(
                    "\(kept.grouped) row\(kept == 1 ? "" : "s") that left the files stay\(kept == 1 ? "s" : "") in the connection"
                )
            }
            return
        }
        let upload = uploadPlan(data, settings, reason: reason, applied: planned.applied)
        if let refusal = refusalOfRemovals(upload, planned) { planned.refusals.append(refusal) }
        planned.actions.append(.upload(upload))
        if let note = data.ledgerNote, planned.uuid != nil, reason != .firstUpload, !upload.isDelta {
            planned.notes.append("all rows are sent: \(note)")
        }
        if data.isMemoryLost, settings.removedRows == .delete, planned.uuid != nil, !upload.isDelta {
            planned.notes.append("rows that left the files since the last upload are not known, so they stay")
        }
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
        known: OwnershipMarker.Data?, data: (version: Int, digest: String), ttlSeconds: Int?,
        applied: AppliedConnection?, now: Int, options: PlanningOptions
    ) -> UploadReason? {
        guard let known else { return applied?.batch != nil ? .interrupted : .firstUpload }
        if known.version != data.version { return .digestVersion }
        if options.full { return .forced }
        if let ttlSeconds, (now - known.at) * 3 >= ttlSeconds * 2 { return .dataExpires }
        if known.digest != data.digest { return .rowsChanged }
        if options.retryRejected, (applied?.data?.rejected ?? 0) > 0 { return .retryRejected }
        return nil
    }

    /// A half-copied file must not empty a table.
    private func refusalOfRemovals(_ upload: UploadPlan, _ planned: PlannedConnection) -> Refusal? {
        guard upload.deletes > 0, !input.options.allowRemoved.contains(planned.key) else { return nil }
        let percent = input.desired.policy.maxRemovedPercent
        let before = max(upload.data.counts?.before ?? 0, upload.data.gone)
        guard upload.deletes * 100 > before * percent else { return nil }
        return Refusal(
            .removedLimit,
            "\(upload.deletes.grouped) of \(before.grouped) rows left the files of \(planned.key), more than the "
                + "\(percent) percent that one pass may delete",
            at: planned.desired?.places.source,
            help: "check that the files are complete; --allow-removed \(planned.key) deletes these rows once, "
                + "max_removed_percent in the Policy raises the limit")
    }
}

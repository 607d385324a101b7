import Model

extension PlannedConnection {
    /// Why a step is taken, the most telling cause first; never empty.
    package func causes(of action: Action) -> [Cause] {
        switch action {
        case .create: return causesOfCreate
        case .update(let changes):
            var causes: [Cause] = []
            for change in changes { causes.add(self.causes(of: change)) }
            return causes.isEmpty ? [.undetermined] : causes
        case .upload(let plan): return causes(of: plan)
        case .addReference(let reference): return causes(ofAdding: reference)
        case .removeReference: return [.manifestChanged]
        case .delete: return [.manifestRemoved]
        }
    }

    /// Whether exactly the planned rows are sent: some of them may be there already, of an interrupted upload too.
    package func sendsExactly(_ plan: UploadPlan) -> Bool {
        isCreated || plan.isDelta && plan.reason != .interrupted
    }

    /// Why a field is set.
    package func causes(of change: FieldChange) -> [Cause] {
        if isCreated { return causesOfCreate }
        switch change.cause {
        case .manifest: return [.manifestChanged]
        case .drift: return [.drift]
        case .manifestAndDrift: return [.manifestChanged, .drift]
        case .differs: return [origin == .adopted ? .adopted : .undetermined]
        case .ownership:
            let causes = sending?.ownershipCauses ?? []
            return causes.isEmpty ? [.undetermined] : causes
        }
    }

    private var causesOfCreate: [Cause] {
        switch origin {
        case .gone: [.drift]
        case .begun: [.newConnection, .resumed]
        case .new, .adopted, .known: [.newConnection]
        }
    }

    private func causes(of plan: UploadPlan) -> [Cause] {
        if isCreated { return origin == .gone ? [.drift, .firstUpload] : [.firstUpload] }
        switch plan.reason {
        case .firstUpload: return causesOfFirstUpload
        case .rowsChanged:
            let causes = causesOfOtherRows(plan)
            return causes.isEmpty ? [.rowsChanged] : causes
        case .dataExpires: return [.dataExpires] + causesOfOtherRows(plan)
        case .forced: return [.forced] + causesOfOtherRows(plan)
        case .interrupted:
            let isOther = applied?.batch.map { $0.digest != plan.data.digest } ?? false
            return isOther ? [.resumed, .rowsChanged] : [.resumed]
        case .digestVersion: return [.digestVersion]
        case .retryRejected: return [.retryRejected]
        }
    }

    /// State may know of rows that nothing in the account vouches for any more.
    private var causesOfFirstUpload: [Cause] {
        guard origin == .known, applied?.data != nil, hasSentMarker else { return [.firstUpload] }
        // A whole marker that claims no rows is what an upload leaves that ended right before its last request.
        if actual?.wholeMarker != nil { return [.resumed] }
        return [.drift]
    }

    /// Whether the files changed, somebody else wrote rows, or both; without state it is the files' word alone.
    private func causesOfOtherRows(_ plan: UploadPlan) -> [Cause] {
        guard let knownData else { return [] }
        guard let done = applied?.data, hasSentMarker else {
            return knownData.digest == plan.data.digest ? [] : [.rowsChanged]
        }
        var causes: [Cause] = []
        if done.digest != plan.data.digest { causes.append(.rowsChanged) }
        if done.stamp != knownData { causes.append(.drift) }
        return causes
    }

    private var hasSentMarker: Bool { applied?.sent?.fields[FieldSnapshot.markerPath] != nil }

    private func causes(ofAdding reference: Reference) -> [Cause] {
        if isCreated { return causesOfCreate }
        if origin == .adopted { return [.adopted] }
        guard let applied else { return [.undetermined] }
        let wasThere = applied.references.contains { $0.type == reference.type && $0.id == reference.id }
        return [wasThere ? .drift : .manifestChanged]
    }
}

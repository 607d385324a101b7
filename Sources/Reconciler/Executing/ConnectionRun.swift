import APIClient
import Model
import Planner
import StateStore

/// Carries out the actions of one connection, in the plan's order, and records each success.
struct ConnectionRun {
    let planned: PlannedConnection
    let executor: Executor
    var result = ConnectionResult()
    /// What state is to remember; written after each step.
    var applied: AppliedConnection
    /// Nil until there is a connection.
    var uuid: String?
    /// What the marker in the account says of the rows, as far as we know.
    var standingData: DataStamp?
    /// What the marker in the account says of the definition, and what it ought to say.
    var standingDigest: DefinitionDigest?
    var digest: DefinitionDigest?
    /// Whether what the service made of a create has been looked at.
    var isConfirmed = false
    /// Whether the upload that just ended has written its ledger already.
    var hasNextLedger = false

    init(planned: PlannedConnection, executor: Executor) {
        self.planned = planned
        self.executor = executor
        uuid = planned.uuid
        standingData = planned.knownData
        standingDigest = planned.actual?.wholeMarker?.definition
        applied =
            planned.applied
            ?? AppliedConnection(
                uuid: planned.uuid, name: planned.name, primaryKey: planned.desired?.primaryKey ?? "")
        applied.uuid = planned.uuid
        applied.name = planned.name
        if let desired = planned.desired {
            applied.primaryKey = desired.primaryKey
            applied.isProtected = protection
        }
    }

    /// What state keeps of `lifecycle.protect`: without a marker it alone protects once the manifest is gone.
    var protection: Bool? { planned.desired?.isProtected == true ? true : nil }

    /// The first step, where that is a create.
    mutating func begin() async throws(StepFailure) {
        if planned.isCreated { try await create() }
    }

    /// Everything behind a create.
    mutating func carryOut() async throws(StepFailure) {
        let willUpload = planned.actions.contains { if case .upload = $0 { true } else { false } }
        var uploaded: DataStamp?
        for action in planned.actions {
            switch action {
            case .create: continue
            case .update: try await update(data: willUpload ? nil : planned.knownData)
            case .upload(let plan): uploaded = try await upload(plan)
            case .addReference(let reference): try await add(reference)
            case .removeReference(let reference): try await remove(reference)
            case .delete: return try await delete()
            }
        }
        if let uploaded { try await writeMarker(data: uploaded) }
        // The service made something else of it than was sent: the marker says so, or the next run takes it for drift.
        if digest != nil, digest != standingDigest { try await put(data: standingData) }
        try await rememberLocated()
    }

    // MARK: - Definition

    /// What the manifest declares, marker included: what `sent` remembers.
    private func declared(data: DataStamp?) -> Definition? {
        guard let desired = planned.desired, let definition = planned.definition(data: data, nil) else { return nil }
        return Definition(
            name: desired.name, primaryKey: desired.primaryKey, description: definition.description,
            details: desired.details)
    }

    private mutating func update(data: DataStamp?) async throws(StepFailure) {
        try await put(data: data)
        report(.updated)
    }

    /// One PUT that says nothing new but what the marker says of the rows.
    mutating func writeMarker(data: DataStamp?) async throws(StepFailure) {
        guard planned.marker != nil, standingData != data else { return }
        try await put(data: data)
    }

    private mutating func put(data: DataStamp?) async throws(StepFailure) {
        let digest = digest ?? expectedDigest
        guard let uuid, let definition = planned.definition(data: data, digest) else { return }
        let answered = try await asking { () async throws(APIError) in
            try await executor.writer.update(uuid, to: definition)
        }
        standingData = data
        standingDigest = digest
        try await adopt(answered: answered, data: data)
    }

    /// What the marker says of the definition where the service shows what is sent.
    var expectedDigest: DefinitionDigest? { planned.sending.flatMap { definitionDigest(of: Field.all(of: $0.base)) } }

    /// What the marker is to say where those are the fields that the service shows; nil where there is no marker.
    private func definitionDigest(of shown: [Field]) -> DefinitionDigest? {
        guard let sending = planned.sending, sending.marker != nil, let desired = planned.desired else { return nil }
        let key = executor.input.definitionKey
        // A run about drift alone sends something else than the manifest says.
        let before = sending.heldBack.isEmpty ? nil : planned.actual?.wholeMarker?.definition?.sent
        return DefinitionDigest(
            answered: DefinitionDigest.digest(of: shown, key: key),
            sent: before ?? DefinitionDigest.digest(of: Planner.declaredFields(desired), key: key))
    }

    /// Takes in what the service shows after a write: remembers it, and looks whether the marker came back whole.
    mutating func adopt(answered: ActualConnection, data: DataStamp?) async throws(StepFailure) {
        guard let sent = declared(data: data) else { return }
        let key = executor.store.state.secretKey
        let fields = Field.all(of: sent)
        let sensitive = Set(fields.filter(\.isSensitive).map(\.path))
        let before = applied
        applied.uuid = answered.uuid
        applied.sent = snapshot(of: sent)
        applied.answered = FieldSnapshot(answered, sensitive: sensitive, key: key)
        if applied != before { try await record() }
        reportFieldsNotTaken(sent: fields, answered: answered, sensitive: sensitive)
        digest = definitionDigest(of: Field.all(of: answered))
        let wanted = planned.definition(data: data, standingDigest)?.description
        if planned.marker != nil,
            answered.marker != MarkedDescription(parsing: wanted).marker
        {
            throw StepFailure(
                .failed, "the service did not give the ownership marker in the description back whole",
                help: "shorten spec.description, or set ownership: state in the Policy, so that ownership lives in "
                    + "the state directory")
        }
    }

    /// What state remembers as sent; a field that was held back stays as it was sent before.
    private func snapshot(of sent: Definition) -> FieldSnapshot {
        var snapshot = FieldSnapshot(sent, key: executor.store.state.secretKey)
        if planned.desired?.description != nil { snapshot.fields[FieldSnapshot.declaresDescription] = "true" }
        for path in planned.sending?.heldBack ?? [] { snapshot.fields[path] = planned.applied?.sent?.fields[path] }
        return snapshot
    }

    /// Once, right after the write; the next plans know that the service answers something else.
    private mutating func reportFieldsNotTaken(
        sent: [Field], answered: ActualConnection, sensitive: Set<String>
    ) {
        if answered.details == .notShown { return }
        let heldBack = planned.sending?.heldBack ?? []
        let comparison = Planner.fieldsNotTaken(
            sent: sent.filter { !heldBack.contains($0.path) }, answered: answered, sensitive: sensitive)
        for path in comparison {
            warn("the service did not take \(path); it is not sent again until the manifest changes")
        }
        let there = Set(Field.all(of: answered).filter { !$0.value.plain.isNull }.map(\.path))
        for case .update(let changes) in planned.actions {
            for change in changes where change.isRemoval && there.contains(change.path) {
                warn("the service keeps \(change.path), which the manifest no longer has; it stays there")
            }
        }
    }

    /// A connection that needed nothing, or whose state was lost, is remembered as it is.
    private mutating func rememberLocated() async throws(StepFailure) {
        guard let actual = planned.actual, planned.desired != nil else { return }
        let key = executor.store.state.secretKey
        let hasWritten = planned.actions.contains { if case .update = $0 { true } else { false } }
        if !hasWritten, let sent = declared(data: standingData) {
            let sensitive = Set(Field.all(of: sent).filter(\.isSensitive).map(\.path))
            applied.sent = snapshot(of: sent)
            applied.answered = FieldSnapshot(actual, sensitive: sensitive, key: key)
        }
        try await rememberRows()
        let isRenamed = planned.desired?.renamedFrom.map { executor.input.applied.connections[$0] != nil } ?? false
        if applied != executor.input.applied.connections[planned.key] || isRenamed { try await record() }
    }

    // MARK: - Helpers

    /// Makes what happened durable. Errors: the disk's, as a failure of this connection.
    mutating func record() async throws(StepFailure) {
        do {
            try await executor.store.record(planned.key, applied)
            if let former = planned.desired?.renamedFrom, executor.input.applied.connections[former] != nil {
                try await executor.store.record(former, nil)
            }
        } catch {
            throw StepFailure(error)
        }
    }

    func asking<Value>(_ work: () async throws(APIError) -> Value) async throws(StepFailure) -> Value {
        do { return try await work() } catch { throw StepFailure(error) }
    }

    mutating func report(_ step: Step) {
        result.steps.append(step)
        executor.observer.did(step, key: planned.key)
    }

    mutating func warn(_ message: String) {
        result.warnings.append(message)
        executor.observer.warned(message, key: planned.key)
    }
}

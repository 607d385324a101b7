import APIClient
import Model
import Planner

extension ConnectionRun {
    mutating func add(_ reference: Reference) async throws(StepFailure) {
        guard let uuid else { return }
        let made = try await asking { () async throws(APIError) in
            try await executor.writer.createReference(reference, on: uuid)
        }
        applied.references.append(AppliedReference(uuid: made.uuid, type: reference.type, id: reference.id))
        applied.references.sort { ($0.type, $0.id, $0.uuid) < ($1.type, $1.id, $1.uuid) }
        try await record()
        report("linked to \(reference.type) \(reference.id)")
    }

    mutating func remove(_ reference: AppliedReference) async throws(StepFailure) {
        guard let uuid else { return }
        try await asking { () async throws(APIError) in
            try await executor.writer.deleteReference(reference.uuid, of: uuid)
        }
        applied.references.removeAll { $0.uuid == reference.uuid }
        try await record()
        report("unlinked from \(reference.type) \(reference.id)")
    }

    /// Deletes the connection, if what the API shows right now still allows it.
    mutating func delete() async throws(StepFailure) {
        guard let uuid else { return }
        let actual: ActualConnection
        do throws(APIError) {
            var read = try await executor.reader.connection(uuid)
            read.references = try await executor.reader.references(of: uuid)
            actual = read
        } catch {
            if error.kind == .authentication { throw StepFailure(error) }
            throw StepFailure(
                .refused, "not deleted, because it could not be read again right before: \(error.cause)",
                help: "run it again")
        }
        let refusals = Planner.refusals(
            ofDeleting: actual, key: planned.key, applied: planned.applied,
            policy: executor.input.desired.policy)
        if let refusal = refusals.first {
            throw StepFailure(.refused, "not deleted: \(refusal.message)", help: refusal.help)
        }
        try await asking { () async throws(APIError) in try await executor.writer.delete(uuid) }
        do {
            try await executor.store.recordDeletion(of: planned.key, at: Int(executor.time.unixTime()))
        } catch {
            throw StepFailure(error)
        }
        LedgerDirectory(stateDirectory: executor.configuration.stateDirectory).remove(uuid: uuid)
        report("deleted")
    }
}

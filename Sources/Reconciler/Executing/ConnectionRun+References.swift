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
        report(.linked(reference))
    }

    mutating func remove(_ reference: AppliedReference) async throws(StepFailure) {
        guard let uuid else { return }
        try await asking { () async throws(APIError) in
            try await executor.writer.deleteReference(reference.uuid, of: uuid)
        }
        applied.references.removeAll { $0.uuid == reference.uuid }
        try await record()
        report(.unlinked(Reference(type: reference.type, id: reference.id)))
    }
}

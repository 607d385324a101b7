import APIClient
import JSON
import Model
import Planner
import StateStore

extension ConnectionRun {
    /// Deletes the connection, if what the API shows right now still allows it and what it was could be kept.
    mutating func delete() async throws(StepFailure) {
        guard let uuid, let look = executor.precheck else { return }
        guard let actual = try await readAgain(uuid) else {
            // Somebody else was quicker: there is nothing to keep and nothing that counts against the limit.
            try await forget()
            executor.ledgers.remove(uuid: uuid)
            report(.goneAlready)
            return
        }
        try await judgeAgain(actual, look)
        let schema = try await readSchema(of: uuid)
        guard look.isUnchanged() else {
            throw StepFailure(
                .refused, "not deleted: the manifests changed while the pass was running", help: "run it again")
        }
        let copy = DeletedConnection(
            key: planned.key, actual: actual, schema: schema, applied: planned.applied,
            unixTime: Int(executor.time.unixTime()))
        do {
            let path = try copy.write(
                stateDirectory: executor.configuration.stateDirectory, calls: executor.configuration.calls)
            report(.copied(path: path))
        } catch {
            var failure = StepFailure(error)
            failure.message = "not deleted, because what it was could not be kept: \(failure.message)"
            throw failure
        }
        try await asking { () async throws(APIError) in try await executor.writer.delete(uuid) }
        do {
            try await executor.store.recordDeletion(of: planned.key, at: Int(executor.time.unixTime()))
        } catch {
            throw StepFailure(error)
        }
        executor.ledgers.remove(uuid: uuid)
        report(.deleted)
    }

    /// The connection with its references as its own GET shows it; nil where it is gone.
    private func readAgain(_ uuid: String) async throws(StepFailure) -> ActualConnection? {
        do throws(APIError) {
            var read = try await executor.reader.connection(uuid)
            read.references = try await executor.reader.references(of: uuid)
            return read
        } catch {
            if error.kind == .notFound { return nil }
            throw Self.unreadable(error)
        }
    }

    /// The limit on deletes needs no second look: this process alone writes the state that it is counted by.
    private func judgeAgain(_ actual: ActualConnection, _ look: DeletePrecheck) async throws(StepFailure) {
        let listed: [ActualConnection]
        switch look.listed {
        case .success(let connections): listed = connections
        case .failure(let error): throw Self.unreadable(error)
        }
        let refusals = Planner.refusals(
            ofDeleting: actual, key: planned.key, applied: planned.applied, among: listed,
            policy: executor.input.desired.policy, options: executor.input.options)
        if let refusal = refusals.first {
            throw StepFailure(.refused, "not deleted: \(refusal.message)", help: refusal.help)
        }
    }

    /// What the service knows of the rows' fields, or why it cannot be told: that alone is no reason to stop.
    private func readSchema(of uuid: String) async throws(StepFailure) -> Result<JSONValue, APIError> {
        do throws(APIError) {
            return .success(try await executor.reader.schema(of: uuid))
        } catch {
            if error.kind == .authentication || error.kind == .cancelled { throw StepFailure(error) }
            return .failure(error)
        }
    }

    private func forget() async throws(StepFailure) {
        do { try await executor.store.record(planned.key, nil) } catch { throw StepFailure(error) }
    }

    private static func unreadable(_ error: APIError) -> StepFailure {
        if error.kind == .authentication || error.kind == .cancelled { return StepFailure(error) }
        return StepFailure(
            .refused, "not deleted, because it could not be read again right before: \(error.cause)",
            help: "run it again")
    }
}

import APIClient
import Model
import Planner

extension ConnectionRun {
    /// Creates the connection exactly once, also where the answer gets lost.
    mutating func create() async throws(StepFailure) {
        standingDigest = expectedDigest
        guard let definition = planned.definition(data: nil, standingDigest) else { return }
        var found: String?
        if planned.marker == nil {
            // A run before was killed while it created this one, and the list that was read may lag behind.
            if let before = planned.applied, before.uuid == nil { found = try await lookUp(definition) }
            // Without a marker only state can tell, after a kill, that the connection which is there is ours.
            applied.uuid = nil
            try await record()
        }
        let created: String
        if let found { created = found } else { created = try await createOnce(definition) }
        uuid = created
        applied = AppliedConnection(uuid: created, name: planned.name, primaryKey: definition.primaryKey)
        applied.isProtected = protection
        try await record()
        report(.created)
    }

    /// Takes in what the service made of it: from the list that is read after all creates, or from its own GET.
    mutating func confirmCreated(listed: ActualConnection?) async throws(StepFailure) {
        guard let uuid, !isConfirmed else { return }
        let answered: ActualConnection
        if let listed {
            answered = listed
        } else {
            answered = try await asking { () async throws(APIError) in try await executor.reader.connection(uuid) }
        }
        isConfirmed = true
        try await adopt(answered: answered, data: standingData)
    }

    /// The uuid of the one connection that came of it.
    ///
    /// An answer that may hide a success is followed by looking at the list, and only what is not there when the
    /// service cannot be at it any more is sent again.
    private func createOnce(_ definition: Definition) async throws(StepFailure) -> String {
        var failure = StepFailure(.failed, "the connection could not be created")
        for _ in 0..<3 {
            do throws(APIError) {
                return try await executor.writer.create(definition)
            } catch {
                failure = StepFailure(error)
                guard error.mayHaveTakenEffect else { throw failure }
                if let found = try await lookUp(definition) { return found }
            }
        }
        throw failure
    }

    /// Lists again with growing pauses until the service can no longer be creating it, and takes what is new.
    private func lookUp(_ definition: Definition) async throws(StepFailure) -> String? {
        var remaining = Self.settlingTime(of: definition)
        // A list may lag behind a create: several looks, also for connections that need no test call.
        var pauses = [0.0, 0.25, 0.5, 1, 2]
        while !pauses.isEmpty || remaining > 0 {
            let pause = pauses.isEmpty ? min(remaining, 5) : pauses.removeFirst()
            remaining -= pause
            do { try await executor.time.sleep(seconds: pause) } catch { throw .interrupted }
            let listed = try await asking { () async throws(APIError) in try await executor.reader.listConnections() }
            if let found = try match(definition, in: listed) { return found }
        }
        return nil
    }

    /// Seconds for which a create may still be under way: creating an API-based connection makes a test call, with
    /// its retries. Where the manifest leaves them out the service's own are unknown, so they are taken as long.
    private static func settlingTime(of definition: Definition) -> Double {
        guard let details = definition.details else { return 0 }
        func number(_ name: String, otherwise: Double) -> Double {
            if case .number(let text) = details[name] { Double(text) ?? otherwise } else { otherwise }
        }
        return number("timeout", otherwise: 30) * (number("retries", otherwise: 3) + 1) + 5
    }

    private func match(_ definition: Definition, in listed: [ActualConnection]) throws(StepFailure) -> String? {
        let known = Set(executor.input.actual.connections.map(\.uuid))
        let new = listed.filter { !known.contains($0.uuid) }
        if let marker = planned.marker {
            let ours = new.filter { $0.wholeMarker?.owner == marker.owner && $0.wholeMarker?.key == marker.key }
            if let first = ours.first { return first.uuid }
        }
        let alike = new.filter { connection in
            // Somebody else's marker is whole; one that the service cut is damaged or gone.
            if case .whole = connection.marker { return false }
            return connection.name == definition.name && connection.primaryKey == definition.primaryKey
        }
        if alike.count > 1 {
            throw StepFailure(
                .failed,
                "the answer to the create was lost, and \(alike.count) new connections are called \"\(definition.name)\"",
                help: "name the right one in spec.data_connection_uuid and delete the others by hand")
        }
        return alike.first?.uuid
    }
}

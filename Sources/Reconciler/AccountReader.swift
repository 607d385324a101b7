import APIClient
import Model
import Planner

/// Reads from the API what a plan needs, and no more: the list, what the list lacks, and references where they matter.
package struct AccountReader: Sendable {
    let reader: any ConnectionReading
    let options: PlanningOptions
    /// Reads under way at one time.
    private let width = 8

    /// - Parameter options: What the command line asks for.
    package init(reader: any ConnectionReading, options: PlanningOptions = PlanningOptions()) {
        self.reader = reader
        self.options = options
    }

    /// The planning input without the data files.
    func read(desired: DesiredState, applied: AppliedState, now: Int) async throws(StepFailure) -> PlanningInput {
        do throws(APIError) {
            var actual = ActualState(connections: try await reader.listConnections())
            if !applied.connections.isEmpty || desired.connections.contains(where: { $0.pinnedUUID != nil }) {
                let locator = Locator(
                    desired: desired, actual: actual, applied: applied, adoptNames: options.adopt)
                actual.connections += try await readAll(locator.unlistedUUIDs(in: options.restriction), readUnlisted)
                    .compactMap { $0 }
            }

            var input = PlanningInput(desired: desired, actual: actual, applied: applied, data: [:], now: now)
            input.options = options
            let linked = Self.mayNeedReferences(input) ? Planner(input).referenceUUIDs : []
            let reader = reader
            let references = try await readAll(linked) { uuid async throws(APIError) in
                try await reader.references(of: uuid)
            }
            let byUUID = Dictionary(uniqueKeysWithValues: zip(linked, references))
            for index in input.actual.connections.indices where !byUUID.isEmpty {
                input.actual.connections[index].references = byUUID[input.actual.connections[index].uuid]
            }
            return input
        } catch {
            throw StepFailure(error)
        }
    }

    /// False where one look shows that no references matter: to locate every connection for that takes a while.
    private static func mayNeedReferences(_ input: PlanningInput) -> Bool {
        input.desired.policy.prune || input.desired.connections.contains { $0.references?.isEmpty == false }
            || input.applied.connections.values.contains { !$0.references.isEmpty }
    }

    /// The same input with each of these connections as its own GET shows it; those that are gone are left out.
    func reread(_ uuids: [String], in input: PlanningInput) async throws(StepFailure) -> PlanningInput {
        do throws(APIError) {
            let fresh = Dictionary(uniqueKeysWithValues: zip(uuids, try await readAll(uuids, readUnlisted)))
            var input = input
            input.actual.connections = input.actual.connections.compactMap { listed in
                guard let read = fresh[listed.uuid] else { return listed }
                var connection = read
                connection?.references = listed.references
                return connection
            }
            return input
        } catch {
            throw StepFailure(error)
        }
    }

    /// Nil where there is no such connection any more.
    private func readUnlisted(_ uuid: String) async throws(APIError) -> ActualConnection? {
        do throws(APIError) {
            return try await reader.connection(uuid)
        } catch {
            if error.kind == .notFound { return nil }
            throw error
        }
    }

    /// Reads for each uuid, several at a time; the values stand in the order of the uuids.
    func readAll<Value: Sendable>(
        _ uuids: [String], _ read: @escaping @Sendable (String) async throws(APIError) -> Value
    ) async throws(APIError) -> [Value] {
        let outcome: Result<[Value], APIError> = await withTaskGroup(of: (Int, Result<Value, APIError>).self) { group in
            var values: [Int: Value] = [:]
            var failure: APIError?
            func record(_ finished: (Int, Result<Value, APIError>)) {
                switch finished.1 {
                case .success(let value): values[finished.0] = value
                case .failure(let error): failure = failure ?? error
                }
            }
            for (index, uuid) in uuids.enumerated() where failure == nil {
                if index >= width, let finished = await group.next() { record(finished) }
                group.addTask {
                    do throws(APIError) {
                        return (index, .success(try await read(uuid)))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            for await finished in group { record(finished) }
            if let failure { return .failure(failure) }
            return .success(uuids.indices.compactMap { values[$0] })
        }
        return try outcome.get()
    }
}

import APIClient
import Model
import Planner

/// Reads from the API what a plan needs, and no more: the list, what the list lacks, and references where they matter.
struct AccountReader {
    let reader: any ConnectionReading
    let adopt: Set<String>
    /// Reads under way at one time.
    private let width = 8

    init(reader: any ConnectionReading, adopt: Set<String>) {
        self.reader = reader
        self.adopt = adopt
    }

    /// The planning input without the data files.
    func read(desired: DesiredState, applied: AppliedState, now: Int) async throws(StepFailure) -> PlanningInput {
        do {
            var actual = ActualState(connections: try await reader.listConnections())
            let locator = Locator(desired: desired, actual: actual, applied: applied, adoptNames: adopt)
            let unlisted = try await readAll(locator.unlistedUUIDs) { uuid in
                do throws(APIError) {
                    return try await reader.connection(uuid)
                } catch where error.kind == .notFound {
                    return nil
                }
            }
            actual.connections += locator.unlistedUUIDs.compactMap { unlisted[$0] ?? nil }

            var input = PlanningInput(desired: desired, actual: actual, applied: applied, data: [:], now: now)
            input.options.adopt = adopt
            let references = try await readAll(Planner(input).referenceUUIDs) { uuid in
                try await reader.references(of: uuid)
            }
            for index in input.actual.connections.indices {
                input.actual.connections[index].references = references[input.actual.connections[index].uuid]
            }
            return input
        } catch let error as APIError {
            throw StepFailure(error)
        } catch {
            throw StepFailure(.failed, "\(error)")
        }
    }

    private func readAll<Value: Sendable>(
        _ uuids: [String], _ read: @escaping @Sendable (String) async throws -> Value
    ) async throws -> [String: Value] {
        try await withThrowingTaskGroup(of: (String, Value).self) { group in
            var values: [String: Value] = [:]
            for (index, uuid) in uuids.enumerated() {
                if index >= width, let (uuid, value) = try await group.next() { values[uuid] = value }
                group.addTask { (uuid, try await read(uuid)) }
            }
            for try await (uuid, value) in group { values[uuid] = value }
            return values
        }
    }
}

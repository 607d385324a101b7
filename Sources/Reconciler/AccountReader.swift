import APIClient
import Model
import Planner

/// Reads from the API what a plan needs, and no more: the list, what the list lacks, and references where they matter.
package struct AccountReader: Sendable {
    let reader: any ConnectionReading
    let options: PlanningOptions
    private let brand: SipHash128.Key?
    private let knownSecrets: [String]
    /// Reads under way at one time.
    private let width = 8

    /// - Parameters:
    ///   - options: What the command line asks for.
    ///   - brand: Under which markers digest definitions.
    ///   - knownSecrets: What no text of the account may show.
    package init(
        reader: any ConnectionReading, options: PlanningOptions = PlanningOptions(), brand: SipHash128.Key? = nil,
        knownSecrets: [String] = []
    ) {
        self.reader = reader
        self.options = options
        self.brand = brand
        self.knownSecrets = knownSecrets
    }

    /// The planning input without references and data files.
    func read(desired: DesiredState, applied: AppliedState, now: Int) async throws(StepFailure) -> PlanningInput {
        do throws(APIError) {
            var actual = ActualState(connections: try await reader.listConnections())
            let unlisted = Locator.unlistedUUIDs(
                desired: desired, actual: actual, applied: applied, in: options.restriction)
            actual.connections += try await readAll(unlisted, readUnlisted).compactMap { $0 }
            var input = PlanningInput(desired: desired, actual: actual, applied: applied, data: [:], now: now)
            input.options = options
            input.definitionKey = brand ?? SipHash128.Key()
            input.knownSecrets = knownSecrets
            return input
        } catch {
            throw StepFailure(error)
        }
    }

    /// What the manifests mean in the account, with references where they matter.
    func locate(_ input: PlanningInput) async throws(StepFailure) -> LocatedState {
        var located = LocatedState(input)
        let linked = located.referenceUUIDs(input)
        let reader = reader
        do throws(APIError) {
            let references = try await readAll(linked) { uuid async throws(APIError) in
                try await reader.references(of: uuid)
            }
            located.take(references: Dictionary(uniqueKeysWithValues: zip(linked, references)))
            return located
        } catch {
            throw StepFailure(error)
        }
    }

    /// The same with each of these connections as its own GET shows it; those that are gone are left out.
    func reread(
        _ uuids: [String], in input: PlanningInput, _ located: LocatedState
    ) async throws(StepFailure) -> (PlanningInput, LocatedState) {
        do throws(APIError) {
            let fresh = Dictionary(uniqueKeysWithValues: zip(uuids, try await readAll(uuids, readUnlisted)))
            var input = input
            input.actual.connections = input.actual.connections.compactMap { listed in
                guard let read = fresh[listed.uuid] else { return listed }
                return read
            }
            var again = LocatedState(input)
            again.take(references: located.references)
            return (input, again)
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

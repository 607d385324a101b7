import JSON
import Model

extension APIClient: ConnectionReading {
    package func listConnections() async throws(APIError) -> [ActualConnection] {
        let url = runner.configuration.baseURL
        var request = APIRequest(.listConnections, subject: url, "GET", "/connections", redactor: redactor)
        request.answerLimit = APIRequest.listLimit
        let shown = try await runner.run(request) { answer throws(AnswerProblem) in
            try Self.listed(ListAnswer.items(of: answer))
        }
        return try await completed(shown)
    }

    package func connection(_ uuid: String) async throws(APIError) -> ActualConnection {
        let request = try request(.getConnection, "GET", of: uuid)
        return try await runner.run(request) { answer throws(AnswerProblem) in
            guard let shown = try ConnectionAnswer.single(in: AnswerBody.json(answer)) else {
                throw AnswerProblem(message: "the answer shows no connection")
            }
            return try shown.connection(askedFor: uuid)
        }
    }

    package func references(of uuid: String) async throws(APIError) -> [ActualReference] {
        var request = try request(.listReferences, "GET", of: uuid, "/references")
        request.answerLimit = APIRequest.listLimit
        return try await runner.run(request) { answer throws(AnswerProblem) in
            var references: [ActualReference] = []
            for item in try ListAnswer.items(of: answer) { references.append(try ReferenceAnswer.reference(item)) }
            return references
        }
    }

    package func schema(of uuid: String) async throws(APIError) -> JSONValue {
        let request = try request(.getSchema, "GET", of: uuid, "/schema")
        return try await runner.run(request) { answer throws(AnswerProblem) in try AnswerBody.json(answer) }
    }

    /// Each item needs a name and a uuid that no other has.
    private static func listed(_ items: [JSONValue]) throws(AnswerProblem) -> [ConnectionAnswer] {
        var seen: Set<String> = []
        var shown: [ConnectionAnswer] = []
        for item in items {
            let connection = try ConnectionAnswer(item)
            guard let uuid = connection.uuid else {
                throw AnswerProblem(message: "the connection \"\(connection.name)\" has no \"data_connection_uuid\"")
            }
            guard seen.insert(uuid).inserted else {
                throw AnswerProblem(message: "the list shows connection \(uuid) twice")
            }
            shown.append(connection)
        }
        return shown
    }

    /// Connections that are read singly at most; a list that leaves out more is not the API's.
    private static let maxIncomplete = 20_000

    /// Reads singly what the list does not show whole; what is gone by then is left out.
    private func completed(_ shown: [ConnectionAnswer]) async throws(APIError) -> [ActualConnection] {
        var connections: [ActualConnection?] = shown.map { $0.isWhole ? try? $0.connection() : nil }
        let missing = connections.indices.filter { connections[$0] == nil }
        if missing.isEmpty { return connections.compactMap(\.self) }
        guard missing.count <= Self.maxIncomplete else {
            throw APIError(
                .invalidAnswer, .listConnections, subject: runner.configuration.baseURL,
                cause: "the list leaves out fields of \(missing.count) connections, and at most "
                    + "\(Self.maxIncomplete) are read one by one",
                help: "check that the API URL leads to the Data Connections API, v1")
        }
        let read = await withTaskGroup(of: (Int, Result<ActualConnection, APIError>).self) { group in
            var waiting = missing[...]
            func addOne() {
                guard let index = waiting.popFirst(), let uuid = shown[index].uuid else { return }
                group.addTask { (index, await self.outcome(of: uuid)) }
            }
            // As many tasks as requests can be under way; ten thousand waiting ones would only cost memory.
            for _ in 0..<runner.configuration.maxConcurrency { addOne() }
            var read: [(Int, Result<ActualConnection, APIError>)] = []
            for await one in group {
                read.append(one)
                if case .failure(let error) = one.1, error.kind != .notFound {
                    group.cancelAll()
                    return [one]
                }
                addOne()
            }
            return read
        }
        for (index, result) in read {
            do throws(APIError) {
                connections[index] = try result.get()
            } catch {
                guard error.kind == .notFound else { throw error }
            }
        }
        return connections.compactMap(\.self)
    }

    private func outcome(of uuid: String) async -> Result<ActualConnection, APIError> {
        do throws(APIError) {
            return .success(try await connection(uuid))
        } catch {
            return .failure(error)
        }
    }
}

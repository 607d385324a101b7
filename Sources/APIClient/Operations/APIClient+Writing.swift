import JSON
import Model

extension APIClient: ConnectionWriting {
    package func create(_ definition: Definition) async throws(APIError) -> String {
        var members = [JSONMember("name", .string(definition.name))]
        members.append(JSONMember("primary_key", .string(definition.primaryKey)))
        if let description = definition.description { members.append(JSONMember("description", .string(description))) }
        if let details = definition.details { members.append(JSONMember(Field.detailsName, details.revealed())) }
        let redactor = redactor(for: definition)
        let request = APIRequest(
            .createConnection, subject: "\"\(redactor.clean(definition.name))\"", "POST", "/connections",
            json: .object(members), redactor: redactor)
        return try await runner.run(request) { answer throws(AnswerProblem) in
            guard let uuid = ConnectionAnswer.createdUUID(in: try AnswerBody.json(answer)) else {
                throw AnswerProblem(message: "the answer holds no \"data_connection_uuid\"")
            }
            return uuid
        }
    }

    package func update(_ uuid: String, to definition: Definition) async throws(APIError) -> ActualConnection {
        // A service that replaces what a PUT does not carry must not lose anything, hence the nulls.
        let body: JSONValue = [
            "name": .string(definition.name),
            "description": definition.description.map(JSONValue.string) ?? .null,
            Field.detailsName: definition.details?.revealed() ?? .null,
        ]
        let request = try request(
            .updateConnection, "PUT", of: uuid, json: body, redactor: redactor(for: definition))
        let answered = try await runner.run(request) { answer throws(AnswerProblem) -> ActualConnection? in
            try AnswerBody.acknowledgement(answer)
            guard let json = try? AnswerBody.json(answer), let shown = try ConnectionAnswer.single(in: json),
                shown.isWhole
            else { return nil }
            return try shown.connection(askedFor: uuid)
        }
        if let answered { return answered }
        do throws(APIError) {
            return try await connection(uuid)
        } catch {
            var error = error
            error.operation = .updateConnection
            error.cause = "it was sent, but reading it back failed: \(error.cause)"
            error.mayHaveTakenEffect = true
            throw error
        }
    }

    package func delete(_ uuid: String) async throws(APIError) {
        var request = try request(.deleteConnection, "DELETE", of: uuid)
        request.acceptsNotFound = true
        try await runner.run(request, read: AnswerBody.acknowledgement)
    }

    package func upload(_ upload: UploadRequest) async throws(APIError) {
        var request = try request(.uploadData, "POST", of: upload.connection, "/upload_data")
        request.body = upload.body
        request.onEvent = upload.onEvent
        request.answerLimit = APIRequest.uploadLimit
        try await runner.run(request, read: AnswerBody.acknowledgement)
    }

    package func deleteRows(_ uuid: String, primaryKeys: [JSONValue]) async throws(APIError) {
        var request = try request(
            .deleteData, "DELETE", of: uuid, "/delete_data", json: ["primary_keys": .array(primaryKeys)])
        request.answerLimit = APIRequest.uploadLimit
        try await runner.run(request, read: AnswerBody.acknowledgement)
    }

    private func redactor(for definition: Definition) -> Redactor {
        Redactor(
            keys: runner.configuration.keys, definition: definition,
            known: runner.configuration.knownSecrets.map { $0.reveal() })
    }
}

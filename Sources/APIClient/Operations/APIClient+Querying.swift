import JSON

extension APIClient: RowQuerying {
    package func query(_ uuid: String, primaryKey: JSONValue) async throws(APIError) -> JSONValue {
        try await query(uuid, ["primary_key": primaryKey])
    }

    package func query(_ uuid: String, placeholders: [String: JSONValue]) async throws(APIError) -> JSONValue {
        let values = placeholders.sorted { $0.key < $1.key }.map { JSONMember($0.key, $0.value) }
        return try await query(uuid, ["placeholder_values": .object(values)])
    }

    /// What stands under `data`, or the whole answer where there is no such member.
    private func query(_ uuid: String, _ body: JSONValue) async throws(APIError) -> JSONValue {
        var request = try request(.query, "POST", of: uuid, "/query", json: body)
        request.answerLimit = APIRequest.uploadLimit
        return try await runner.run(request) { answer throws(AnswerProblem) in
            let json = try AnswerBody.json(answer)
            return json["data"] ?? json
        }
    }
}

import JSON

extension APIClient: RowQuerying {
    package func query(_ uuid: String, primaryKey: JSONValue) async throws(APIError) -> JSONValue {
        try await query(uuid, ["primary_key": primaryKey])
    }

    package func query(_ uuid: String, placeholders: [String: JSONValue]) async throws(APIError) -> JSONValue {
        let values = placeholders.sorted { $0.key < $1.key }.map { JSONMember($0.key, $0.value) }
        return try await query(uuid, ["placeholder_values": .object(values)])
    }

    package func batchQuery(_ uuid: String, _ queries: [RowQuery]) async throws(APIError) -> [RowAnswer] {
        var request = try request(
            .batchQuery, "POST", of: uuid, "/api_batch_query", json: ["queries": .array(queries.map(\.json))])
        request.answerLimit = APIRequest.listLimit
        let redactor = redactor
        return try await runner.run(request) { answer throws(AnswerProblem) in
            let json = try AnswerBody.json(answer)
            guard let results = json.arrayValue ?? Self.list(in: json), results.count == queries.count else {
                throw AnswerProblem(message: "the answer does not hold one result for each query")
            }
            return results.map { Self.answer(in: $0, redactor: redactor) }
        }
    }

    package func emarsys(_ uuid: String, _ lookup: EmarsysLookup) async throws(APIError) -> EmarsysAnswer {
        var request = try request(
            .emarsys, "POST", of: uuid, "/external-content/emarsys",
            json: [
                "parameters": .array(lookup.contacts.map { .object($0) }),
                "fields": .array(lookup.fields.map { .string($0) }), "limit": .number("\(lookup.limit)"),
            ])
        request.answerLimit = APIRequest.uploadLimit
        return try await runner.run(request) { answer throws(AnswerProblem) in
            let json = try AnswerBody.json(answer)
            guard let content = json["content"]?.arrayValue else {
                throw AnswerProblem(message: "the answer holds no list \"content\"")
            }
            return EmarsysAnswer(content: content, bytes: answer.body.count)
        }
    }

    private static func list(in json: JSONValue) -> [JSONValue]? {
        ["results", "data", "items"].lazy.compactMap { json[$0]?.arrayValue }.first
    }

    private static func answer(in result: JSONValue, redactor: Redactor) -> RowAnswer {
        if let data = result["data"] { return .data(data) }
        guard let error = result["error"] ?? result["detail"], !error.isNull else { return .data(result) }
        return .failed(
            redactor.clean(error.stringValue ?? error["message"]?.stringValue ?? error.compactText, limit: 300))
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

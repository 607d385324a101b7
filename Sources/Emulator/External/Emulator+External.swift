import HTTPServer
import JSON

extension Emulator {
    /// Does what an operation needs of external APIs, before the account answers: the test call of a create or update, and
    /// the records of a query, by their place in the request.
    ///
    /// Errors: a 422 for a test call that fails. A query that fails is an error in its place.
    func fetchExternal(
        _ operation: Operation, uuids: [String], request: HTTPRequest
    ) async throws(APIFailure) -> [Result<JSONValue, APIFailure>]? {
        guard options.fetchesExternally, let body = try? JSONValue.parse(request.body) else { return nil }
        switch operation {
        case .createConnection, .updateConnection:
            if let given = body["external_api_details"] { try await testCall(given) }
            return nil
        case .query, .apiBatchQuery, .emarsysExternalContent:
            guard let uuid = uuids.first, let details = await account.details(of: uuid) else { return nil }
            return await answers(details, uuid: uuid, sets: Self.sets(of: body, operation))
        default: return nil
        }
    }

    private func testCall(_ given: JSONValue) async throws(APIFailure) {
        var check = BodyCheck()
        // What is wrong with the details the account says itself.
        guard let details = check.details(given), check.problems.isEmpty else { return }
        let samples = details["sample_placeholder_values"] ?? [:]
        let loc: [JSONValue] = ["body", "external_api_details"]
        guard let request = ExternalRequest(details, values: samples) else {
            throw .invalid([.custom(loc, "with the sample values it is not a request that can be sent", input: .null)])
        }
        do throws(ExternalFailure) {
            _ = try await ExternalFetcher.fetch(request, details)
        } catch {
            throw .invalid([.custom(loc, "the test call to the external API failed: \(error.reason)", input: .null)])
        }
    }

    /// The sets of values that a request asks for.
    private static func sets(of body: JSONValue, _ operation: Operation) -> [JSONValue] {
        switch operation {
        case .query: [body["placeholder_values"] ?? [:]]
        case .apiBatchQuery: (body["queries"]?.arrayValue ?? []).prefix(1000).map { $0["placeholder_values"] ?? [:] }
        default: Array((body["parameters"]?.arrayValue ?? []).prefix(1000))
        }
    }

    private func answers(
        _ details: JSONValue, uuid: String, sets: [JSONValue]
    ) async -> [Result<JSONValue, APIFailure>] {
        let names = Placeholders.names(in: details)
        let isWhole = sets.map { set in names.allSatisfy { set[$0] != nil } }
        if details["is_batch_endpoint"]?.boolValue == true, sets.count > 1 {
            return await together(details, uuid: uuid, sets: sets, isWhole: isWhole)
        }
        return await withTaskGroup(of: (Int, Result<JSONValue, APIFailure>).self) { group in
            var answers = sets.map { _ in
                Result<JSONValue, APIFailure>.failure(.status(422, "a placeholder has no value"))
            }
            for (index, set) in sets.enumerated() where isWhole[index] {
                if index >= 8, let (index, answer) = await group.next() { answers[index] = answer }
                group.addTask { (index, await self.answer(ExternalRequest(details, values: set), details, uuid)) }
            }
            for await (index, answer) in group { answers[index] = answer }
            return answers
        }
    }

    /// All sets in one request; the answer is a list with one element for each, bare or as `results` or `data`.
    private func together(
        _ details: JSONValue, uuid: String, sets: [JSONValue], isWhole: [Bool]
    ) async -> [Result<JSONValue, APIFailure>] {
        let whole = zip(sets, isWhole).filter(\.1).map(\.0)
        let answer = await answer(ExternalRequest(batchOf: details, values: whole), details, uuid)
        var elements: ArraySlice<JSONValue>?
        if case .success(let json) = answer {
            elements = (json.arrayValue ?? json["results"]?.arrayValue ?? json["data"]?.arrayValue)?[...]
            if elements?.count != whole.count { elements = nil }
        }
        return isWhole.map { isWhole in
            guard isWhole else { return .failure(.status(422, "a placeholder has no value")) }
            if case .failure(let failure) = answer { return .failure(failure) }
            guard let element = elements?.popFirst() else {
                return .failure(.status(502, "the external API did not answer one element for each set of values"))
            }
            return .success(element)
        }
    }

    private func answer(
        _ request: ExternalRequest?, _ details: JSONValue, _ uuid: String
    ) async -> Result<JSONValue, APIFailure> {
        guard let request else {
            return .failure(.status(502, "with these values it is not a request that can be sent"))
        }
        let key = ExternalCache.Key(uuid: uuid, request: request)
        if let known = cache.withLock({ [now] in $0.answer(key, now: now) }) { return .success(known) }
        do throws(ExternalFailure) {
            let answer = try await ExternalFetcher.fetch(request, details)
            cache.withLock { [now] in $0.keep(answer, key, details: details, now: now) }
            return .success(answer)
        } catch {
            return .failure(.status(502, "the external API failed: \(error.reason)"))
        }
    }
}

extension Account {
    /// Nil for an upload-based connection, and for none.
    func details(of uuid: String) -> JSONValue? { store.connections[uuid]?.details }
}

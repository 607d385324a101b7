import HTTPServer
import JSON

extension Emulator {
    /// Answers an API request as the service would where nothing goes wrong.
    func served(_ request: HTTPRequest) async -> HTTPResponse {
        let depth = Self.basePath.split(separator: "/").count
        let segments = Array(request.pathSegments.dropFirst(depth))
        switch Operation.route(method: request.method, segments: segments) {
        case .notFound: return APIFailure.status(404, "Not Found").response
        case .wrongMethod(let allowed):
            var response = APIFailure.status(405, "Method Not Allowed").response
            response.headers["Allow"] = allowed
            return response
        case .operation(let operation, let uuids):
            do throws(APIFailure) {
                return try await perform(operation, uuids: uuids, request: request)
            } catch {
                return error.response
            }
        }
    }

    private func perform(
        _ operation: Operation, uuids: [String], request: HTTPRequest
    ) async throws(APIFailure) -> HTTPResponse {
        let (dialects, offset) = control.withLock { ($0.dialects, $0.clockOffset) }
        let circumstances = Circumstances(
            dialects: dialects, now: options.now() + offset, rejectValue: options.rejectValue, random: options.random)
        guard request.body.count <= options.maxBodyBytes else {
            throw .status(413, "the body is larger than \(options.maxBodyBytes) bytes")
        }
        try checkKeys(of: request, dialects)
        let uuids = try Self.checked(uuids)
        guard operation == .uploadData else {
            var circumstances = circumstances
            circumstances.external = try await fetchExternal(operation, uuids: uuids, request: request)
            return try await account.answer(operation, uuids: uuids, request: request, circumstances)
        }
        return try await upload(request, to: uuids[0], circumstances)
    }

    /// Parses next to other requests and enters the account only with what was found.
    private func upload(
        _ request: HTTPRequest, to uuid: String, _ circumstances: Circumstances
    ) async throws(APIFailure) -> HTTPResponse {
        let primaryKey = await account.primaryKey(of: uuid)
        do throws(APIFailure) {
            let upload = try UploadBody.parse(
                request, primaryKey: primaryKey, rejectValue: circumstances.rejectValue)
            return try await account.upload(upload, body: request.body, to: uuid, circumstances)
        } catch {
            guard case .invalid(let problems) = error, circumstances.dialects.contains(.noLoc) else { throw error }
            throw .invalid(Self.withoutPlace(problems))
        }
    }

    private func checkKeys(of request: HTTPRequest, _ dialects: Set<Dialect>) throws(APIFailure) {
        var problems: [ValidationProblem] = []
        for (name, accepted) in [
            ("x-api-key", options.acceptedAPIKeys), ("x-brand-key", options.acceptedBrandKeys),
        ] {
            let loc: [JSONValue] = ["header", .string(name)]
            guard let key = request.headers[name] else {
                problems.append(.missing(loc, in: .null))
                continue
            }
            if !(accepted.map { $0.contains(key) } ?? !key.isEmpty) {
                problems.append(.custom(loc, "the key is wrong or expired", input: .string(key)))
            }
        }
        if problems.isEmpty { return }
        if dialects.contains(.forbiddenKeys) { throw .status(401, "Invalid authentication credentials") }
        if dialects.contains(.forbiddenKeys403) { throw .status(403, "Not authenticated") }
        throw .invalid(problems)
    }

    private static func checked(_ uuids: [String]) throws(APIFailure) -> [String] {
        let names = ["data_connection_uuid", "reference_uuid"]
        var problems: [ValidationProblem] = []
        let normal = zip(names, uuids).map { name, text in
            if let uuid = UUIDText.normal(text) { return uuid }
            problems.append(BodyCheck.badUUID(.string(text), at: ["path", .string(name)]))
            return ""
        }
        if !problems.isEmpty { throw .invalid(problems) }
        return normal
    }

    /// The problems of records as a service tells them that does not say where they are.
    private static func withoutPlace(_ problems: [ValidationProblem]) -> [ValidationProblem] {
        let places = problems.filter { !($0.loc.count > 2 && $0.loc[1] == "data") }
        if places.count == problems.count { return problems }
        return places + [.custom(["body"], "some records are not valid", input: .null)]
    }
}

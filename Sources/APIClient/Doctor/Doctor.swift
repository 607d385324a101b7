import Foundation
import JSON
import Model
import Platform

/// Tries what the client takes for granted about the service, line by line of the contract.
///
/// `examine` alone sends GET requests. With `tries` it makes connections of its own, under a name that nothing else has,
/// and removes them at its end; what a killed run left it removes first.
package final class Doctor: Sendable {
    /// What scratch connections are called, with a random part behind.
    static let scratchName = "reconcile doctor "
    static let scratchDescription = "Made by reconcile doctor to try the service; it may be deleted at any time."
    /// Seconds by which the service's clock may differ.
    private static let maxSkew = 60.0

    let client: APIClient
    private let log = Locked<[DoctorFinding]>([])
    private let told: @Sendable (DoctorFinding) -> Void

    /// - Parameter told: Hears of each finding as it comes.
    package init(client: APIClient, told: @escaping @Sendable (DoctorFinding) -> Void = { _ in }) {
        self.client = client
        self.told = told
    }

    package var findings: [DoctorFinding] { log.withLock { $0 } }

    func find(_ finding: DoctorFinding) {
        log.withLock { $0.append(finding) }
        told(finding)
    }

    /// What came for one request.
    struct Answer {
        var status: Int
        var headers: [String: String]
        /// Null where the body is empty or no JSON.
        var json: JSONValue
        var isEmpty: Bool
        fileprivate var wire: HTTPAnswer

        /// The list in it. Errors: see `ListAnswer`.
        func items() throws(AnswerProblem) -> [JSONValue] { try ListAnswer.items(of: wire) }
    }

    /// Sends a request once and says what came; nil, and a finding, where nothing did.
    func ask(
        _ operation: APIOperation, _ method: String, _ path: String, _ body: JSONValue? = nil, sendsKeys: Bool = true
    ) async -> Answer? {
        let request = APIRequest(operation, subject: path, method, path, json: body, redactor: client.redactor)
        var call = HTTPCall(
            method: method, url: URL(string: client.runner.configuration.baseURL + path)!, body: request.body,
            answerLimit: APIRequest.listLimit)
        call.sendsKeys = sendsKeys
        switch await client.runner.probe(call, operation: operation) {
        case .success(let answer):
            return Answer(
                status: answer.status, headers: answer.headers,
                json: (try? JSONValue.parse(answer.body)) ?? .null, isEmpty: answer.body.isEmpty, wire: answer)
        case .failure(let failure):
            let error = FailureClassifier(now: client.time.unixTime(), baseURL: client.runner.configuration.baseURL)
                .error(for: failure, to: request)
            find(
                DoctorFinding(
                    .broken, operation.rawValue, expected: "an answer", came: error.cause, meaning: error.help ?? ""))
            return nil
        }
    }

    /// Compares a status with those that are expected.
    func expect(
        _ answer: Answer, _ operation: APIOperation, _ statuses: [Int], _ what: String, otherwise meaning: String,
        deviation: String
    ) -> Bool {
        let codes = statuses.allSatisfy { $0 < 300 } ? "success" : statuses.map { "\($0)" }.joined(separator: " or ")
        let expected = codes + (what.isEmpty ? "" : ", \(what)")
        let isFine = statuses.contains(answer.status)
        find(
            DoctorFinding(
                isFine ? .agrees : .broken, operation.rawValue, expected: expected, came: "\(answer.status)",
                meaning: isFine ? "" : meaning, deviation: isFine ? nil : deviation))
        return isFine
    }

    /// A behaviour that is so or otherwise, both understood.
    func compare(
        _ operation: APIOperation, _ isAsExpected: Bool, expected: String, otherwise came: String, meaning: String,
        deviation: String
    ) {
        find(
            DoctorFinding(
                isAsExpected ? .agrees : .deviates, operation.rawValue, expected: expected,
                came: isAsExpected ? "the same" : came, meaning: isAsExpected ? "" : meaning,
                deviation: isAsExpected ? nil : deviation))
    }

    // MARK: - Reading

    /// What needs no write. False where going on makes no sense.
    package func examine() async -> Bool {
        guard let list = await ask(.listConnections, "GET", "/connections") else { return false }
        find(
            DoctorFinding(
                .agrees, "connection", expected: "an answer", came: "HTTP \(list.status)\(Self.proxyWords())"))
        clock(list)
        guard keys(list) else { return false }
        await withoutKeys()
        guard let items = listShape(list) else { return false }
        await schemaOfOne(items)
        return true
    }

    private static func proxyWords() -> String {
        let isSet = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].contains { Environment.value($0) != nil }
        return isSet ? ", with a proxy in the environment" : ""
    }

    private func clock(_ answer: Answer) {
        guard let text = answer.headers["date"], let ahead = RetryAfter.difference(text, now: client.time.unixTime())
        else {
            find(DoctorFinding(.skipped, "clock", expected: "a Date header", came: "none"))
            return
        }
        let isFine = abs(ahead) <= Self.maxSkew
        find(
            DoctorFinding(
                isFine ? .agrees : .broken, "clock", expected: "within \(Int(Self.maxSkew)) s of this machine's",
                came: "\(Int(abs(ahead))) s \(ahead >= 0 ? "ahead" : "behind")",
                meaning: isFine ? "" : "rows are sent again too early or too late: set this machine's clock",
                deviation: isFine ? nil : "clock-skew"))
    }

    private func keys(_ answer: Answer) -> Bool {
        if (200..<300).contains(answer.status) {
            find(DoctorFinding(.agrees, "keys", expected: "x-api-key and x-brand-key are accepted", came: "the same"))
            return true
        }
        let named: [String] = ["x-api-key", "x-brand-key"].filter { name in
            (answer.json["detail"]?.arrayValue ?? []).contains { $0["loc"]?.arrayValue?.last?.stringValue == name }
        }
        let isAboutKeys = [401, 403, 422].contains(answer.status)
        find(
            DoctorFinding(
                .broken, isAboutKeys ? "keys" : "listConnections", expected: "200", came: "\(answer.status)",
                meaning: isAboutKeys
                    ? (named.isEmpty ? "a key is wrong" : "\(named.joined(separator: " and ")) is wrong or expired")
                        + ": renew it in Optimove's user interface"
                    : "check that the API URL leads to the Data Connections API, v1"))
        return false
    }

    private func withoutKeys() async {
        guard let answer = await ask(.listConnections, "GET", "/connections", sendsKeys: false) else { return }
        let isFine = answer.status == 422
        let isKnown = answer.status == 401 || answer.status == 403
        find(
            DoctorFinding(
                isFine ? .agrees : isKnown ? .deviates : .broken, "keys", expected: "422 without them",
                came: "\(answer.status)",
                meaning: isFine ? "" : isKnown ? "understood as wrong keys, too" : "wrong keys would not be noticed",
                deviation: isFine ? nil : answer.status == 403 ? "forbidden-keys-403" : "forbidden-keys"))
    }

    /// The items; nil where this is not understood.
    private func listShape(_ answer: Answer) -> [JSONValue]? {
        do throws(AnswerProblem) {
            let items = try answer.items()
            if answer.json.arrayValue != nil {
                find(
                    DoctorFinding(.agrees, "listConnections", expected: "an array", came: "an array of \(items.count)"))
                return items
            }
            let name = answer.json.objectValue?.first { $0.value.arrayValue != nil }?.key ?? "?"
            let suffix = name == "connections" ? "" : "-\(name)"
            find(
                DoctorFinding(
                    .deviates, "listConnections", expected: "an array", came: "an object with the array \"\(name)\"",
                    meaning: "understood", deviation: "wrapped-list\(suffix)"))
            return items
        } catch {
            let isPaged = error.message.contains("page")
            find(
                DoctorFinding(
                    .broken, "listConnections", expected: "all connections in one answer", came: error.message,
                    meaning: "no pass is possible: half a list must not pass for the whole",
                    deviation: isPaged ? "paged-list" : "unknown-list"))
            return nil
        }
    }

    private func schemaOfOne(_ items: [JSONValue]) async {
        let upload = items.first { $0["external_api_details"]?.isNull ?? true }
        guard let uuid = upload.flatMap({ ConnectionAnswer.createdUUID(in: $0) }) else {
            find(
                DoctorFinding(
                    .skipped, "getSchema", expected: "names and types", came: "no upload-based connection yet"))
            return
        }
        guard let answer = await ask(.getSchema, "GET", "/connections/\(PathSegment.encoded(uuid))/schema") else {
            return
        }
        schema(answer)
    }

    func schema(_ answer: Answer) {
        let fields = SchemaField.fields(in: answer.json)
        let isKnown = answer.status == 200 && fields != nil
        find(
            DoctorFinding(
                isKnown ? .agrees : .broken, "getSchema", expected: "200, names and types of the fields",
                came: "\(answer.status)" + (fields.map { ", \($0.count) fields" } ?? ""),
                meaning: isKnown ? "" : "reconcile schema and checks of a schema do not work",
                deviation: isKnown ? nil : "unknown-schema"))
    }
}

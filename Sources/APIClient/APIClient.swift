import Foundation
import JSON
import Model
import Platform

/// The one adapter to the wire of the Data Connections API.
///
/// Safe to use from many tasks; all requests share one measure of how much the service can take.
package final class APIClient: Sendable {
    let runner: RequestRunner
    let time: any TimeSource
    let redactor: Redactor

    package convenience init(configuration: APIClientConfiguration, time: any TimeSource) {
        self.init(
            configuration: configuration, transport: URLSessionTransport(configuration: configuration, time: time),
            time: time)
    }

    init(configuration: APIClientConfiguration, transport: any HTTPTransport, time: any TimeSource) {
        runner = RequestRunner(configuration: configuration, transport: transport, time: time)
        redactor = Redactor(keys: configuration.keys, known: configuration.knownSecrets.map { $0.reveal() })
        self.time = time
    }

    /// What went out so far.
    package var statistics: RequestStatistics { runner.statistics }

    /// Closes all connections, so that an idle process is not woken; a later request opens new ones.
    ///
    /// Requests under way fail as cancelled, those that create something excepted: they end by themselves.
    package func invalidate() { runner.invalidate() }

    /// Begins no further request, repeats included; those under way end by themselves. For good.
    ///
    /// Whatever waits to be tried again fails at once with kind `.cancelled`, what waits for its turn once it has it.
    package func drain() { runner.drain() }

    /// The request about one connection, `path` below it.
    func request(
        _ operation: APIOperation, _ method: String, of uuid: String, _ path: String = "", json: JSONValue? = nil,
        redactor: Redactor? = nil
    ) throws(APIError) -> APIRequest {
        let segment = try segment(uuid, operation: operation)
        return APIRequest(
            operation, subject: uuid, method, "/connections/\(segment)\(path)", json: json,
            redactor: redactor ?? self.redactor)
    }

    /// The uuid fit for a path. Errors: what would lead to another path than it seems.
    func segment(_ uuid: String, operation: APIOperation) throws(APIError) -> String {
        guard !uuid.isEmpty, uuid != ".", uuid != ".." else {
            throw APIError(
                .refused, operation, subject: "\"\(uuid)\"", cause: "that is not a uuid",
                help: "give the data_connection_uuid as the service shows it")
        }
        return PathSegment.encoded(uuid)
    }
}

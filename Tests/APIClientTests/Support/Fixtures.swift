import JSON
import Model
import TestSupport

@testable import APIClient

let uuid = "11111111-2222-4333-8444-555555555555"
let otherUUID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
let shownConnection = connectionJSON(uuid)

func connectionJSON(_ uuid: String, name: String = "Profiles") -> String {
    """
    {"data_connection_uuid": "\(uuid)", "name": "\(name)", "primary_key": "user_id",
     "description": "text", "external_api_details": null}
    """
}

func testKeys() throws -> APIKeys { try APIKeys(apiKey: "api-key-0123456789", brandKey: "brand-key-0123456789") }

/// A client on a script; `time` moves only by its sleeping.
func client(
    _ transport: FakeTransport, time: ManualTime = ManualTime(), retry: RetryPolicy = RetryPolicy(),
    concurrency: Int = 8
) throws -> APIClient {
    let configuration = try APIClientConfiguration(
        baseURL: "https://api.test/v1", keys: testKeys(), userAgent: "reconcile/test", retry: retry,
        maxConcurrency: concurrency)
    return APIClient(configuration: configuration, transport: transport, time: time)
}

/// The error that the operation throws; nil where it throws none.
func failure<Value>(_ operation: () async throws -> Value) async -> APIError? {
    do {
        _ = try await operation()
        return nil
    } catch {
        return error as? APIError
    }
}

func definition(details: ConfigValue? = nil, description: String? = "text") -> Definition {
    Definition(name: "Profiles", primaryKey: "user_id", description: description, details: details)
}

func secretDetails(_ secret: String) -> ConfigValue {
    .object([
        "url": .string(ConfigString("https://example.com/{user_id}")), "http_method": .string(ConfigString("GET")),
        "headers": .object(["Authorization": .string(ConfigString("Bearer \(secret)", isSecret: true))]),
    ])
}

import JSON

/// Single records, from what was uploaded or from the external API behind a connection.
package protocol RowQuerying: Sendable {
    /// The row of an upload-based connection, as the service answers it. Kind `.notFound` where there is none.
    func query(_ uuid: String, primaryKey: JSONValue) async throws(APIError) -> JSONValue

    /// What the external API of an API-based connection answers for these values of its placeholders.
    func query(_ uuid: String, placeholders: [String: JSONValue]) async throws(APIError) -> JSONValue
}

import JSON
import Model

/// What the account holds, by GET requests alone: a dry run is handed this and can write nothing.
///
/// Every call retries what can pass by itself, within the configured budget. Errors: `APIError`, classified.
package protocol ConnectionReading: Sendable {
    /// Every connection of the brand, in the service's order, `references` not read.
    ///
    /// Items that lack fields are fetched singly. Errors also for signs of paging that are not understood, for an item
    /// without uuid or name, and for a uuid that occurs twice: half a list must never pass for the whole.
    func listConnections() async throws(APIError) -> [ActualConnection]

    /// One connection, `references` not read. Kind `.notFound` where there is none.
    func connection(_ uuid: String) async throws(APIError) -> ActualConnection

    /// What the connection is linked to, in the service's order.
    func references(of uuid: String) async throws(APIError) -> [ActualReference]

    /// The fields that the service saw in the connection's data, as the service answers them.
    func schema(of uuid: String) async throws(APIError) -> JSONValue
}

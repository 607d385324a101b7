import JSON

/// Single records, from what was uploaded or from the external API behind a connection.
package protocol RowQuerying: Sendable {
    /// The row of an upload-based connection, as the service answers it. Kind `.notFound` where there is none.
    func query(_ uuid: String, primaryKey: JSONValue) async throws(APIError) -> JSONValue

    /// What the external API of an API-based connection answers for these values of its placeholders.
    func query(_ uuid: String, placeholders: [String: JSONValue]) async throws(APIError) -> JSONValue

    /// Up to 1000 queries at once; one answer for each, in order.
    ///
    /// Errors: `APIError`; kinds `.notFound`, `.rejected` and `.refused` where the service has no such operation, or not for
    /// this connection.
    func batchQuery(_ uuid: String, _ queries: [RowQuery]) async throws(APIError) -> [RowAnswer]

    /// What Emarsys would be answered.
    func emarsys(_ uuid: String, _ lookup: EmarsysLookup) async throws(APIError) -> EmarsysAnswer
}

/// What one record is asked for by.
package enum RowQuery: Sendable, Hashable {
    case primaryKey(JSONValue)
    case placeholders([JSONMember])

    /// Queries of one request, at most.
    package static let mostAtOnce = 1000

    var json: JSONValue {
        switch self {
        case .primaryKey(let key): ["primary_key": key]
        case .placeholders(let values): ["placeholder_values": .object(values)]
        }
    }
}

/// What came for one query of many.
package enum RowAnswer: Sendable, Hashable {
    case data(JSONValue)
    /// The service's own words, made safe to show.
    case failed(String)
}

/// What Emarsys sends while it personalizes a campaign.
package struct EmarsysLookup: Sendable, Hashable {
    /// Reference fields with values, for each contact.
    package var contacts: [[JSONMember]]
    package var fields: [String]
    /// Items for one contact, at most.
    package var limit: Int

    package init(contacts: [[JSONMember]], fields: [String], limit: Int) {
        self.contacts = contacts
        self.fields = fields
        self.limit = limit
    }
}

/// What it is answered, and how large that is.
package struct EmarsysAnswer: Sendable {
    package var content: [JSONValue]
    package var bytes: Int
}

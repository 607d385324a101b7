import JSON

/// One Data Connection with all that hangs on it.
struct Connection: Sendable {
    let uuid: String
    /// Counts up with each creation; lists are in this order.
    let serial: Int
    var name: String
    let primaryKey: String
    var description: String?
    /// As it was sent; nil for an upload-based connection.
    var details: JSONValue?
    var references: [Reference] = []
    var rows = RowStore()
    /// Records of batches that were not completed, by `batch_uuid`.
    var openBatches: [String: RowStore] = [:]
    var completedBatches: Set<String> = []

    struct Reference: Sendable {
        let uuid: String
        let type: String
        let id: String

        var json: JSONValue {
            ["reference_uuid": .string(uuid), "reference_type": .string(type), "reference_id": .string(id)]
        }
    }

    /// The definition in the contract's shape, fields as they were sent.
    var json: JSONValue {
        [
            "data_connection_uuid": .string(uuid), "name": .string(name), "primary_key": .string(primaryKey),
            "description": description.map { .string($0) } ?? .null, "external_api_details": details ?? .null,
        ]
    }
}

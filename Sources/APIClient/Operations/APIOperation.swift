/// The operations of the API that this client uses; the raw value is the contract's `operationId`.
package enum APIOperation: String, Sendable, Hashable, CaseIterable {
    case listConnections, getConnection, createConnection, updateConnection, deleteConnection
    case uploadData, updateData, deleteData, query, getSchema
    case batchQuery = "apiBatchQuery"
    case emarsys = "emarsysExternalContent"
    case listReferences, createReference, deleteReference

    /// What it does, so that "cannot …" and a subject make a sentence.
    package var phrase: String {
        switch self {
        case .listConnections: "list the connections of"
        case .getConnection: "read connection"
        case .createConnection: "create connection"
        case .updateConnection: "update connection"
        case .deleteConnection: "delete connection"
        case .uploadData: "upload rows to connection"
        case .updateData: "replace rows of connection"
        case .batchQuery: "query many rows of connection"
        case .emarsys: "look contacts up, as Emarsys does, in connection"
        case .deleteData: "delete rows of connection"
        case .query: "query connection"
        case .getSchema: "read the schema of connection"
        case .listReferences: "list the references of connection"
        case .createReference: "create a reference on connection"
        case .deleteReference: "delete a reference of connection"
        }
    }

    /// Whether it changes nothing, so that no failure can hide an effect.
    var isReading: Bool {
        switch self {
        case .listConnections, .getConnection, .query, .batchQuery, .emarsys, .getSchema, .listReferences: true
        case .createConnection, .updateConnection, .deleteConnection, .uploadData, .updateData, .deleteData,
            .createReference,
            .deleteReference:
            false
        }
    }

    /// Whether doing it twice comes to the same as once.
    var isIdempotent: Bool { self != .createConnection && self != .createReference }
}

/// The operations of the contract, and where they are.
enum Operation: String, Sendable {
    case listConnections, createConnection, getConnection, updateConnection, deleteConnection
    case uploadData, updateData, deleteData, query, apiBatchQuery, getSchema
    case listReferences, createReference, deleteReference, emarsysExternalContent

    /// What a method and a path lead to.
    enum Route {
        /// The uuids of the path, in order, as they were written.
        case operation(Operation, uuids: [String])
        case notFound
        case wrongMethod(allowed: String)
    }

    /// `*` stands for a uuid.
    private static let table: [(path: [String], methods: [(String, Operation)])] = [
        (["connections"], [("GET", listConnections), ("POST", createConnection)]),
        (
            ["connections", "*"],
            [("GET", getConnection), ("PUT", updateConnection), ("DELETE", deleteConnection)]
        ),
        (["connections", "*", "upload_data"], [("POST", uploadData)]),
        (["connections", "*", "update_data"], [("PUT", updateData)]),
        (["connections", "*", "delete_data"], [("DELETE", deleteData)]),
        (["connections", "*", "query"], [("POST", query)]),
        (["connections", "*", "api_batch_query"], [("POST", apiBatchQuery)]),
        (["connections", "*", "schema"], [("GET", getSchema)]),
        (["connections", "*", "references"], [("GET", listReferences), ("POST", createReference)]),
        (["connections", "*", "references", "*"], [("DELETE", deleteReference)]),
        (["connections", "*", "external-content", "emarsys"], [("POST", emarsysExternalContent)]),
    ]

    /// The route of a path's segments after the base path.
    static func route(method: String, segments: [String]) -> Route {
        for (pattern, methods) in table where pattern.count == segments.count {
            guard zip(pattern, segments).allSatisfy({ $0 == "*" ? !$1.isEmpty : $0 == $1 }) else { continue }
            guard let operation = methods.first(where: { $0.0 == method })?.1 else {
                return .wrongMethod(allowed: methods.map(\.0).joined(separator: ", "))
            }
            return .operation(operation, uuids: zip(pattern, segments).filter { $0.0 == "*" }.map(\.1))
        }
        return .notFound
    }
}

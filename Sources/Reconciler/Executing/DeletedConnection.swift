import APIClient
import JSON
import Model
import Platform
import StateStore

/// What could be read of a connection right before it was deleted: `deleted/KEY-UUID-TIME.json` in the state directory.
///
/// No secret stands in it, as nowhere in state. What came from a secret template is known by the digests that state keeps
/// of what was sent; where state has no memory of that, every text of `external_api_details` might be one.
struct DeletedConnection {
    var key: String
    /// With its references.
    var actual: ActualConnection
    var schema: Result<JSONValue, APIError>
    var applied: AppliedConnection?
    /// Seconds since 1970.
    var unixTime: Int

    /// Returns the path once the file is on disk, readable for this user alone. Errors: the disk's.
    func write(stateDirectory: String, calls: SystemCalls = .system) throws(StateError) -> String {
        let uuid = ConnectionFileName.escaped(actual.uuid)
        let path = "\(stateDirectory)/deleted/\(key)-\(uuid)-\(unixTime).json"
        try PrivateFile.write(Array((document.prettyText + "\n").utf8), to: path, makingDirectory: true, calls: calls)
        return path
    }

    var document: JSONValue {
        [
            "format_version": 1,
            "note": .string(
                "What could be read of this connection before reconcile deleted it. Its rows are gone. \"(sensitive)\" "
                    + "stands for header values and for what came from secrets"
                    + (remembersSent
                        ? "." : ", and, since nothing remembers which those are, for every text of the details.")
            ),
            "key": .string(key),
            "deleted_at": .number("\(unixTime)"),
            "data_connection_uuid": .string(actual.uuid),
            "name": .string(actual.name),
            "primary_key": .string(actual.primaryKey),
            "description": actual.description.map(JSONValue.string) ?? .null,
            "external_api_details": details,
            "references": .array(
                (actual.references ?? []).map { reference in
                    [
                        "reference_uuid": .string(reference.uuid),
                        "reference_type": .string(reference.reference.type),
                        "reference_id": .string(reference.reference.id),
                    ]
                }),
            "schema": schemaDocument,
            "schema_unreadable_because": schemaProblem.map(JSONValue.string) ?? .null,
        ]
    }

    private var remembersSent: Bool { applied?.sent != nil }

    private var schemaDocument: JSONValue {
        if case .success(let schema) = schema { schema } else { .null }
    }

    private var schemaProblem: String? {
        if case .failure(let error) = schema { error.cause } else { nil }
    }

    private var details: JSONValue {
        switch actual.details {
        case .uploadBased: .null
        case .notShown: "not shown by the service"
        case .apiBased(let value): masked(value, path: [Field.detailsName])
        }
    }

    private func masked(_ value: JSONValue, path: [String]) -> JSONValue {
        if case .object(let members) = value, !members.isEmpty {
            return .object(members.map { JSONMember($0.key, masked($0.value, path: path + [$0.key])) })
        }
        return isSensitive(value, path: path) ? "(sensitive)" : value
    }

    private func isSensitive(_ value: JSONValue, path: [String]) -> Bool {
        if Field.isSensitiveHeader(path) { return true }
        let text = Field.text(of: path)
        if let sent = applied?.sent?.fields {
            // Where a secret object became something else, or the other way round, its parts are as secret.
            return sent.contains { other, digest in
                digest.hasPrefix("keyed:")
                    && (other == text || other.hasPrefix(text + ".") || text.hasPrefix(other + "."))
            }
        }
        switch value {
        case .null, .bool, .number: return false
        case .string: return path != [Field.detailsName, "http_method"]
        case .array, .object: return true
        }
    }
}

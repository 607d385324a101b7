import JSON

/// One change of the store. It is written to the journal before it is applied, and applied again when the journal is
/// read; so it carries everything that time or chance decided.
enum Effect {
    case create(uuid: String, name: String, primaryKey: String, description: String?, details: JSONValue?)
    /// Sets the whole definition but its primary key.
    case define(uuid: String, name: String, description: String?, details: JSONValue?)
    case delete(uuid: String)
    /// Stores the records of a body in upload_data's form. `expires` has one time for all records, or one each.
    case store(uuid: String, batch: String?, isCompleted: Bool, expires: [Double], rows: [StoredRow], body: [UInt8])
    case remove(uuid: String, keys: [RowKey])
    case link(uuid: String, reference: Connection.Reference)
    case unlink(uuid: String, reference: String)
    /// Remembers batches as completed; a compacted journal holds it in the place of their requests.
    case complete(uuid: String, batches: [String])
}

extension Effect {
    /// What the journal holds, next to `body`.
    var head: JSONValue {
        switch self {
        case .create(let uuid, let name, let primaryKey, let description, let details):
            [
                "do": "create", "uuid": .string(uuid), "name": .string(name), "primary_key": .string(primaryKey),
                "description": Self.optional(description), "details": details ?? .null,
            ]
        case .define(let uuid, let name, let description, let details):
            [
                "do": "define", "uuid": .string(uuid), "name": .string(name),
                "description": Self.optional(description), "details": details ?? .null,
            ]
        case .delete(let uuid): ["do": "delete", "uuid": .string(uuid)]
        case .store(let uuid, let batch, let isCompleted, let expires, let rows, _):
            [
                "by_value": .bool(rows.contains { $0.key.isByValue }),
                "do": "store", "uuid": .string(uuid), "batch": Self.optional(batch), "completed": .bool(isCompleted),
                "expires": .array(expires.map { $0 < .infinity ? .number("\($0)") : .null }),
            ]
        case .remove(let uuid, let keys):
            ["do": "remove", "uuid": .string(uuid), "keys": .array(keys.map { .string($0.text) })]
        case .link(let uuid, let reference):
            ["do": "link", "uuid": .string(uuid), "reference": reference.json]
        case .unlink(let uuid, let reference):
            ["do": "unlink", "uuid": .string(uuid), "reference": .string(reference)]
        case .complete(let uuid, let batches):
            ["do": "complete", "uuid": .string(uuid), "batches": .array(batches.map { .string($0) })]
        }
    }

    var body: [UInt8] {
        if case .store(_, _, _, _, _, let body) = self { body } else { [] }
    }

    /// Reads an entry of the journal; nil where it is none. `primaryKey` finds the key field of a connection.
    init?(head: JSONValue, body: [UInt8], primaryKey: (String) -> String?) {
        guard let uuid = head["uuid"]?.stringValue else { return nil }
        let description = head["description"]?.stringValue
        let details = head["details"].flatMap { $0.isNull ? .none : $0 }
        switch head["do"]?.stringValue {
        case "create":
            guard let name = head["name"]?.stringValue, let key = head["primary_key"]?.stringValue else { return nil }
            self = .create(uuid: uuid, name: name, primaryKey: key, description: description, details: details)
        case "define":
            guard let name = head["name"]?.stringValue else { return nil }
            self = .define(uuid: uuid, name: name, description: description, details: details)
        case "delete": self = .delete(uuid: uuid)
        case "store":
            guard let key = primaryKey(uuid), let completed = head["completed"]?.boolValue,
                let expires = head["expires"]?.arrayValue
            else { return nil }
            self = .store(
                uuid: uuid, batch: head["batch"]?.stringValue, isCompleted: completed,
                expires: expires.map {
                    if case .number(let text) = $0 { Double(text) ?? .infinity } else { .infinity }
                },
                rows: UploadBody.rows(of: body, primaryKey: key).map { row in
                    guard head["by_value"]?.boolValue == true else { return row }
                    return StoredRow(key: row.key.byValue, offset: row.offset, length: row.length)
                }, body: body)
        case "remove":
            self = .remove(uuid: uuid, keys: (head["keys"]?.arrayValue ?? []).compactMap { RowKey($0) })
        case "link":
            guard let reference = head["reference"], let id = reference["reference_uuid"]?.stringValue,
                let type = reference["reference_type"]?.stringValue, let target = reference["reference_id"]?.stringValue
            else { return nil }
            self = .link(uuid: uuid, reference: Connection.Reference(uuid: id, type: type, id: target))
        case "unlink":
            guard let reference = head["reference"]?.stringValue else { return nil }
            self = .unlink(uuid: uuid, reference: reference)
        case "complete":
            self = .complete(uuid: uuid, batches: (head["batches"]?.arrayValue ?? []).compactMap(\.stringValue))
        default: return nil
        }
    }

    private static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}

import JSON

/// A field of a connection's data, as the service tells it.
package struct SchemaField: Sendable, Hashable {
    package var name: String
    /// As the service calls it: `string`, `number`, …
    package var type: String

    /// The fields in an answer: a list of names and types, JSON Schema's `properties`, or types by name. Nil where it is
    /// none of these.
    package static func fields(in json: JSONValue) -> [SchemaField]? {
        for name in ["fields", "schema", "columns", "data"] {
            if let inner = json[name], inner.arrayValue != nil || inner.objectValue != nil { return fields(in: inner) }
        }
        if let items = json.arrayValue {
            var fields: [SchemaField] = []
            for item in items {
                guard let name = (item["name"] ?? item["field"])?.stringValue else { return nil }
                fields.append(SchemaField(name: name, type: type(item["type"])))
            }
            return fields
        }
        guard let members = json["properties"]?.objectValue ?? json.objectValue else { return nil }
        return members.map { SchemaField(name: $0.key, type: type($0.value["type"] ?? $0.value)) }
    }

    private static func type(_ json: JSONValue?) -> String {
        switch json {
        case .string(let text)?: text
        case .array(let several)?: several.compactMap(\.stringValue).joined(separator: " or ")
        default: "unknown"
        }
    }
}

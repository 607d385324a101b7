import JSON
import Model

/// A JSON Schema (draft 2020-12) of manifests, for editors: what of the loader's rules a schema can say.
///
/// Fields, words and bounds come from the tables that the decoders read. A document is a schema's idea of one: plain
/// scalars by the core schema, so `reference_id: 1742` is a number there and a string to the loader, and both are let pass.
package enum ManifestSchema {
    /// The schema of a manifest of either kind.
    package static var document: JSONValue {
        [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "https://reconcile.invalid/manifest-schema/v1",
            "title": "Manifest of reconcile",
            // An empty document between two `---` is none.
            "type": ["object", "null"],
            "required": ["apiVersion", "kind"],
            "properties": [
                "apiVersion": ["const": .string(ManifestReader.apiVersion)],
                "kind": ["enum": strings(ManifestReader.kinds)],
            ],
            "allOf": [
                [
                    "if": [
                        "type": "object", "properties": ["kind": ["const": "DataConnection"]], "required": ["kind"],
                    ],
                    "then": ["$ref": "#/$defs/DataConnection"],
                ],
                [
                    "if": [
                        "type": "object", "properties": ["kind": ["const": "DataConnectionPatch"]],
                        "required": ["kind"],
                    ],
                    "then": ["$ref": "#/$defs/DataConnectionPatch"],
                ],
                [
                    "if": ["type": "object", "properties": ["kind": ["const": "Policy"]], "required": ["kind"]],
                    "then": ["$ref": "#/$defs/Policy"],
                ],
            ],
            "$defs": .object(definitions),
        ]
    }

    private static var definitions: [JSONMember] {
        [
            JSONMember("DataConnection", DataConnectionSchema.document),
            JSONMember("DataConnectionPatch", PatchSchema.document),
            JSONMember("Policy", PolicySchema.document),
            JSONMember("key", key),
            JSONMember("filledText", filledText),
            JSONMember("text", text),
            JSONMember("template", template),
            JSONMember("document", anything),
        ]
    }

    /// What manifests and owners are called.
    private static let key: JSONValue = [
        "type": ["string", "number", "boolean"], "pattern": #"^[a-z0-9][a-z0-9._-]{0,62}$"#, "minimum": 0,
    ]

    /// A string where a plain `1742` or `no` counts as written; references to secrets have no place in it.
    private static let text: JSONValue = [
        "type": ["string", "number", "boolean"], "not": ["type": "string", "pattern": #"\$\{(env|credential):"#],
    ]

    /// The same, and more than blanks.
    private static let filledText: JSONValue = [
        "allOf": [["$ref": "#/$defs/text"]], "type": ["string", "number", "boolean"], "pattern": #"\S"#,
    ]

    /// A string in which `${env:NAME}` and `${credential:NAME}` are put in, and `$${` is a literal.
    private static let template: JSONValue = [
        "type": ["string", "number", "boolean"], "pattern": .string(templatePattern),
    ]

    /// One piece after the other: anything but a dollar, an escape, a dollar that begins nothing, a reference.
    private static let templatePattern =
        #"^([^$]|\$\$\{|\$(?!\{|\$\{)|\$\{env:RECONCILE_[A-Za-z0-9_]+\}"#
        + #"|\$\{credential:(?!([xX]-[aA][pP][iI]-[kK][eE][yY]|[xX]-[bB][rR][aA][nN][dD]-[kK][eE][yY])\})"#
        + #"[A-Za-z0-9_-][A-Za-z0-9._-]*\})*$"#

    /// A part of a body: strings are templates at any depth, keys are not.
    private static let anything: JSONValue = [
        "if": ["type": ["string"]], "then": ["$ref": "#/$defs/template"],
        "propertyNames": ["$ref": "#/$defs/text"], "additionalProperties": ["$ref": "#/$defs/document"],
        "items": ["$ref": "#/$defs/document"],
    ]

    // MARK: Pieces

    static func strings(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map(JSONValue.string)) }

    static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/$defs/\(name)")] }

    /// A field that may be left out, which null does too.
    static func optional(_ schema: JSONValue) -> JSONValue { ["anyOf": [schema, ["type": "null"]]] }

    /// A mapping with just these fields; `nil` for a field without a schema would show in a test.
    static func mapping(
        _ fields: [String], required: [String] = [], _ schemas: [String: (words: String, schema: JSONValue)]
    ) -> JSONValue {
        var members: [JSONMember] = [JSONMember("type", "object"), JSONMember("additionalProperties", false)]
        if !required.isEmpty { members.append(JSONMember("required", strings(required))) }
        let properties = fields.compactMap { field -> JSONMember? in
            guard let (words, schema) = schemas[field] else { return nil }
            let shown = required.contains(field) ? schema : optional(schema)
            return JSONMember(field, .object([JSONMember("description", .string(words))] + (shown.objectValue ?? [])))
        }
        members.append(JSONMember("properties", .object(properties)))
        return .object(members)
    }

    /// A mapping whose keys are the user's; none is blank or holds a reference.
    static func map(of schema: JSONValue, names: JSONValue = reference("filledText")) -> JSONValue {
        ["type": "object", "propertyNames": names, "additionalProperties": schema]
    }
}

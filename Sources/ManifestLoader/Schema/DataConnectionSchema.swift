import JSON
import Model

/// The schema of a document of kind DataConnection.
enum DataConnectionSchema {
    static var document: JSONValue {
        ManifestSchema.mapping(
            ConnectionDecoder.documentFields, required: ["apiVersion", "kind", "metadata", "spec"],
            [
                "apiVersion": ("Version of this format.", ["const": .string(ManifestReader.apiVersion)]),
                "kind": ("What the document declares.", ["const": "DataConnection"]),
                "metadata": ("What the manifest is called here.", metadata),
                "spec": ("What the connection is to be; names and meaning as in the API.", spec),
            ])
    }

    private static var metadata: JSONValue {
        ManifestSchema.mapping(
            ConnectionDecoder.metadataFields, required: ["name"],
            [
                "name": ("The key, unique in the directory.", ManifestSchema.reference("key")),
                "renamed_from": ("The key that it had before.", ManifestSchema.reference("key")),
                "labels": (
                    "Words to select by.", ManifestSchema.map(of: ManifestSchema.reference("filledText"))
                ),
            ])
    }

    private static var spec: JSONValue {
        let mapping = ManifestSchema.mapping(
            ConnectionDecoder.specFields, required: ["name", "primary_key"],
            [
                "name": ("What the connection is called in the account.", ManifestSchema.reference("filledText")),
                "primary_key": (
                    "The field that tells rows apart; it can never change.", ManifestSchema.reference("filledText")
                ),
                "description": ("Text for people; the ownership marker is put behind it.", description),
                "data_connection_uuid": ("Pins the connection of this uuid.", uuid),
                "data": ("The files whose rows it holds.", DataSchema.document),
                "external_api_details": ("The API that the service asks.", DetailsSchema.document),
                "references": ("What it is linked to.", references),
                "lifecycle": (
                    "What must not happen to it.",
                    ManifestSchema.mapping(
                        ConnectionDecoder.lifecycleFields,
                        [
                            "protect": ("Never delete it.", ["type": "boolean"]),
                            "suspend": ("Leave it alone.", ["type": "boolean"]),
                        ])
                ),
                "checks": ("What must be so in the account afterwards.", checks),
                "consumers": (
                    "Who else asks for the data; validate looks at it as they would.",
                    [
                        "type": "array",
                        "items": ["enum": ManifestSchema.strings(Consumer.allCases.map(\.rawValue))],
                    ]
                ),
            ])
        let isGiven: JSONValue = ["not": ["type": "null"]]
        let both: JSONValue = [
            "required": ["data", "external_api_details"],
            "properties": ["data": isGiven, "external_api_details": isGiven],
        ]
        return .object((mapping.objectValue ?? []) + [JSONMember("not", both)])
    }

    /// No text of a marker, not even the beginning of one at the end.
    private static let description: JSONValue = [
        "allOf": [["$ref": "#/$defs/text"]], "type": ["string", "number", "boolean"],
        "not": ["type": "string", "pattern": #"\[reconcile|\[rec(o(n(c(il?)?)?)?)?\s*$"#],
    ]

    private static let uuid: JSONValue = [
        "type": "string", "pattern": "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$",
    ]

    private static var checks: JSONValue {
        let anything = ManifestSchema.map(of: [:])
        let texts = ManifestSchema.map(of: ManifestSchema.reference("filledText"))
        let check = ManifestSchema.mapping(
            ChecksDecoder.fields,
            [
                "sample": (
                    "So many rows of the files are there, whole.", ["type": "integer", "minimum": 1, "maximum": 10_000]
                ),
                "seed": ("Another seed picks other rows.", ["type": "integer", "minimum": 0]),
                "query": (
                    "One record.",
                    ManifestSchema.mapping(
                        ChecksDecoder.queryFields,
                        [
                            "primary_key": ("Of an upload-based connection.", ["type": ["string", "number"]]),
                            "placeholder_values": ("Of an API-based connection.", anything),
                        ])
                ),
                "expect": ("Members that the record must have, with these values.", anything),
                "schema": ("Types of fields, as the service calls them.", texts),
                "emarsys": (
                    "What Emarsys gets for one contact.",
                    ManifestSchema.mapping(
                        ChecksDecoder.emarsysFields, required: ["parameters", "fields"],
                        [
                            "parameters": ("The contact's reference fields.", texts),
                            "fields": (
                                "What to ask for.",
                                ["type": "array", "items": ["type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*$"]]
                            ),
                            "limit": ("Items, at most.", ["type": "integer", "minimum": 1, "maximum": 10_000]),
                            "expect": ("Members that the first item must have.", anything),
                        ])
                ),
                "within": (
                    "Seconds in which it may come true.", ["type": "integer", "minimum": 0, "maximum": 3600]
                ),
            ])
        return ["type": "array", "items": check]
    }

    private static var references: JSONValue {
        let reference = ManifestSchema.mapping(
            ConnectionDecoder.referenceFields, required: ConnectionDecoder.referenceFields,
            [
                "reference_type": ("Such as mail or sms.", ManifestSchema.reference("filledText")),
                "reference_id": ("Which one.", ManifestSchema.reference("filledText")),
            ])
        return ["type": "array", "uniqueItems": true, "items": reference]
    }
}

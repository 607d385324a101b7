import JSON
import Model

/// The schema of a document of kind DataConnectionPatch: which fields there are, so that editors offer them. What they
/// may hold shows only once they are merged.
enum PatchSchema {
    static var document: JSONValue {
        [
            "type": "object", "additionalProperties": false, "required": ["apiVersion", "kind", "metadata"],
            "properties": [
                "apiVersion": ["const": .string(ManifestReader.apiVersion)],
                "kind": ["const": "DataConnectionPatch"],
                "metadata": [
                    "type": "object", "additionalProperties": false, "required": ["name"],
                    "properties": [
                        "name": [
                            "description": "The included manifest that is changed.",
                            "$ref": "#/$defs/key",
                        ],
                        "labels": ["type": "object"],
                    ],
                ],
                "spec": [
                    "type": "object", "description": "A JSON merge patch: null takes a field away.",
                    "additionalProperties": false, "properties": .object(fields(ConnectionDecoder.specFields)),
                ],
            ],
        ]
    }

    private static func fields(_ names: [String]) -> [JSONMember] {
        names.map { name in
            let inner: [String]? =
                switch name {
                case "data": ConnectionDecoder.dataFields
                case "external_api_details": DetailsDecoder.fields
                case "lifecycle": ConnectionDecoder.lifecycleFields
                default: nil
                }
            guard let inner else { return JSONMember(name, .bool(true)) }
            return JSONMember(
                name,
                [
                    "type": ["object", "null"], "additionalProperties": false,
                    "properties": .object(inner.map { JSONMember($0, .bool(true)) }),
                ])
        }
    }
}

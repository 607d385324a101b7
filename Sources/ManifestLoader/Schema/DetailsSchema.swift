import JSON

/// The schema of `spec.external_api_details`.
enum DetailsSchema {
    static var document: JSONValue {
        ManifestSchema.mapping(
            DetailsDecoder.fields, required: ["url", "http_method"],
            [
                "url": ("Absolute; {name} is filled in for each query.", url),
                "http_method": (
                    "The method of the request.",
                    [
                        "anyOf": [
                            ["enum": ManifestSchema.strings(DetailsDecoder.methods)],
                            ["allOf": [template, ["type": "string", "pattern": #"\$\{"#]]],
                        ]
                    ]
                ),
                "headers": (
                    "Secrets are put in by ${credential:NAME} or ${env:RECONCILE_NAME}.",
                    ManifestSchema.map(
                        of: ["allOf": [template, noControl]], names: ["pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"])
                ),
                "body": ("The JSON object that is sent.", body),
                "ttl": ("Seconds that an answer is kept; 0: not at all.", count(least: 0)),
                "timeout": ("Seconds.", count(least: 1)),
                "retries": ("How often a failed request is sent again.", count(least: 0)),
                "is_batch_endpoint": ("Whether one request may ask for many.", ["type": "boolean"]),
                "sample_placeholder_values": (
                    "A value for each placeholder, for the service's test call.", ManifestSchema.map(of: template)
                ),
            ])
    }

    private static let template = ManifestSchema.reference("template")

    /// With a scheme, unless that is put in; without blanks.
    private static let url: JSONValue = [
        "allOf": [
            ["$ref": "#/$defs/template"],
            ["type": "string", "pattern": #"^([hH][tT][tT][pP][sS]?://[^/?#\\]|\$\{|\{[A-Za-z_][A-Za-z0-9_.-]*\})"#],
            ["not": ["pattern": #"[\s\u0000-\u001F\u007F-\u009F]"#]],
        ]
    ]

    private static let noControl: JSONValue = [
        "not": ["type": "string", "pattern": #"[\u0000-\u0008\u000A-\u001F\u007F]"#]
    ]

    /// An object, and within it anything whose strings and keys are good.
    private static let body: JSONValue = [
        "type": "object", "propertyNames": ["$ref": "#/$defs/text"],
        "additionalProperties": ["$ref": "#/$defs/document"],
    ]

    private static func count(least: Int) -> JSONValue { ["type": "integer", "minimum": .number("\(least)")] }
}

import JSON
import Model

/// The schema of a document of kind Policy.
enum PolicySchema {
    static var document: JSONValue {
        ManifestSchema.mapping(
            PolicyDecoder.documentFields, required: ["apiVersion", "kind"],
            [
                "apiVersion": ("Version of this format.", ["const": .string(ManifestReader.apiVersion)]),
                "kind": ("What the document declares.", ["const": "Policy"]),
                "spec": ("What holds for all manifests of the directory.", spec),
            ])
    }

    private static var spec: JSONValue {
        let mapping = ManifestSchema.mapping(
            PolicyDecoder.specFields,
            [
                "owner": ("Whose connections these are; part of the marker.", ManifestSchema.reference("key")),
                "ownership": (
                    "Where ownership is kept: in a marker in the description, or in the state directory alone.",
                    ["enum": ManifestSchema.strings(Policy.Ownership.allCases.map(\.rawValue))]
                ),
                "adopt": ("Take over unowned connections of the same name and primary key.", ["type": "boolean"]),
                "prune": ("Delete owned connections that no manifest declares.", ["type": "boolean"]),
                "max_delete_percent": (
                    "Percent of owned connections that may be deleted in 24 hours.", percent
                ),
                "max_removed_percent": ("Percent of a connection's rows that one pass may delete.", percent),
                "max_row_errors": (
                    "Rejected rows after which an upload is given up.", ["type": "integer", "minimum": 0]
                ),
                "variables": (
                    "Values for ${var:NAME} in manifests.",
                    ManifestSchema.map(
                        of: [
                            "type": ["string", "number", "boolean"], "not": ["type": "string", "pattern": #"\$\{"#],
                        ],
                        names: ["pattern": "^[A-Za-z_][A-Za-z0-9_]*$"])
                ),
                "windows": (
                    "When the daemon may change the account; none: at any time.",
                    ["type": "array", "minItems": 1, "items": window]
                ),
                "include": (
                    "Directories of the same Git work tree whose manifests count, too; relative to this one.",
                    ["type": "array", "items": ManifestSchema.reference("filledText")]
                ),
            ])
        return .object(
            (mapping.objectValue ?? []) + [
                JSONMember("if", ["properties": ["prune": ["const": true]], "required": ["prune"]]),
                JSONMember("then", ["properties": ["owner": ["not": ["type": "null"]]], "required": ["owner"]]),
            ])
    }

    private static let clock: JSONValue = ["type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"]

    private static var window: JSONValue {
        ManifestSchema.mapping(
            WindowsDecoder.fields, required: ["from", "to"],
            [
                "days": (
                    "Days on which it opens, such as mon-fri; left out: all.",
                    ["type": ["string", "array"], "items": ["type": "string"]]
                ),
                "from": ("When it opens.", clock),
                "to": (
                    "When it closes; on the next day where that is not later.",
                    ["anyOf": [clock, ["const": "24:00"]]]
                ),
                "timezone": ("Of the IANA database, such as Europe/Berlin; left out: UTC.", ["type": "string"]),
            ])
    }

    private static let percent: JSONValue = ["type": "integer", "minimum": 0, "maximum": 100]
}

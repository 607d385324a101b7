import JSON
import Model

/// The schema of `spec.data`.
enum DataSchema {
    static var document: JSONValue {
        ManifestSchema.mapping(
            ConnectionDecoder.dataFields, required: ["files"],
            [
                "files": (
                    "Paths or globs, relative to the manifest.",
                    ["type": "array", "minItems": 1, "items": ManifestSchema.reference("filledText")]
                ),
                "columns": (
                    "Types of CSV columns; a column not named here stays a string.",
                    ManifestSchema.map(of: ["enum": ManifestSchema.strings(ColumnType.allCases.map(\.rawValue))])
                ),
                "csv": ("How CSV files are written.", csv),
                "json": (
                    "Where the rows stand in JSON files.",
                    ManifestSchema.mapping(
                        DataOptionsDecoder.jsonFields,
                        [
                            "records": (
                                "The members that lead to the rows, with points between them or as a list.",
                                ["type": ["string", "number", "boolean", "array"], "pattern": #"^[^.]+(\.[^.]+)*$"#]
                            ),
                            "key": ("The field that gets the name of a row's member.", filledText),
                            "encoding": ("Such as utf-16.", text),
                        ])
                ),
                "rename": (
                    "New names of fields; the empty name is that of a column without one.",
                    ManifestSchema.map(of: filledText, names: text)
                ),
                "only": ("The fields to send.", ["type": "array", "minItems": 1, "items": filledText]),
                "omit": ("Fields that are not sent.", texts),
                "derive": ("Fields made of others, as in {country}-{code}.", ManifestSchema.map(of: filledText)),
                "sensitive": ("Fields whose values are never shown.", filledTexts),
                "expect": ("What rows must be like before any is sent.", expectations),
                "ttl_seconds": ("When rows expire; absent: never.", ["type": "integer", "minimum": 1]),
                "removed_rows": (
                    "What becomes of rows that left the files.",
                    ["enum": ManifestSchema.strings(DesiredData.RemovedRows.allCases.map(\.rawValue))]
                ),
                "on_row_error": (
                    "What a rejected row does to the upload.",
                    ["enum": ManifestSchema.strings(DesiredData.RowErrorPolicy.allCases.map(\.rawValue))]
                ),
            ])
    }

    private static let text = ManifestSchema.reference("text")
    private static let filledText = ManifestSchema.reference("filledText")
    private static let texts: JSONValue = ["type": "array", "items": text]
    private static let filledTexts: JSONValue = ["type": "array", "items": filledText]
    /// One character of ASCII.
    private static let sign: JSONValue = [
        "type": ["string", "number"], "pattern": "^[\\t -~]$", "minimum": 0, "maximum": 9,
    ]

    private static var csv: JSONValue {
        ManifestSchema.mapping(
            DataOptionsDecoder.csvFields,
            [
                "delimiter": ("Between cells; a comma, or a tab in .tsv.", sign),
                "header": (
                    "Names of the columns of files without a header line.",
                    ["type": "array", "minItems": 1, "uniqueItems": true, "items": filledText]
                ),
                "skip_lines": (
                    "Lines above the header to pass over.", ["type": "integer", "minimum": 0, "maximum": 1_000_000]
                ),
                "comment": ("How lines begin that are passed over.", filledText),
                "trim": ("Leave blanks around cells out.", ["type": "boolean"]),
                "null": ("Texts that mean null.", ["type": "array", "items": ["anyOf": [text, ["type": "null"]]]]),
                "quoted_null": ("They mean it within quotes, too.", ["type": "boolean"]),
                "decimal": ("Before the fraction of numbers.", ["enum": [".", ","]]),
                "encoding": ("Such as windows-1252.", text),
                "quote": ("Around cells; empty for none.", ["anyOf": [sign, ["const": ""]]]),
                "escape": ("Before signs that are meant as themselves.", sign),
                "booleans": (
                    "What boolean cells may say beside true and false.",
                    ManifestSchema.mapping(
                        DataOptionsDecoder.booleanFields,
                        ["true": ("Words for true.", filledTexts), "false": ("Words for false.", filledTexts)])
                ),
            ])
    }

    private static var expectations: JSONValue {
        let count: JSONValue = ["type": "integer", "minimum": 0]
        let column = ManifestSchema.mapping(
            ExpectationsDecoder.columnFields,
            [
                "required": ("Each row has it, neither null nor empty.", ["type": "boolean"]),
                "unique": ("No value occurs twice.", ["type": "boolean"]),
                "pattern": ("A regular expression that is found in it.", filledText),
                "min": ("The least number.", ["type": "number"]),
                "max": ("The greatest number.", ["type": "number"]),
                "max_length": ("Characters, at most.", count),
                "one_of": (
                    "The values that there are.",
                    ["type": "array", "minItems": 1, "items": ["anyOf": [text, ["type": "null"]]]]
                ),
            ])
        return ManifestSchema.mapping(
            ExpectationsDecoder.fields,
            [
                "rows": (
                    "How many rows there are.",
                    ManifestSchema.mapping(
                        ExpectationsDecoder.rowFields,
                        [
                            "min": ("At least.", count), "max": ("At most.", count),
                            "max_change_percent": (
                                "More or fewer than at the last upload, at most.",
                                ["type": "integer", "minimum": 0, "maximum": 1000]
                            ),
                        ])
                ),
                "columns": ("What fields are like.", ManifestSchema.map(of: column)),
            ])
    }
}

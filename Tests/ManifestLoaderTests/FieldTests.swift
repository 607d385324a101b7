import ManifestLoader
import Model
import Testing

/// What is wrong with one manifest, with the place (`§`) of each problem, in order.
struct ProblemCase: Sendable, CustomTestStringConvertible {
    var source: String
    var expected: [String]

    init(_ source: String, _ expected: String...) {
        self.source = source
        self.expected = expected
    }

    /// With a spec that is otherwise fine.
    init(spec: String, _ expected: String...) {
        source = manifest(spec: spec)
        self.expected = expected
    }

    var testDescription: String { expected.first ?? source }

    /// Loads the source alone and compares; a message may be followed by ` | help`.
    func check(secrets: (any SecretSource)? = nil) {
        let marked = MarkedText(source)
        let workspace = Workspace(["a.yaml": marked.text, "data/x.csv": "id\n1\n", "data/x.json": "[]"])
        let found = workspace.load(secrets: secrets).diagnostics.map { diagnostic in
            let place = diagnostic.location.map { "\($0.line):\($0.column)" } ?? "-"
            return "\(place) \(diagnostic.severity.rawValue): \(diagnostic.message) | \(diagnostic.help ?? "")"
        }
        #expect(found.count == expected.count, "found: \(found)")
        for (index, pair) in zip(found, expected).enumerated() {
            let severity = pair.1.hasPrefix("warning: ") ? "" : "error: "
            let place = marked.places.indices.contains(index) ? marked.places[index] : "?"
            let wanted = "\(place) \(severity)\(pair.1)"
            let shown = pair.1.contains(" | ") ? pair.0 : String(pair.0.prefix { $0 != "|" }.dropLast())
            #expect(shown == wanted)
        }
    }
}

@Suite struct FieldTests {
    static let known =
        "known fields: name, primary_key, description, data_connection_uuid, data, external_api_details, references, lifecycle, checks, consumers"

    @Test(arguments: [
        ProblemCase("§[1]", "a manifest must be a mapping, not a list | begin it with \"apiVersion: reconcile/v1\""),
        ProblemCase("§text", "a manifest must be a mapping, not \"text\""),
        ProblemCase(
            "§§a: 1", "kind is missing | add \"kind: DataConnection\" or \"kind: Policy\"", "apiVersion is missing"),
        ProblemCase(
            "apiVersion: §reconcile/v2\nkind: Policy\n",
            "unknown apiVersion \"reconcile/v2\" | this version of reconcile knows reconcile/v1"),
        ProblemCase(
            "apiVersion: reconcile/v1\nkind: §Dataconnection\n",
            "unknown kind \"Dataconnection\" | did you mean \"DataConnection\"?"),
        ProblemCase(
            "apiVersion: reconcile/v1\nkind: §Secret\n",
            "unknown kind \"Secret\" | known kinds: DataConnection, DataConnectionPatch, Policy"),
        ProblemCase("§kind: Policy\nspec: {}", "apiVersion is missing | add \"apiVersion\""),
        ProblemCase(
            "§§apiVersion: reconcile/v1\nkind: DataConnection\n", "metadata is missing | add \"metadata\"",
            "spec is missing"),
        ProblemCase(
            "apiVersion: reconcile/v1\nkind: DataConnection\nmetadata: §{}\nspec: {name: §\"\", primary_key: §~}",
            "metadata.name is missing | add \"name\" to metadata", "spec.name must not be empty",
            "spec.primary_key must not be empty | give it a value"
        ),
        ProblemCase(
            "apiVersion: reconcile/v1\nkind: DataConnection\nmetadata: {name: §Foo}\nspec: §name",
            "metadata.name \"Foo\" is not a valid name | use 1 to 63 of a-z, 0-9, \".\", \"_\" and \"-\", beginning with a letter or a digit",
            "spec must be a mapping, not \"name\" | \(known)"),
        ProblemCase(spec: "§primry_key: x", "unknown field \"primry_key\" in spec | did you mean \"primary_key\"?"),
        ProblemCase(spec: "§primaryKey: x", "unknown field \"primaryKey\" in spec | did you mean \"primary_key\"?"),
        ProblemCase(spec: "§wombat: x", "unknown field \"wombat\" in spec | \(known)"),
        ProblemCase(spec: "§name: again", "the key \"name\" occurs twice in one mapping | keep one of the two"),
        ProblemCase(spec: "§<<: {a: 1}", "merge keys (<<) are not part of YAML 1.2"),
        ProblemCase(spec: "description: §{a: b}", "spec.description must be a string, not a mapping"),
        ProblemCase(spec: "description: §!!int 5", "spec.description must be a string, not tagged otherwise"),
        ProblemCase(spec: "description: §!custom 5", "the tag \"!custom\" is not known here | remove the tag"),
        ProblemCase(spec: "references: §!!map []", "the tag \"!!map\" is not known here"),
        ProblemCase(
            spec: "lifecycle: {protect: §§!!bool 5}", "\"5\" does not fit its tag !!bool",
            "spec.lifecycle.protect must be true or false, not \"5\""),
        ProblemCase(
            spec: "description: §\"x [reconcile owner=a key=b]\"",
            "spec.description holds text of an ownership marker, \"[reconcile\" | remove it: reconcile writes the marker itself, behind the text that the manifest gives"
        ),
        ProblemCase(
            spec: "description: §cut short [recon", "spec.description holds text of an ownership marker, \"[reconcile\""
        ),
        ProblemCase(
            spec: "data_connection_uuid: §abc",
            "spec.data_connection_uuid \"abc\" is not a UUID | copy the connection's data_connection_uuid, 8-4-4-4-12 hexadecimal digits"
        ),
        ProblemCase(
            spec: "data_connection_uuid: §123e4567-e89b-12d3-a456-42661417400g",
            "spec.data_connection_uuid \"123e4567-e89b-12d3-a456-42661417400g\" is not a UUID"),
        ProblemCase(
            spec: "lifecycle: {protect: §yes, suspend: §\"true\"}",
            "spec.lifecycle.protect must be true or false, not \"yes\" | write true or false",
            "spec.lifecycle.suspend must be true or false, not the string \"true\" | write true or false without quotes"
        ),
        ProblemCase(spec: "references: §{a: b}", "spec.references must be a list, not a mapping | write it as [a, b]"),
        ProblemCase(
            spec: "references: [§{reference_type: mail}, {reference_type: sms, reference_id: §\" \"}, §5]",
            "spec.references[0].reference_id is missing | add \"reference_id\" to spec.references[0]",
            "spec.references[1].reference_id must not be empty", "spec.references[2] must be a mapping, not 5"),
        ProblemCase(
            spec: "references: [{reference_type: mail, reference_id: 7}, §{reference_id: \"7\", reference_type: mail}]",
            "the reference to mail \"7\" is given twice | remove one"),
        ProblemCase(
            spec: "description: §a ${env:RECONCILE_X}",
            "a reference to a secret is not allowed here | ${env:…} and ${credential:…} may stand in the strings of external_api_details only"
        ),
        ProblemCase(
            "apiVersion: reconcile/v1\nkind: DataConnection\nmetadata: {name: a, renamed_from: §a, labels: {x: §, §\"${env:RECONCILE_A}\": b, y: §[]}}\nspec: {name: a, primary_key: b}",
            "metadata.renamed_from is the manifest's own name", "metadata.labels.x must not be empty",
            "a reference to a secret is not allowed here", "metadata.labels.y must be a string, not a list"),
        ProblemCase(spec: "§5: x", "unknown field \"5\" in spec"),
        ProblemCase(spec: "§[a]: x", "a key must be a string, not a list"),
    ])
    func wrongFieldsAreReportedWhereTheyStand(_ problem: ProblemCase) { problem.check() }

    @Test(arguments: [
        ProblemCase(
            spec: "data: {files: [data/x.csv]}\n§external_api_details: {url: \"https://a.b\", http_method: GET}",
            "spec.data and spec.external_api_details exclude each other | a connection is upload-based or API-based; keep one of the two"
        ),
        ProblemCase(spec: "data: §{}", "spec.data.files is missing | add \"files\" to spec.data"),
        ProblemCase(spec: "data: §data/x.csv", "spec.data must be a mapping, not \"data/x.csv\""),
        ProblemCase(spec: "data: {files: §data/x.csv}", "spec.data.files must be a list, not \"data/x.csv\""),
        ProblemCase(
            spec: "data: {files: §[]}",
            "spec.data.files must not be empty | name a file, or leave spec.data out where the rows are uploaded by somebody else"
        ),
        ProblemCase(
            spec: "data: {files: [§~, §data/x.txt, §\"data/*.txt\"]}",
            "spec.data.files[0] must not be empty",
            "\"data/x.txt\" is not a data file by its name | data files end in .csv, .tsv, .json, .ndjson or .jsonl, each also with .gz behind it",
            "\"data/*.txt\" is not a data file by its name"),
        ProblemCase(
            spec: "data: {files: [data/x.csv], columns: {a: §int, b: §numbr, §\"\": number}}",
            "spec.data.columns.a must be string, number, boolean or json, not \"int\" | write number",
            "spec.data.columns.b must be string, number, boolean or json, not \"numbr\" | did you mean \"number\"?",
            "a name in spec.data.columns must not be empty"),
        ProblemCase(
            spec: "data: {files: [data/x.json], §columns: {a: number}}",
            "spec.data.columns has no effect: none of the files is CSV | remove it; JSON carries the types of its values itself"
        ),
        ProblemCase(
            spec: "data: {files: [data/x.csv], ttl_seconds: §0}", "spec.data.ttl_seconds must be at least 1, not 0"),
        ProblemCase(
            spec: "data: {files: [data/x.csv], ttl_seconds: §1.5}",
            "spec.data.ttl_seconds must be a whole number, not 1.5"),
        ProblemCase(
            spec: "data: {files: [data/x.csv], ttl_seconds: §\"60\"}",
            "spec.data.ttl_seconds must be a whole number, not the string \"60\" | write the number without quotes"),
        ProblemCase(
            spec: "data: {files: [data/x.csv], ttl_seconds: §99999999999999999999}",
            "spec.data.ttl_seconds is too large: 99999999999999999999"),
        ProblemCase(
            spec: "data: {files: [data/x.csv], removed_rows: §purge, on_row_error: §skipp}",
            "spec.data.removed_rows must be keep or delete, not \"purge\" | write one of keep, delete",
            "spec.data.on_row_error must be fail or skip, not \"skipp\" | did you mean \"skip\"?"),
    ])
    func wrongDataIsReportedWhereItStands(_ problem: ProblemCase) { problem.check() }

    @Test(arguments: [
        ProblemCase(policy("owner: §\"A b\""), "spec.owner \"A b\" is not a valid name"),
        ProblemCase(
            policy("ownership: §markr"),
            "spec.ownership must be marker or state, not \"markr\" | did you mean \"marker\"?"),
        ProblemCase(
            policy("prune: §true"),
            "spec.prune needs an explicit owner | add \"owner\" to spec, so that no other directory's connections can be deleted"
        ),
        ProblemCase(policy("max_delete_percent: §101"), "spec.max_delete_percent must be between 0 and 100, not 101"),
        ProblemCase(policy("max_removed_percent: §-1"), "spec.max_removed_percent must be between 0 and 100, not -1"),
        ProblemCase(policy("max_row_errors: §-1"), "spec.max_row_errors must be at least 0, not -1"),
        ProblemCase(policy("adopt: §on"), "spec.adopt must be true or false, not \"on\""),
        ProblemCase(policy("§onwer: a"), "unknown field \"onwer\" in spec | did you mean \"owner\"?"),
        ProblemCase(
            "apiVersion: reconcile/v1\nkind: Policy\n§metadata: {}", "unknown field \"metadata\" in a manifest"),
    ])
    func wrongPoliciesAreReportedWhereTheyStand(_ problem: ProblemCase) { problem.check() }

    static func policy(_ spec: String) -> String {
        "apiVersion: reconcile/v1\nkind: Policy\nspec:\n  \(spec)\n"
    }
}

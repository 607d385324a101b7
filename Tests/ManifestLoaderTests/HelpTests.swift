import Foundation
import Model
import Testing

@testable import ManifestLoader

/// Slips that everybody makes once, each with the help that it needs.
@Suite struct HelpTests {
    private func diagnostics(_ text: String) -> [Diagnostic] {
        ManifestLoader.read(text: text, path: "m.yaml").diagnostics
    }

    private func help(_ spec: String) -> String {
        diagnostics(
            "apiVersion: reconcile/v1\nkind: DataConnection\nmetadata: {name: a}\nspec:\n  name: A\n  primary_key: id\n\(spec)\n"
        ).compactMap(\.help).joined(separator: "\n")
    }

    @Test(arguments: [
        ("  protect: true", "put it under spec.lifecycle"), ("  ttl_seconds: 60", "put it under spec.data"),
        ("  labels: {a: b}", "put it under metadata"), ("  url: https://x", "put it under spec.external_api_details"),
        ("  data: {files: [a.csv], delimiter: \";\"}", "put it under spec.data.csv"),
        ("  data: {files: [a.csv], ttl_seconds: 7d}", "it is in seconds: write 604800"),
        ("  external_api_details: {url: https://x, http_method: GET, timeout: 10s}", "it is in seconds: write 10"),
        ("  data: {files: a.csv}", "write it as [a.csv]"),
        ("  data: {files: [a.csv], columns: {a: integer}}", "write number"),
        ("  data: {files: [a.csv], columns: {a: Bool}}", "write boolean"),
        ("  data: {files: [a.csv], ttl_seconds: \"1,5\"}", "write the number without quotes"),
        ("  data: {files: [a.csv], ttl_seconds: 604.800.000}", "write 604800000, without signs"),
        ("  data:\n    files: [a.csv]\n    expect:\n      columns:\n        a:\n          min: 1,5", "write 1.5 or 15"),
        ("  references: [{reference_typ: mail, reference_id: 1}]", "did you mean \"reference_type\"?"),
    ])
    func slips(spec: String, wanted: String) { #expect(help(spec).contains(wanted), "\(help(spec))") }

    @Test func aBodyOfTheAPI() {
        let found = diagnostics(
            "{\"name\": \"Customer Profiles (EU)\", \"primary_key\": \"id\", \"external_api_details\": null}\n")
        #expect(found.count == 1)
        #expect(found.first?.message == "this is a connection as the API has it, not a manifest")
        #expect(found.first?.help?.contains("        metadata: {name: customer-profiles-eu}\n        spec:") == true)
    }

    @Test func conflictsOfAMerge() {
        let found = diagnostics(
            "apiVersion: reconcile/v1\n<<<<<<< HEAD\nkind: Policy\n=======\nkind: DataConnection\n>>>>>>> x\n")
        #expect(found.first?.message == "a merge conflict is not resolved", "\(found)")
        #expect(found.first?.location?.line == 2)
    }

    @Test func bytesOfLatin1() {
        let bytes = Array("apiVersion: reconcile/v1\nkind: Policy # gr".utf8) + [0xFC] + Array("n\n".utf8)
        var workspace = bytes
        workspace.removeAll()
        let findings = Findings(source: SourceFile(path: "m.yaml", bytes: bytes))
        YAMLComposer.documents(of: findings) { _ in }
        #expect(findings.finish().first?.help?.contains("Latin-1 or Windows-1252") == true, "\(findings.finish())")
    }

    @Test func theThingIsUnderlined() {
        let found = diagnostics("apiVersion: reconcile/v1\nkind: Polici\nspec: {owner: a}\n")
        #expect(
            found.first?.rendered.contains("    kind: Polici\n          ^~~~~~\n") == true,
            "\(found.first?.rendered ?? "")")
    }

    @Test func aFileOfAnotherCase() {
        let workspace = Workspace()
        workspace.write("data/Customers.csv", "id\n1\n")
        workspace.write(
            "a.yaml",
            "apiVersion: reconcile/v1\nkind: DataConnection\nmetadata: {name: a}\nspec: {name: A, primary_key: id, data: {files: [data/customers.csv]}}\n"
        )
        let problems = workspace.load().desired?.connections.first?.data?.problems ?? []
        #expect(problems.first?.help == "did you mean \"Customers.csv\"?", "\(problems)")
    }
}

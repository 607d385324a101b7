import Foundation
import JSON
import TestSupport
import Testing

/// What the page about data files shows is what is printed.
@Suite struct DataFilesPageTests {
    private static let rows = "id,email,age\nu1,ada@example.com,36\nu2,grace@example.com,\nu3,june@example.com,151\n"
    private static let manifest = """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: shop}
        spec:
          name: Shop
          primary_key: id
          data:
            files: [customers.csv]

        """

    private func directory(_ manifest: String, _ rows: String) throws -> TemporaryDirectory {
        let directory = TemporaryDirectory()
        directory.write("Manifests/shop.yaml", Array(manifest.utf8))
        directory.write("Manifests/customers.csv", Array(rows.utf8))
        return directory
    }

    @Test func theProfile() async throws {
        let place = try directory(Self.manifest, Self.rows)
        let run = try await Program.run(["profile"], directory: place.url)
        #expect(
            try Handbook.page("DataFiles").text.contains("```\n\(run.out.trimmingCharacters(in: .newlines))\n```"),
            "\(run.out)")
    }

    @Test func theViolation() async throws {
        let page = try Handbook.page("DataFiles").text
        let expectations =
            "    expect:\n      rows: {max: 2000000, max_change_percent: 20}\n      columns:\n"
            + "        email: {required: true, unique: true, pattern: \"@\"}\n        age: {min: 0, max: 130}\n"
        let place = try directory(
            Self.manifest + expectations, Self.rows.replacing("grace@example.com,", with: "grace@example.com,200"))
        let run = try await Program.run(["validate"], directory: place.url)
        #expect(page.contains("```\n\(run.err.trimmingCharacters(in: .newlines))\n```"), "\(run.err)")
    }

    /// Each dialect of the table is one that a manifest may declare.
    @Test func theDialectsAreValid() async throws {
        let rows = try Handbook.page("DataFiles").rows(under: "CSV of other programs")
        #expect(rows.count >= 11)
        for row in rows {
            for span in Page.codeSpans(in: row[1]) where span.contains(":") {
                let settings = span.replacing("[…]", with: "[id, email]")
                let place = try directory(
                    Self.manifest.replacing("[customers.csv]", with: "[customers.csv]\n    \(settings)"), Self.rows)
                let run = try await Program.run(["validate", "--output", "json"], directory: place.url)
                let problems = try JSONValue.parse(run.out.utf8)["diagnostics"]?.arrayValue ?? []
                // The rows are not of that dialect; the manifest must be right.
                let ofManifest = problems.filter { $0["place"]?["path"]?.stringValue?.hasSuffix(".yaml") == true }
                #expect(ofManifest.isEmpty, "\(row[0]): \(ofManifest.map(\.compactText))")
            }
        }
    }
}

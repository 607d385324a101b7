import Foundation
import JSON
import TestSupport
import Testing

/// What the page about data files declares is what a manifest may declare.
@Suite struct DataFilesPageTests {
    private static let rows = "id,email\nu1,ada@example.com\n"
    static let manifest = """
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

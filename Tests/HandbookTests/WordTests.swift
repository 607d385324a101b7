import Emulator
import JSON
import Planner
import TestSupport
import Testing

/// Words that stand in documents because they stand in output, in manifests, or after an option.
@Suite struct WordTests {
    @Test func everyCauseIsDocumented() throws {
        let causes = try Handbook.page("PlansAndDeletes").names(under: "Why")
        #expect(Set(causes) == Set(Cause.allCases.map(\.rawValue)))
    }

    @Test func everyRefusalIsDocumented() throws {
        let codes = try Handbook.page("PlansAndDeletes").names(under: "Refusals")
        #expect(Set(codes) == Set(Refusal.Code.allCases.map(\.rawValue)))
    }

    @Test func everyDialectAndEveryFaultIsDocumented() throws {
        let page = try Handbook.page("Emulator")
        #expect(Set(page.names(under: "Dialects")) == Set(Dialect.allCases.map(\.rawValue)))
        #expect(Set(page.names(under: "Faults")) == Set(Fault.Kind.allCases.map(\.rawValue)))
    }

    /// Readers copy them.
    @Test func everyManifestInADocumentIsValid() async throws {
        var count = 0
        for page in try Handbook.everything() {
            // Those of a repository of several directories are run by a test of that page.
            for manifest in page.manifests
            where !["DataConnectionPatch", "include: [", "${var:host}", "${var:brand}"].contains(
                where: manifest.contains)
            {
                let place = try Account()
                try place.write("shown.yaml", manifest)
                try place.write("data/customer-profiles.csv", "user_id,lifetime_value,vip\n1,2.5,true\n")
                let document = try await place.run(["validate", "--output", "json"])
                #expect(document["valid"] == true, "\(page.name): \(document.prettyText)")
                count += 1
            }
        }
        #expect(count >= 4)
    }

    /// By the schema, which is made of the tables that the loader reads.
    @Test func everyFieldOfAManifestIsDocumented() async throws {
        let schema = try JSONValue.parse(try await Program.run(["manifest-schema"]).out.utf8)
        let page = try Handbook.page("Manifests")
        for (kind, heading) in [("DataConnection", "Fields"), ("Policy", "The Policy")] {
            let (all, leaves) = Self.fields(of: try #require(schema["$defs"]?[kind]), at: "")
            let documented = Set(page.names(under: heading))
            let known = Set(page.names(under: "Fields")).intersection(["apiVersion", "kind"])
            #expect(leaves.subtracting(documented.union(known)).isEmpty, "\(kind) has fields that no table has")
            #expect(documented.subtracting(all).isEmpty, "\(kind) has no such fields")
        }
    }

    /// Paths of all fields, and of those without fields of their own.
    private static func fields(of schema: JSONValue, at path: String) -> (all: Set<String>, leaves: Set<String>) {
        var found: (all: Set<String>, leaves: Set<String>) = ([], [])
        func take(_ more: (all: Set<String>, leaves: Set<String>)) {
            found.all.formUnion(more.all)
            found.leaves.formUnion(more.leaves)
        }
        for property in schema["properties"]?.objectValue ?? [] {
            let name = path.isEmpty ? property.key : "\(path).\(property.key)"
            let below = fields(of: property.value, at: name)
            take(below)
            found.all.insert(name)
            if below.all.isEmpty { found.leaves.insert(name) }
        }
        if let items = schema["items"], path.isEmpty == false { take(fields(of: items, at: path + "[]")) }
        for choice in schema["anyOf"]?.arrayValue ?? [] { take(fields(of: choice, at: path)) }
        return found
    }
}

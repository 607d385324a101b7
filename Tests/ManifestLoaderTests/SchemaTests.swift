import Foundation
import JSON
import Model
import Testing

@testable import ManifestLoader

/// The schema that editors read says what the loader says, on every document of the corpus.
@Suite struct SchemaTests {
    /// One document of a file in `Corpus`, under the comment in front of it.
    struct Sample: Sendable, CustomTestStringConvertible {
        var title: String
        var text: String
        var testDescription: String { title }
    }

    static let accepted = samples("accepted")
    static let refused = samples("refused")
    /// Rules that only the loader can check, each under why a schema cannot.
    static let loaderOnly = samples("loader-only")

    private static func samples(_ name: String) -> [Sample] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus/\(name).yaml")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n---\n", omittingEmptySubsequences: false).dropFirst().map { document in
            let title = document.prefix { $0 != "\n" }
            return Sample(title: String(title.dropFirst(2)), text: document.dropFirst(title.count) + "\n")
        }
    }

    private static let validator = SchemaValidator(root: ManifestSchema.document)

    /// The document as an editor sees it: plain scalars by the core schema.
    private static func json(_ text: String) -> JSONValue {
        var root = JSONValue.null
        YAMLComposer.documents(of: Findings(source: SourceFile(path: "sample.yaml", bytes: Array(text.utf8)))) {
            root = json($0)
        }
        return root
    }

    private static func json(_ node: YAMLNode) -> JSONValue {
        switch node.content {
        case .sequence(let elements): .array(elements.map(json))
        case .mapping(let pairs): .object(pairs.map { JSONMember($0.key, json($0.value)) })
        case .scalar(let scalar):
            switch scalar.value {
            case .null: .null
            case .bool(let value): .bool(value)
            case .integer(let text), .float(let text): .number(text)
            case .string(let text): .string(text)
            // No JSON at all; some readers make it a string.
            case .notFinite: .string(scalar.text)
            }
        }
    }

    private static func errors(_ sample: Sample) -> [String] {
        ManifestLoader.read(text: sample.text, path: "sample.yaml").diagnostics.filter { $0.severity == .error }
            .map(\.message)
    }

    @Test func theCorpusIsThere() {
        #expect(Self.accepted.count >= 48 && Self.refused.count >= 210 && Self.loaderOnly.count >= 17)
    }

    @Test(arguments: accepted) func bothAccept(_ sample: Sample) {
        #expect(Self.errors(sample) == [])
        #expect(Self.validator.problems(with: Self.json(sample.text)) == [])
    }

    @Test(arguments: refused) func bothRefuse(_ sample: Sample) {
        #expect(!Self.errors(sample).isEmpty, "the loader accepts it")
        #expect(!Self.validator.problems(with: Self.json(sample.text)).isEmpty, "the schema accepts it")
    }

    @Test(arguments: loaderOnly) func onlyTheLoaderRefuses(_ sample: Sample) {
        #expect(!Self.errors(sample).isEmpty, "the loader accepts it")
        #expect(Self.validator.problems(with: Self.json(sample.text)) == [], "the schema can tell after all")
    }

    /// Every field that a decoder knows stands in the schema, and no other.
    @Test func theFieldsAreThoseOfTheDecoders() throws {
        let definitions = try #require(ManifestSchema.document["$defs"])
        func fields(_ path: String...) -> [String] { fields(path) }
        func fields(_ path: [String]) -> [String] {
            let place = path.reduce(definitions as JSONValue?) { found, name in
                let properties = found?["properties"]?[name] ?? found?[name]
                // A field that may be left out hides its schema behind `anyOf`.
                return properties?["anyOf"]?.arrayValue?.first ?? properties
            }
            return place?["properties"]?.objectValue?.map(\.key) ?? []
        }
        #expect(fields("DataConnection") == ConnectionDecoder.documentFields)
        #expect(fields("DataConnection", "metadata") == ConnectionDecoder.metadataFields)
        #expect(fields("DataConnection", "spec") == ConnectionDecoder.specFields)
        #expect(fields("DataConnection", "spec", "data") == ConnectionDecoder.dataFields)
        let data = ["DataConnection", "spec", "data"]
        #expect(fields(data + ["csv"]) == DataOptionsDecoder.csvFields)
        #expect(fields(data + ["json"]) == DataOptionsDecoder.jsonFields)
        #expect(fields(data + ["expect"]) == ExpectationsDecoder.fields)
        #expect(fields(data + ["expect", "rows"]) == ExpectationsDecoder.rowFields)
        #expect(fields("DataConnection", "spec", "lifecycle") == ConnectionDecoder.lifecycleFields)
        #expect(fields("DataConnection", "spec", "references", "items") == ConnectionDecoder.referenceFields)
        #expect(fields("DataConnection", "spec", Field.detailsName) == DetailsDecoder.fields)
        #expect(fields("Policy") == PolicyDecoder.documentFields)
        #expect(fields("Policy", "spec") == PolicyDecoder.specFields)
    }

    /// What lies in `Manifests` fits.
    @Test func theSamplesOfTheRepositoryFit() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        var count = 0
        for name in ["customers.yaml", "policy.yaml", "products.yaml"] {
            let text = try String(contentsOf: root.appending(path: "Manifests/\(name)"), encoding: .utf8)
            for document in ("\n" + text).split(separator: "\n---\n") {
                #expect(Self.validator.problems(with: Self.json(String(document))) == [], "\(name)")
                count += 1
            }
        }
        #expect(count >= 3)
    }

    /// The loader's verdict on a value with a line break at its end, where engines of patterns differ.
    @Test func aLineBreakAtTheEndIsPartOfTheText() {
        let manifest = "apiVersion: reconcile/v1\nkind: Policy\nspec: {owner: \"abc\\n\"}\n"
        #expect(!Self.errors(Sample(title: "", text: manifest)).isEmpty)
        #expect(!Self.validator.problems(with: Self.json(manifest)).isEmpty)
    }
}

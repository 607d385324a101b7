import JSON
import ManifestLoader
import Model
import Testing

@testable import ManifestWriter

/// Whatever a writer puts down, our own loader reads back.
@Suite struct YAMLWriterTests {
    /// `external_api_details.body` of a manifest with this body, as the loader reads it.
    private static func readBack(_ body: JSONValue) throws -> JSONValue {
        var writer = YAMLWriter()
        writer.member("apiVersion", "reconcile/v1", depth: 0)
        writer.member("kind", "DataConnection", depth: 0)
        writer.member("metadata", ["name": "one"], depth: 0)
        writer.open("spec", depth: 0)
        writer.member("name", "One", depth: 1)
        writer.member("primary_key", "id", depth: 1)
        writer.member(
            "external_api_details", ["url": "https://example.com", "http_method": "POST", "body": body], depth: 1)
        let read = ManifestLoader.read(text: writer.text, path: "one.yaml")
        let wrong = read.diagnostics.filter { $0.severity == .error && !$0.message.contains("has no value in sample") }
        try #require(wrong.isEmpty, "\(wrong.map(\.rendered).joined(separator: "\n"))")
        return try #require(read.connections.first?.details?["body"]).revealed()
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func everyStringComesBackAsItWas(_ seed: UInt64) throws {
        var source = HostileStrings(seed: seed)
        var strings: [JSONMember] = []
        // Those of all seeds, and random ones of this; a placeholder would need a sample value.
        for index in 0..<60 {
            let text = source.string().replacing("{sku}", with: "{ sku }")
            strings.append(JSONMember("k\(index)", .string(text)))
        }
        let written = JSONValue.object(
            strings.map { JSONMember($0.key, .string(CredentialFinder.escaped($0.value.stringValue ?? ""))) })
        let back = try Self.readBack(written)
        for member in strings { #expect(back[member.key] == member.value, "seed \(seed), \(member.value.compactText)") }
    }

    @Test func theFixedOnesComeBackOneByOne() throws {
        for text in HostileStrings.fixed where text != "{sku}" {
            let back = try Self.readBack(["k": .string(CredentialFinder.escaped(text))])
            #expect(back["k"] == .string(text), "\(JSONValue.string(text).compactText)")
        }
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func everyKeyAndShapeComesBack(_ seed: UInt64) throws {
        var source = HostileStrings(seed: seed)
        for _ in 0..<20 {
            let document = Self.randomObject(&source, depth: 4)
            // The loader sorts keys; what counts is that all of them are there.
            #expect(try Self.readBack(document).isEquivalent(to: document), "seed \(seed): \(document.compactText)")
        }
    }

    private static func randomObject(_ source: inout HostileStrings, depth: Int) -> JSONValue {
        var members: [JSONMember] = []
        for _ in 0..<Int.random(in: 1...4, using: &source) {
            let key = source.string()
            // `${` means something in values and `${env:` in keys; two spellings of one text are one key to a loader.
            if key.contains("${") || members.contains(where: { $0.key == key }) { continue }
            members.append(JSONMember(key, randomValue(&source, depth: depth)))
        }
        return .object(members)
    }

    private static func randomValue(_ source: inout HostileStrings, depth: Int) -> JSONValue {
        let numbers = ["0", "-0", "1", "1.50", "1E400", "1e-7", "-12345678901234567890", "0.1e+2"]
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &source) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &source))
        case 2: return .number(numbers.randomElement(using: &source) ?? "0")
        case 3, 4: return .string(source.string().replacing("{", with: "("))
        case 5:
            return .array(
                (0..<Int.random(in: 0...3, using: &source)).map { _ in randomValue(&source, depth: depth - 1) })
        default: return randomObject(&source, depth: depth - 1)
        }
    }

    @Test func whatReadsWellIsWrittenPlain() {
        for text in ["Customer profiles", "Zürich", "https://example.com/a", "a:b", "it's", "Lists, weekly"] {
            #expect(YAMLText.inline(text) == text)
        }
        for text in ["no", "1742", "a: b", "x #y", "", " a", "- a", "*", "true", "1:30", "\u{202E}x"] {
            #expect(YAMLText.inline(text).hasPrefix("\""), "\(text)")
        }
        #expect(YAMLText.isBlock("a\n\nb") && !YAMLText.isBlock("a \nb"), "nobody sees a blank at the end of a line")
        #expect(YAMLText.quoted("a\u{202E}\u{0}\"\n") == #""a\u202E\x00\"\n""#)
    }

    @Test func aCommentNeverEndsItsLine() {
        var writer = YAMLWriter()
        writer.comment("name: a\u{85}b\rc\u{2028}d")
        #expect(writer.text == "# name: a?b?c?d\n")
    }

    @Test func layoutIsThatOfAManifest() {
        var writer = YAMLWriter()
        writer.member(
            "spec",
            [
                "description": "Two\nlines", "empty": [:], "none": [],
                "references": [["reference_type": "mail", "reference_id": "1"], ["a"], "b"],
            ], depth: 0)
        #expect(
            writer.text == """
                spec:
                  description: |-
                    Two
                    lines
                  empty: {}
                  none: []
                  references:
                    - reference_type: mail
                      reference_id: "1"
                    -
                      - a
                    - b

                """)
    }
}

import ManifestLoader
import Model
import Testing

@Suite struct YAMLTests {
    @Test(arguments: [
        ProblemCase("a: 1\n§\tb: 2\n", "a tab cannot be used for indentation in YAML | indent with blanks"),
        ProblemCase("a: §@x\n", "a plain value cannot begin with \"@\" | put the value in quotes"),
        ProblemCase("a: b§: c\n", "a colon is not allowed here"),
        ProblemCase("a: §\"x\nb: 1\n", "the quoted text that begins here is not closed | add the missing quote"),
        ProblemCase("a: [1, 2\nb§: 3\n", "',' or ']' is expected here"),
        ProblemCase("- 1\n§a: 2\n", "an item of the list, \"- \", is expected here"),
        ProblemCase("a:\n  b: 1\n §c: 2\n", "a key of the mapping is expected here"),
        ProblemCase("a: 1\n§just text\n", "a colon is missing after this key"),
        ProblemCase("a: §*x\n", "the alias *x has no anchor before it in this document"),
        ProblemCase("a: &x [§*x]\n", "the alias *x stands inside of what it stands for"),
        ProblemCase("a: &x {b: §*x}\n", "the alias *x stands inside of what it stands for"),
        ProblemCase("é: \"ü\" §x\n", "a key of the mapping is expected here"),
    ])
    func syntaxIsExplained(_ problem: ProblemCase) { problem.check() }

    @Test func bytesThatAreNoTextAreNamedWithTheirPlace() {
        let workspace = Workspace()
        workspace.write("a.yaml", Array("a: é".utf8) + [0xFF, 0x0A])
        workspace.write("b.yaml", Array("a: 1\nb: x".utf8) + [0x00, 0x0A])
        workspace.write("c.yaml", [0xFF, 0xFE, 0x61, 0x00])
        workspace.write("d.yaml", [0x61, 0x00, 0x3A, 0x00])
        workspace.write("e.yaml", Array("a: \u{1B}[31m\n".utf8))
        #expect(
            workspace.problems() == [
                "a.yaml:1:5: error: the file holds bytes that are not UTF-8",
                "b.yaml:2:5: error: the file holds a control character, which YAML does not allow",
                "c.yaml:1:1: error: the file is not UTF-8 but looks like UTF-16",
                "d.yaml:1:1: error: the file is not UTF-8 but looks like UTF-16",
                "e.yaml:1:4: error: the file holds a control character, which YAML does not allow",
            ])
    }

    @Test func aByteOrderMarkIsNoCharacter() {
        #expect(Workspace(["a.yaml": "\u{FEFF}kind: X\n"]).problems() == ["a.yaml:1:7: error: unknown kind \"X\""])
    }

    @Test func linesEndAsOnAnySystem() {
        let lines = ["apiVersion: reconcile/v1", "kind: Policy", "spec:", "  x: 1"]
        for end in ["\n", "\r\n", "\r", "\u{85}", "\u{2028}"] {
            let diagnostics = Workspace(["a.yaml": lines.joined(separator: end) + end]).load().diagnostics
            #expect(diagnostics.map { "\($0.location?.line ?? 0):\($0.location?.column ?? 0)" } == ["4:3"])
            #expect(diagnostics.first?.sourceLine == "  x: 1")
        }
    }

    /// Where the text does not stand in the line as it is, the beginning of the scalar is named.
    @Test func columnsWithinScalarsAreExactOrTheBeginning() {
        for (text, column) in [
            ("'a ${X}'", 13), ("\"é${X}\"", 12), ("a${X}", 11), ("'it''s ${X}'", 10), ("\"\\x41${X}\"", 10),
            ("&a 'b${X}'", 10),
        ] {
            let source = DetailsTests.call("body:\n  a: \(text)")
            let found = Workspace(["a.yaml": source]).load().diagnostics.map { $0.location?.column }
            #expect(found == [column], "\(text)")
        }
    }

    @Test func documentsAfterABrokenOneAreStillChecked() {
        let source = "kind: A\n---\na: [1\n---\nkind: B\n--- \nx: }\n---\nkind: C\n"
        #expect(
            Workspace(["a.yaml": source]).problems() == [
                "a.yaml:1:7: error: unknown kind \"A\"", "a.yaml:4:1: error: ',' or ']' is expected here",
                "a.yaml:5:7: error: unknown kind \"B\"",
                "a.yaml:7:4: error: a value is expected here",
                "a.yaml:9:7: error: unknown kind \"C\"",
            ])
    }

    @Test func aliasesStandForWhatIsAnchored() throws {
        let source = """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: &n one, labels: {a: *n}}
            spec: {name: *n, primary_key: id, references: [&r {reference_type: sms, reference_id: 1}]}
            """
        let loaded = Workspace(["a.yaml": source]).load()
        #expect(loaded.desired?.connections.first?.name == "one")
        #expect(loaded.desired?.connections.first?.labels == ["a": "one"])
    }

    @Test func aProblemInAnAliasIsReportedWhereTheAliasStands() {
        ProblemCase(
            spec: "description: &a {x: y}\ndata_connection_uuid: *a".replacing("&a", with: "§&a").replacing(
                "*a", with: "§*a"),
            "spec.description must be a string, not a mapping",
            "spec.data_connection_uuid must be a string, not a mapping"
        ).check()
    }

    @Test func expansionOfAliasesIsLimited() {
        var source = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            source += "a\(level): &a\(level) [\(items)]\n"
        }
        #expect(
            Workspace(["a.yaml": source]).problems().first
                == "a.yaml:4:45: error: the aliases of this document add more than 10000 nodes")
    }

    @Test func depthIsLimited() {
        let source = "a: " + String(repeating: "[", count: 100_000)
        #expect(Workspace(["a.yaml": source]).problems() == ["a.yaml:1:68: error: nested deeper than 64 levels"])
    }

    @Test func documentsAndSizeAreLimited() {
        let workspace = Workspace(["a.yaml": String(repeating: "--- ~\n", count: 10_001)])
        workspace.write("b.yaml", Array(repeating: UInt8(ascii: "#"), count: 4 * 1024 * 1024 + 1))
        #expect(
            workspace.problems() == [
                "a.yaml:10001:1: error: the file holds more than 10000 documents",
                "b.yaml:1:1: error: the file is larger than 4 MiB",
            ])
    }

    @Test func problemsOfOneFileAreLimited() throws {
        let source = "apiVersion: reconcile/v1\nkind: Policy\nspec:\n" + (0..<5000).map { "  zzz\($0): 1\n" }.joined()
        let problems = Workspace(["a.yaml": source]).problems()
        #expect(problems.count == 1001)
        #expect(problems.last == "a.yaml:1003:3: error: 4000 more problems in this file are not shown")
    }

    @Test func plainScalarsAreStringsWhereStringsAreWanted() throws {
        let source = """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: 123, labels: {a: no, b: 1.0, c: 0x1F}}
            spec:
              name: 1742
              primary_key: true
              description: 2026-01-01
              references: [{reference_type: on, reference_id: 1_000}, {reference_type: !!str 5, reference_id: !!str ~}]
            """
        let connection = try #require(Workspace(["a.yaml": source]).load().desired?.connections.first)
        #expect(connection.key == "123")
        #expect(connection.labels == ["a": "no", "b": "1.0", "c": "0x1F"])
        #expect(connection.name == "1742")
        #expect(connection.primaryKey == "true")
        #expect(connection.description == "2026-01-01")
        #expect(connection.references == [Reference(type: "on", id: "1_000"), Reference(type: "5", id: "~")])
    }

    @Test func nullIsLeftOut() throws {
        let source = manifest(
            spec: "description: ~\nreferences:\ndata: null\nlifecycle: Null\nexternal_api_details: NULL")
        let connection = try #require(Workspace(["a.yaml": source]).load().desired?.connections.first)
        #expect(connection.description == nil)
        #expect(connection.references == nil)
        #expect(connection.data == nil)
        #expect(connection.details == nil)
    }

    @Test func integersAndBooleansHaveTheFormsOfYAML12() throws {
        let source = manifest(
            spec: "lifecycle: {protect: TRUE, suspend: False}\ndata: {files: [\"*.csv\"], ttl_seconds: 0x10}")
        let connection = try #require(Workspace(["a.yaml": source, "x.csv": ""]).load().desired?.connections.first)
        #expect(connection.isProtected)
        #expect(!connection.isSuspended)
        #expect(connection.data?.ttlSeconds == 16)
    }

    @Test func numbersOfABodyBecomeExactJSON() throws {
        let numbers = [
            ("0xffffffffffffffffffffffff", "79228162514264337593543950335"), ("+1", "1"), ("-.5", "-0.5"),
            ("-0", "-0"), ("1e5", "1e5"), ("1.E+05", "1.0E+05"), ("00.10", "0.10"), ("0o0", "0"),
            ("12345678901234567890.123", "12345678901234567890.123"),
        ]
        let fields = numbers.indices.map { "n\($0): \(numbers[$0].0)" }.joined(separator: ", ")
        let source = DetailsTests.call("body: {\(fields)}")
        let details = try #require(Workspace(["a.yaml": source]).load().desired?.connections.first?.details)
        for (index, number) in numbers.enumerated() {
            #expect(details["body"]?["n\(index)"] == .number(number.1))
        }
    }

    @Test(arguments: [
        "1_000", "0b1", "0x", "0xG", "1e", "--1", "1.2.3", "+.", ".", "-a", "yes", "No", "nulL", "0o8", "-.nan", "12e",
        "1:30",
    ])
    func whatOnlyLooksLikeANumberIsAString(_ text: String) throws {
        let details = try #require(
            Workspace(["a.yaml": DetailsTests.call("body:\n  a: \(text)")]).load().desired?.connections.first?.details)
        #expect(details["body"]?["a"] == .string(ConfigString(text)))
    }
}

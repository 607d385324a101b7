import Model
import TestSupport
import Testing

@testable import DataFiles

@Suite struct PrimaryKeyTests {
    let files = TemporaryDirectory()

    @Test func aDuplicateNamesBothLines() {
        let set = dataSet([
            files.file("a.csv", "id,b\n1,\"x\ny\"\n2,x\n"),
            files.file("b.ndjson", "\n{\"id\":3}\n{\"b\":1,\"id\":\"2\"}\n"),
        ])
        guard case .failure(let found) = survey(set) else {
            Issue.record("the key was accepted twice")
            return
        }
        #expect(
            found.diagnostics == [
                Diagnostic(
                    .error, "the primary key \"2\" occurs twice", at: SourceLocation(path: "b.ndjson", line: 3),
                    help:
                        "keep one of the two rows; where several columns together tell rows apart, make one column of them and "
                        + "that the primary_key",
                    notes: [
                        Diagnostic.Note(
                            "it occurs here first (as \"2\")", at: SourceLocation(path: "a.csv", line: 4))
                    ])
            ])
        #expect(!found.canRetry)
    }

    @Test func everyRepetitionIsReportedAgainstTheFirst() {
        let set = dataSet([files.file("a.csv", "id\n7\n8\n7\n8\n7\n")])
        #expect(
            problems(set) == [
                "a.csv:4:1: the primary key \"7\" occurs twice", "a.csv:5:1: the primary key \"8\" occurs twice",
                "a.csv:6:1: the primary key \"7\" occurs twice",
            ])
    }

    @Test func manyDuplicatesAreCounted() {
        let set = dataSet([files.file("a.csv", "id\n" + String(repeating: "7\n", count: 100))])
        let found = problems(set)
        #expect(found.count == 21)
        #expect(found.last == "a.csv:22:1: 79 more problems in these data files")
    }

    /// Under one reading of keys or the other: by text as sent, or by value.
    @Test(arguments: [
        ("1", "\"1\""), ("1", "1.0"), ("1.0", "\"1\""), ("10e-1", "1"), ("0", "-0.0"), ("1", "\"1.0\""),
        ("100", "1e2"), ("\"100\"", "1e2"), ("1.50", "\"1.5\""), ("-0", "\"0\""),
    ])
    func keysThatMayBeOne(first: String, second: String) {
        let set = dataSet([files.file("a.ndjson", "{\"id\":\(first)}\n{\"id\":\(second)}\n")])
        #expect(problems(set) == ["a.ndjson:2:1: the primary key \(second) may be the same as \(first)"])
    }

    @Test func escapesAreNoSpelling() {
        let set = dataSet([files.file("a.ndjson", "{\"id\":\"a\\u0062\"}\n{\"id\":\"ab\"}\n")])
        #expect(problems(set) == ["a.ndjson:2:1: the primary key \"ab\" occurs twice"])
    }

    @Test(arguments: [
        ("\"1\"", "\"1.0\""), ("\"1.1\"", "\"1.10\""), ("\"7\"", "\"007\""), ("7", "\"007\""), ("1", "\"+1\""),
        ("\"a\"", "\"A\""), ("\"\u{E9}\"", "\"e\u{301}\""), ("\"1\"", "\" 1\""),
    ])
    func keysThatDoNot(first: String, second: String) {
        #expect(problems(dataSet([files.file("a.ndjson", "{\"id\":\(first)}\n{\"id\":\(second)}\n")])).isEmpty)
    }

    @Test(arguments: [
        ("{\"b\":1}", "this row has no \"id\", the primary key"), ("{}", "this row has no \"id\", the primary key"),
        ("{\"ID\":1}", "this row has no \"id\", the primary key"),
        ("{\"id\":null}", "the primary key \"id\" of this row is empty"),
        ("{\"id\":\"\"}", "the primary key \"id\" of this row is empty"),
        ("{\"id\":true}", "the primary key \"id\" of this row is a boolean; keys are strings or numbers"),
        ("{\"id\":[1]}", "the primary key \"id\" of this row is an object or array; keys are strings or numbers"),
        ("{\"id\":{}}", "the primary key \"id\" of this row is an object or array; keys are strings or numbers"),
    ])
    func rowsWithoutAKey(row: String, message: String) {
        #expect(problems(dataSet([files.file("a.ndjson", "{\"id\":1}\n\(row)\n")])) == ["a.ndjson:2:1: \(message)"])
        #expect(
            problems(dataSet([files.file("a.json", "[{\"id\":1},\n\n\(row)]")])) == ["a.json:3:1: \(message)"])
    }

    @Test func namesAreComparedUnescaped() {
        #expect(problems(dataSet([files.file("a.ndjson", "{\"\\u0069d\":1}")])).isEmpty)
        let set = dataSet([files.file("a.ndjson", "{\"\\u0069d\":1,\"id\":1}")])
        #expect(problems(set) == ["a.ndjson:1:14: the key \"id\" occurs twice in one object"])
    }

    @Test func objectsOfManyFields() {
        let names = (0..<300).map { "\"f\($0 * 7 % 300)\":\($0)" }.joined(separator: ",")
        #expect(problems(dataSet([files.file("a.ndjson", "{\(names),\"id\":1}\n{\"id\":2,\(names)}")])).isEmpty)
        let set = dataSet([files.file("a.ndjson", "{\"id\":1,\(names),\"f5\":1}")])
        #expect(problems(set).count == 1)
        #expect(problems(set)[0].contains("the key \"f5\" occurs twice"))
    }

    /// Names that have to be unescaped are kept together while a row is digested, however many they are.
    @Test func manyEscapedNames() throws {
        func row(_ prefix: String) -> String {
            let names = (0..<60).map { "\"\(prefix)\($0)-\(String(repeating: "y", count: 200))\":\($0)" }
            return "{\(names.joined(separator: ",")),\"id\":1}"
        }
        let escaped = try survey(dataSet([files.file("a.ndjson", row("\\u0078"))])).get()
        #expect(try survey(dataSet([files.file("b.ndjson", row("x"))])).get().digest == escaped.digest)
    }
}

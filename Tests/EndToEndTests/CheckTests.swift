import Foundation
import JSON
import TestSupport
import Testing

/// Checks, and the commands that ask the account.
@Suite struct CheckTests {
    private let rows = "user_id,email,value,vip\nu1,a@example.com,10.5,true\nu2,b@example.com,7,false\n"

    private func manifest(_ checks: String) -> String {
        """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: profiles}
        spec:
          name: Profiles
          primary_key: user_id
          data: {files: [p.csv], columns: {value: number, vip: boolean}}
          checks:
        \(checks)
        """
    }

    private func scratch(_ checks: String) throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write("p.csv", rows)
        try scratch.write("p.yaml", manifest(checks))
        return scratch
    }

    private let good = """
            - sample: 2
            - query: {primary_key: u1}
              expect: {email: a@example.com, value: 10.50, vip: true}
            - schema: {value: number, vip: boolean}
            - emarsys: {parameters: {user_id: u1}, fields: [email], expect: {email: a@example.com}}
        """

    @Test func checksThatHoldAreQuiet() async throws {
        let scratch = try scratch(good)
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let pass = try await scratch.reconcile([], against: emulator)
        #expect(pass.status == 0, "\(pass.all)")
        let before = try scratch.stateContents()
        let check = try await scratch.reconcile(["check"], against: emulator)
        #expect(check.status == 0)
        #expect(check.out == "profiles: 4 of 4 checks hold\n4 checks of 1 connection: all hold.\n")
        #expect(try scratch.stateContents() == before)
    }

    @Test(arguments: [
        (
            "    - query: {primary_key: u1}\n      expect: {email: other}\n      within: 0",
            "wanted email: \"other\", and it is \"a@example.com\""
        ),
        ("    - query: {primary_key: nobody}\n      within: 0", "wanted a record, and there is none"),
        ("    - query: {primary_key: u1}\n      expect: {phone: '1'}\n      within: 0", "and there is no phone"),
        ("    - schema: {value: string}\n      within: 0", "wanted value of type string, and it is of type number"),
        ("    - schema: {age: number}\n      within: 0", "and the schema has no such field"),
        (
            "    - emarsys: {parameters: {user_id: u9}, fields: [email]}\n      within: 0",
            "there is no item for contact 1"
        ),
    ])
    func aCheckThatDoesNotHoldSaysWhy(check: String, words: String) async throws {
        let scratch = try scratch(check)
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let pass = try await scratch.reconcile([], against: emulator)
        #expect(pass.status == 1)
        #expect(pass.err.contains("Manifests/p.yaml:9:7: the check"), "\(pass.err)")
        #expect(pass.err.contains(words), "\(pass.err)")
        let alone = try await scratch.reconcile(["check"], against: emulator)
        #expect(alone.status == 1)
        #expect(alone.out.contains(words), "\(alone.out)")
    }

    @Test func aSampleFindsWhatSomebodyChanged() async throws {
        let scratch = try scratch("    - sample: 2\n      within: 0")
        let emulator = try await EmulatorProcess(directory: scratch.root)
        #expect(try await scratch.reconcile([], against: emulator).status == 0)
        try scratch.write("p.csv", rows.replacing("b@example.com", with: "c@example.com"))
        let check = try await scratch.reconcile(["check"], against: emulator)
        #expect(check.status == 1)
        #expect(check.out.contains("wanted email as in the row at Manifests/p.csv:3"), "\(check.out)")
        #expect(!check.out.contains("c@example.com"))
    }

    @Test(arguments: [
        ("    - sample: 2\n      query: {primary_key: u1}", "holds several checks"),
        ("    - within: 2", "says nothing to check"), ("    - sample: 0", "between 1 and 10000"),
        ("    - query: {placeholder_values: {a: b}}", "primary_key is missing"),
        ("    - schema: {a: number}\n      expect: {a: 1}", "does not belong to this check"),
        ("    - emarsys: {parameters: {a: b}, fields: [\"first name\"]}", "Emarsys cannot ask for"),
        ("    - smaple: 2", "unknown field"),
    ])
    func aCheckThatMakesNoSenseIsAnError(check: String, words: String) async throws {
        let scratch = try scratch(check)
        let run = try await scratch.reconcile(["validate"])
        #expect(run.status == 3)
        #expect(run.err.contains(words), "\(run.err)")
    }

    @Test func consumersLookAtTheRows() async throws {
        let scratch = try Scratch()
        try scratch.write("p.json", #"[{"id": "a", "tags": ["x"], "first name": "b"}]"#)
        try scratch.write(
            "p.yaml",
            """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: profiles}
            spec: {name: Profiles, primary_key: id, data: {files: [p.json]}, consumers: [emarsys]}
            """)
        let run = try await scratch.reconcile(["validate"])
        #expect(run.status == 0)
        #expect(run.err.contains("Emarsys throws items away whose \"tags\" is a list or an object"), "\(run.err)")
        #expect(run.err.contains("Emarsys cannot ask for the field \"first name\""))
    }

    @Test func aBatchAnswersInOrder() async throws {
        let scratch = try scratch("    - sample: 1")
        let emulator = try await EmulatorProcess(directory: scratch.root)
        #expect(try await scratch.reconcile([], against: emulator).status == 0)
        var input = ""
        for number in 0..<2500 { input += number % 2 == 0 ? "\"u1\"\n" : "\"u\(number)\"\n" }
        let run = try await scratch.reconcile(
            ["query", "profiles", "--batch", "-"], against: emulator, input: input + "x\n")
        #expect(run.status == 1)
        let lines = run.out.split(separator: "\n").map(String.init)
        #expect(lines.count == 2501)
        #expect(lines[0] == #"{"user_id":"u1","email":"a@example.com","value":10.5,"vip":true}"#)
        #expect(lines[3] == #"{"error":"Record not found"}"#)
        #expect(lines[2498] == lines[0])
        #expect(lines[2500].contains("this line is not JSON"))
        let requests = try await emulator.admin("GET", "requests")["requests"]?.arrayValue ?? []
        #expect(requests.filter { $0["path"]?.stringValue?.hasSuffix("api_batch_query") == true }.count == 3)
    }

    @Test func theSchemaIsATable() async throws {
        let scratch = try scratch("    - sample: 1")
        let emulator = try await EmulatorProcess(directory: scratch.root)
        #expect(try await scratch.reconcile([], against: emulator).status == 0)
        let run = try await scratch.reconcile(["schema", "profiles"], against: emulator)
        #expect(run.out == "user_id  string\nemail    string\nvalue    number\nvip      boolean\n")
        let wrong = try await scratch.reconcile(["schema", "profile"], against: emulator)
        #expect(wrong.status == 1)
        #expect(wrong.err.contains("did you mean \"profiles\"?"))
    }

    @Test func emarsysIsAskedAsEmarsysWould() async throws {
        let scratch = try scratch("    - sample: 1")
        let emulator = try await EmulatorProcess(directory: scratch.root)
        #expect(try await scratch.reconcile([], against: emulator).status == 0)
        let run = try await scratch.reconcile(
            ["emarsys", "profiles", "--parameter", "user_id=u1", "--parameter", "user_id=u9", "--field", "email"],
            against: emulator)
        #expect(run.status == 1)
        #expect(run.out == #"{"user_id":"u1","email":"a@example.com"}"# + "\n")
        #expect(run.err == "error: there is no item for contact 2\n")
    }
}

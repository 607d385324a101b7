import Foundation
import JSON
import TestSupport
import Testing

/// `reconcile doctor` against the emulator in each of its dialects: it names that dialect's deviation and no other.
@Suite struct DoctorTests {
    static let dialects = [
        "wrapped-list", "wrapped-list-items", "wrapped-list-data", "bare-list-items", "stale-list", "masked-headers",
        "trimmed-descriptions", "truncated-descriptions", "defaults-filled", "empty-as-null", "replacing-put",
        "put-ignores-details", "put-empty-answer", "no-repeat-of-completed", "no-loc", "no-delete-data",
        "keys-by-value", "duplicate-references", "forbidden-keys", "forbidden-keys-403",
    ]

    private func deviations(_ emulator: EmulatorProcess, _ scratch: Scratch, _ arguments: [String] = ["--write"])
        async throws
        -> (names: Set<String>, run: Program.Run)
    {
        let run = try await scratch.reconcile(["doctor", "--output", "json"] + arguments, against: emulator)
        let findings = try JSONValue.parse(Array(run.out.utf8))["findings"]?.arrayValue ?? []
        return (Set(findings.compactMap { $0["deviation"]?.stringValue }), run)
    }

    @Test func nothingDeviatesFromTheContractItself() async throws {
        let scratch = try Scratch()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let (names, run) = try await deviations(emulator, scratch)
        #expect(names.isEmpty)
        #expect(run.status == 0, "\(run.all)")
        #expect(!run.all.contains("key-of-the-tests"))
        let left = try await emulator.admin("GET", "connections")["connections"]?.arrayValue
        #expect(left == [])
        // All paths and methods of the contract.
        let requests = try await emulator.admin("GET", "requests")["requests"]?.arrayValue ?? []
        let base = "/api/data-connections/v1/connections"
        let kinds = Set(
            requests.map { request -> String in
                let path = (request["path"]?.stringValue ?? "").dropFirst(base.count).split(separator: "/")
                let shape = path.enumerated().map { $0 == 0 || $0 == 2 && path[1] == "references" ? "*" : String($1) }
                return "\(request["method"]?.stringValue ?? "") /\(shape.joined(separator: "/"))"
            })
        #expect(
            kinds == [
                "GET /", "POST /", "GET /*", "PUT /*", "DELETE /*", "POST /*/upload_data", "PUT /*/update_data",
                "DELETE /*/delete_data", "POST /*/query", "POST /*/api_batch_query", "GET /*/schema",
                "GET /*/references", "POST /*/references", "DELETE /*/references/*",
                "POST /*/external-content/emarsys",
            ])
    }

    @Test(arguments: dialects) func aDialectIsNamed(dialect: String) async throws {
        let scratch = try Scratch()
        let emulator = try await EmulatorProcess(["--dialect", dialect], directory: scratch.root)
        let (names, _) = try await deviations(emulator, scratch)
        #expect(names == [dialect])
    }

    @Test func aPageOfTheListIsNoList() async throws {
        let scratch = try Scratch()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        for number in 0..<3 {
            try scratch.write(
                "\(number).yaml",
                "apiVersion: reconcile/v1\nkind: DataConnection\nmetadata: {name: c\(number)}\nspec: {name: C, primary_key: id}\n"
            )
        }
        #expect(try await scratch.reconcile([], against: emulator).status == 0)
        try await emulator.admin("POST", "dialects", #"{"dialects": ["paged-list"]}"#)
        let (names, run) = try await deviations(emulator, scratch)
        #expect(names == ["paged-list"])
        #expect(run.status == 1)
    }

    @Test func withoutWriteItOnlyReads() async throws {
        let scratch = try Scratch()
        let emulator = try await EmulatorProcess(directory: scratch.root)
        _ = try await deviations(emulator, scratch, [])
        let requests = try await emulator.admin("GET", "requests")["requests"]?.arrayValue ?? []
        #expect(requests.allSatisfy { $0["method"]?.stringValue == "GET" })
        #expect(requests.count >= 2)
    }

    @Test func whatAKilledRunLeftIsRemoved() async throws {
        let scratch = try Scratch()
        let emulator = try await EmulatorProcess(["--fault", "held@POST:2"], directory: scratch.root)
        let killed = Task { try await scratch.reconcile(["doctor", "--write"], against: emulator) }
        while try await emulator.admin("GET", "stats")["faults"]?["held"] == nil {}
        killed.cancel()
        try await emulator.admin("POST", "faults", "{}")
        let (names, run) = try await deviations(emulator, scratch)
        #expect(names.isEmpty)
        #expect(run.out.contains("removed "))
        try await emulator.admin("POST", "release")
        _ = try? await killed.value
    }

    @Test func wrongKeysEndIt() async throws {
        let scratch = try Scratch()
        let emulator = try await EmulatorProcess(
            ["--accept-keys", "right,brand-of-the-tests"], directory: scratch.root)
        let run = try await scratch.reconcile(["doctor", "--write"], against: emulator)
        #expect(run.status == 4)
        #expect(run.out.contains("x-api-key is wrong or expired"), "\(run.out)")
        #expect(!run.out.contains("x-brand-key is wrong"))
    }
}

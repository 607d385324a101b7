import Foundation
import JSON
import TestSupport
import Testing

/// Tables that nobody here made, out of packages of PyPI: `.ci/real-tables` fetches them and reads them by itself.
@Suite struct RealTablesTests {
    private struct Table: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var path: String
        var key: String
        /// Of `spec.data`, beside the files.
        var data: String
        /// The rows as another reader finds them, a line of JSON each.
        var expected: String

        var testDescription: String { name }
    }

    private static let tables: [Table] = {
        guard let path = ProcessInfo.processInfo.environment["RECONCILE_TABLES"], !path.isEmpty,
            let bytes = FileManager.default.contents(atPath: path)
        else { return [] }
        return (try? JSONDecoder().decode([Table].self, from: bytes)) ?? []
    }()

    @Test(.enabled(if: !tables.isEmpty, "RECONCILE_TABLES names no list; run .ci/real-tables"))
    func thereAreEnough() { #expect(Self.tables.count >= 12) }

    @Test(arguments: tables)
    private func everyRowQueriedBackIsAsAnotherReaderFindsIt(table: Table) async throws {
        let scratch = try Scratch()
        let source = URL(filePath: table.path)
        let file = source.lastPathComponent
        try FileManager.default.copyItem(at: source, to: scratch.manifests.appending(path: file))
        try scratch.write(
            "table.yaml",
            """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: table}
            spec: {name: Table, primary_key: \(table.key), data: {files: [\(file)]\(table.data.isEmpty ? "" : ", ")\(table.data)}}

            """)
        let emulator = try await EmulatorProcess(directory: scratch.root)
        let first = try await scratch.reconcile([], against: emulator)
        #expect(first.status == 0, "\(first.all)")
        let before = try await emulator.requests().count
        #expect(try await scratch.reconcile([], against: emulator).status == 0)
        scratch.forgetState()
        #expect(try await scratch.reconcile([], against: emulator).status == 0)
        #expect(try await scratch.reconcile(["--dry-run", "--detailed-exitcode"], against: emulator).status == 0)
        #expect(try await emulator.writes(from: before) == [])
        #expect(try await scratch.reconcile(["profile"]).status == 0)

        let expected = try String(contentsOfFile: table.expected, encoding: .utf8).split(separator: "\n").map {
            try JSONValue.parse($0.utf8)
        }
        #expect(expected.count > 30)
        let keys = expected.compactMap { $0[table.key]?.compactText }
        let queried = try await scratch.reconcile(
            ["query", "table", "-"], against: emulator, input: keys.joined(separator: "\n") + "\n")
        #expect(queried.status == 0, "\(queried.err.prefix(500))")
        let answers = try queried.out.split(separator: "\n").map { try JSONValue.parse($0.utf8) }
        #expect(answers.count == expected.count)
        for (answer, row) in zip(answers, expected) where !answer.isEquivalent(to: row) {
            Issue.record("\(answer.compactText) is not \(row.compactText)")
            break
        }
    }
}

import Foundation
import JSON
import TestSupport
import Testing

/// Tables that nobody here made, out of the PyPI package `vega_datasets`: `.ci/real-tables` fetches and names them.
@Suite struct RealTablesTests {
    private static let tables = ProcessInfo.processInfo.environment["RECONCILE_TABLES"].flatMap {
        $0.isEmpty ? nil : $0
    }

    @Test(
        .enabled(if: tables != nil, "RECONCILE_TABLES names no directory; run .ci/real-tables"),
        arguments: [("airports.csv", "iata"), ("seattle-weather.csv", "date")])
    func everyRowQueriedBackEqualsItsLine(table: String, primaryKey: String) async throws {
        let source = URL(filePath: try #require(Self.tables)).appending(path: table)
        let scratch = try Scratch()
        let text = try String(contentsOf: source, encoding: .utf8)
        try scratch.write(table, text)
        try scratch.write(
            "table.yaml",
            """
            apiVersion: reconcile/v1
            kind: DataConnection
            metadata: {name: table}
            spec: {name: Table, primary_key: \(primaryKey), data: {files: [\(table)]}}

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

        // An independent reading of the file: Python's csv module.
        let script = """
            import csv, json, sys
            for row in csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8")): print(json.dumps(row, ensure_ascii=False))
            """
        let lines = try await Program.onThread {
            let python = Process()
            python.executableURL = URL(filePath: "/usr/bin/env")
            python.arguments = ["python3", "-c", script, source.path]
            let pipe = Pipe()
            python.standardOutput = pipe
            try python.run()
            let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            python.waitUntilExit()
            return text.split(separator: "\n").map(String.init)
        }
        let expected = try lines.map { try JSONValue.parse($0.utf8) }
        #expect(expected.count > 1000)
        let keys = expected.compactMap { $0[primaryKey]?.stringValue }
        let queried = try await scratch.reconcile(
            ["query", "table", "-"], against: emulator, input: keys.joined(separator: "\n") + "\n")
        #expect(queried.status == 0, "\(queried.err.prefix(500))")
        let answers = try queried.out.split(separator: "\n").map { try JSONValue.parse($0.utf8) }
        #expect(answers.count == expected.count)
        for (answer, row) in zip(answers, expected) where !answer.isEquivalent(to: row) {
            Issue.record("\(answer.compactText) is not \(row.compactText)")
        }
    }
}

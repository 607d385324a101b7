import Foundation
import TestSupport
import Testing

/// What stderr shows on a terminal, through script(1).
@Suite struct TerminalTests {
    private func validate(columns: Int, term: String) async throws -> String {
        let scratch = try Scratch()
        try scratch.write(
            "shop.yaml",
            "apiVersion: reconcile/v1\nkind: DataConnection\nmetadata: {name: a-shop-of-a-rather-long-name}\n"
                + "spec: {name: Shop, primary_key: id, data: {files: [rows.csv]}}\n")
        try scratch.write("rows.csv", "id,name\n" + (0..<300_000).map { "u\($0),Name \($0)\n" }.joined())
        let command = "stty cols \(columns); '\(Program.path)' validate Manifests"
        let run = try await Program.run(
            ["-qec", command, "/dev/null"], through: "/usr/bin/env", "script",
            environment: ["TERM": term, "PATH": "/usr/bin:/bin", "TMPDIR": scratch.root.path], directory: scratch.root)
        #expect(run.status == 0, "\(run.all)")
        return run.out
    }

    @Test func barsFitANarrowTerminalAndAreWiped() async throws {
        let shown = try await validate(columns: 50, term: "xterm")
        let lines = shown.components(separatedBy: CharacterSet(charactersIn: "\r\n")).map {
            $0.replacing("\u{1B}[K", with: "")
        }
        #expect(lines.allSatisfy { $0.count < 50 }, "\(lines)")
        #expect(lines.contains("Valid: 1 file, 1 connection, 300,000 rows."))
    }

    @Test func aDumbTerminalGetsNoControlSequences() async throws {
        #expect(try await !validate(columns: 80, term: "dumb").contains("\u{1B}"))
    }
}

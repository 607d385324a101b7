import Foundation
import JSON
import Testing

/// `reconcile profile`: what somebody looks at before saying what rows should be like.
@Suite struct ProfileTests {
    private static func manifest(_ settings: String = "") -> String {
        """
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata: {name: shop}
        spec:
          name: Shop
          primary_key: id
          data:
            files: [rows.csv]
            sensitive: [mail]
        \(settings)
        """
    }

    private func scratch() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write("shop.yaml", Self.manifest())
        let rows = (0..<120).map { row in
            "u\(row),private\(row)@example.com,\(row % 3 == 0 ? "" : "\(row * 5 - 7).5"),\(row % 2 == 0 ? "true" : "FALSE"),"
                + "\(row % 2 == 0 ? "gold" : "\"no, thanks\""),\"[\(row)]\",00\(row),\n"
        }
        try scratch.write("rows.csv", "id,mail,score,vip,tier,tags,zip,none\n" + rows.joined())
        return scratch
    }

    @Test func aTableAndALineForEachColumn() async throws {
        let run = try await scratch().reconcile(["profile", "--output", "json"])
        #expect(run.status == 0, "\(run.all)")
        #expect(!run.all.contains("private"))
        let set = try #require(JSONValue.parse(run.out.utf8)["data_sets"]?.arrayValue?.first)
        #expect(set["rows"]?.intValue == 120)
        let columns = set["columns"]?.arrayValue ?? []
        func column(_ name: String) -> JSONValue? { columns.first { $0["name"]?.stringValue == name } }
        #expect(
            columns.map { $0["type"]?.stringValue } == [
                "string", "string", "number", "boolean", "string", "json", "string", "empty",
            ])
        #expect(column("score")?["min"]?.compactText == "-2.5" && column("score")?["max"]?.compactText == "588.5")
        #expect(column("score")?["nulls"]?.intValue == 40 && column("score")?["distinct"]?.intValue == 80)
        #expect(column("mail")?["min"]?.isNull == true && column("mail")?["example"]?.isNull == true)
        #expect(column("mail")?["longest"]?.intValue == 22)
        #expect(column("none")?["nulls"]?.intValue == 120)
    }

    /// What it prints to begin with is what the files meet.
    @Test func whatItPrintsToBeginWithHolds() async throws {
        let scratch = try scratch()
        let run = try await scratch.reconcile(["profile"])
        let all = run.out.components(separatedBy: "to begin with:\n\n")
        let lines = try #require(all.last).split(separator: "\n").map { "  " + $0 }
        #expect(run.out.contains("one_of: [gold, \"no, thanks\"]"), "\(run.out)")
        try scratch.write("shop.yaml", Self.manifest(lines.joined(separator: "\n")))
        let valid = try await scratch.reconcile(["validate"])
        #expect(valid.status == 0, "\(valid.all)")
        // And another file does not.
        try scratch.write("rows.csv", "id,mail,score,vip,tier,tags,zip,none\nu1,,1000,maybe,silver,[1,0,\n")
        #expect(try await scratch.reconcile(["validate"]).status == 3)
    }

    @Test func sensitiveColumnsHaveNoValueInAnyForm() async throws {
        let scratch = try scratch()
        for form in ["text", "markdown", "json"] {
            let run = try await scratch.reconcile(["profile", "--output", form])
            #expect(!run.all.contains("private") && run.out.contains("mail"), "\(form)")
        }
    }

    @Test func rowsThatCannotBeReadAreSaid() async throws {
        let scratch = try scratch()
        try scratch.write("rows.csv", "id;mail\n1;a\n")
        let run = try await scratch.reconcile(["profile"])
        #expect(run.status == 3)
        #expect(run.err.contains("declare csv: {delimiter: \";\"}"))
    }
}

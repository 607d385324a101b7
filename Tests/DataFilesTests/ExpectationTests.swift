import Model
import TestSupport
import Testing

@testable import DataFiles

/// What is expected of rows is held against each, before anything is done with them.
@Suite struct ExpectationTests {
    let files = TemporaryDirectory()

    private func problems(
        _ text: String, name: String = "a.csv", columns: [String: ColumnType] = [:], _ expected: [Expectations.Column],
        rows: Expectations.Rows = Expectations.Rows()
    ) -> [Diagnostic] {
        var set = dataSet([files.file(name, text)], columns: columns)
        set.expectations.columns = expected
        set.expectations.rows = rows
        set.expectations.places["columns.v.min"] = SourceLocation(path: "m.yaml", line: 9)
        guard case .failure(let found) = survey(set) else { return [] }
        return found.diagnostics
    }

    private func column(_ change: (inout Expectations.Column) -> Void) -> [Expectations.Column] {
        var column = Expectations.Column(name: "v")
        change(&column)
        return [column]
    }

    private func shown(_ diagnostics: [Diagnostic]) -> [String] {
        diagnostics.map { "\($0.location?.line ?? 0): \($0.message)" }
    }

    @Test func eachRuleHasItsRows() {
        let text = "id,v\n1,a@b\n2,\n3,x\n4,a@b\n5,yyyyyy\n"
        #expect(shown(problems(text, column { $0.isRequired = true })) == ["3: 1 of 5 rows: \"v\" is missing or empty"])
        #expect(
            shown(problems(text, column { $0.isUnique = true })) == [
                "5: 1 of 5 rows: \"v\" is that of another row, too"
            ])
        #expect(shown(problems(text, column { $0.pattern = "@" })) == ["4: 2 of 5 rows: \"v\" does not match @"])
        #expect(
            shown(problems(text, column { $0.pattern = "^[a-z@]{1,3}$" })) == [
                "6: 1 of 5 rows: \"v\" does not match ^[a-z@]{1,3}$"
            ])
        #expect(
            shown(problems(text, column { $0.maxLength = 5 })) == ["6: 1 of 5 rows: \"v\" is longer than 5 characters"])
        #expect(
            shown(problems(text, column { $0.oneOf = ["x", "a@b"] })) == ["6: 1 of 5 rows: \"v\" is none of x, a@b"])
        #expect(problems(text, column { $0.maxLength = 6 }).isEmpty)
    }

    @Test func boundsAreExact() {
        let text = "id,v\n1,9007199254740993\n2,0.1\n3,-1e400\n4,x\n"
        let found = problems(text, column { ($0.min, $0.max) = ("0.1", "9007199254740992") })
        #expect(
            shown(found) == [
                "4: 2 of 4 rows: \"v\" is below 0.1, or not a number",
                "2: 2 of 4 rows: \"v\" is above 9007199254740992, or not a number",
            ])
        #expect(found[0].notes.map(\.message) == ["and here", "it is expected here"])
        #expect(
            problems("id,v\n1,0.10\n2,1e1\n", columns: ["v": .number], column { ($0.min, $0.max) = ("0.1", "10") })
                .isEmpty)
    }

    @Test func valuesOfJSON() {
        let text = "{\"id\":1,\"v\":\"a\\u0040b\"}\n{\"id\":2}\n{\"id\":3,\"v\":null}\n{\"id\":4,\"v\":\"a@b\"}\n"
        #expect(problems(text, name: "a.ndjson", column { $0.pattern = "^a@b$" }).isEmpty)
        #expect(
            shown(problems(text, name: "a.ndjson", column { $0.isUnique = true })) == [
                "4: 1 of 4 rows: \"v\" is that of another row, too"
            ])
        #expect(
            shown(problems(text, name: "a.ndjson", column { $0.isRequired = true })) == [
                "2: 2 of 4 rows: \"v\" is missing or empty"
            ])
    }

    @Test func countsOfRows() {
        var rows = Expectations.Rows()
        rows.min = 3
        #expect(
            shown(problems("id\n1\n2\n", [], rows: rows)) == ["1: the file holds 2 rows, and at least 3 are expected"])
        rows.min = nil
        rows.max = 1
        #expect(
            shown(problems("id\n1\n2\n", [], rows: rows)) == ["1: the file holds 2 rows, and at most 1 are expected"])
    }

    @Test func aFieldThatNoRowHas() {
        let found = problems("id\n1\n", column { $0.maxLength = 3 })
        #expect(found.map(\.message) == ["`expect` names \"v\", and no row of this data set has that field"])
    }

    @Test func theFirstFiveAreNamedAndAllAreCounted() {
        let text = "id,v\n" + (1...1000).map { "\($0),\($0 % 2)\n" }.joined()
        let found = problems(text, column { $0.max = "0" })
        #expect(found.first?.message == "500 of 1,000 rows: \"v\" is above 0, or not a number")
        #expect(([found[0].location] + found[0].notes.map(\.location)).map { $0?.line } == [2, 4, 6, 8, 10])
        // Sorted on disk as in memory.
        var tuning = Tuning()
        tuning.sortBytes = 40 * 16
        var set = dataSet([files.file("b.csv", text)])
        set.expectations.columns = column { $0.isUnique = true }
        guard case .failure(let spilled) = survey(set, tuning: tuning) else { return }
        #expect(spilled.diagnostics.first?.message == "998 of 1,000 rows: \"v\" is that of another row, too")
        #expect(spilled.diagnostics.first?.location?.line == 4)
    }
}

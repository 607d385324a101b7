import Model
import TestSupport
import Testing

@testable import DataFiles

/// Rows within a JSON document.
@Suite struct JSONLayoutTests {
    let files = TemporaryDirectory()

    private func set(_ text: String, _ records: [String], key: String? = nil) -> DataSet {
        var set = dataSet([files.file("a.json", text)])
        set.json.records = records
        set.json.key = key
        return set
    }

    private func rows(_ text: String, _ records: [String], key: String? = nil) throws -> String {
        let set = set(text, records, key: key)
        let whole = try recordText(set)
        for size in [1, 2, 3, 5, 16] {
            var tuning = Tuning()
            tuning.readSize = size
            #expect(try recordText(set, tuning: tuning) == whole)
        }
        return whole
    }

    @Test func anArrayWithin() throws {
        #expect(
            try rows(
                #"{"meta": {"n": [1, {}, [], "x"], "e": {}}, "data": {"items": [ {"id": 1}, {"id": 2} ], "next": null}, "z": -1.5e3}"#,
                ["data", "items"]) == #"{"id":1},{"id":2}"#)
        #expect(try rows(#"{"a.b": [{"id":1}]}"#, ["a.b"]) == #"{"id":1}"#)
    }

    @Test func anObjectOfRows() throws {
        #expect(
            try rows(#"{"data": {"k1": {"v": 1}, "k\u0032": {}, "é": {"v": [2]}}}"#, ["data"], key: "id")
                == #"{"v":1,"id":"k1"},{"id":"k\u0032"},{"v":[2],"id":"é"}"#)
        #expect(try rows(#"{"k1": {"v": 1}}"#, [], key: "id") == #"{"v":1,"id":"k1"}"#)
    }

    @Test(arguments: [
        (#"{"data": []}"#, "1:12: there is no member \"rows\""),
        (#"{"rows": {"a": {}}}"#, "1:10: \"rows\" is not an array of objects"),
        (#"[{"id": 1}]"#, "1:1: the file is not an object"),
        (#"{"rows": [{"id": 1}], "rows": []}"#, "1:31: the member \"rows\" stands here twice"),
        (#"{"rows": [{"id": 1}], "x": tru}"#, "1:31: unexpected word"),
        (#"{"rows": [{"id": 1}] "x": 1}"#, "1:23: a comma and a member"),
        (#"{"rows": [{"id": 1}]"#, "an object around the rows is never closed"),
        (#"{"rows": [{"id": 1}]} 1"#, "1:23: unexpected text after the document"),
        (#"{"x": [1, 2, "rows": []}"#, "a comma or a closing bracket is expected"),
        (#"{"rows": [{"id": 1}, 5]}"#, "1:22: every record must be an object"),
    ])
    func documentsThatHaveNoRowsThere(text: String, problem: String) {
        let found = problems(set(text, ["rows"]))
        #expect(found.first?.contains(problem) == true, "\(found)")
    }

    @Test func theWayOut() {
        guard case .failure(let found) = survey(set(#"{"meta": {"a": [{}]}, "records": [{"id": 1}]}"#, [])) else {
            return
        }
        #expect(found.diagnostics.first?.help == "declare where the rows are: json: {records: records}")
    }

    @Test func aRowThatHasTheMemberItself() {
        let found = problems(set(#"{"k": {"id": 1}}"#, [], key: "id"))
        #expect(found == ["a.json:1:2: this row has a member \"id\" itself, and json.key gives it one of that name"])
    }
}

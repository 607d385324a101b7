import Model
import TestSupport
import Testing

@testable import DataFiles

@Suite struct CSVColumnTypeTests {
    let files = TemporaryDirectory()

    @Test(arguments: ["0", "-0", "12", "-12.50", "1e5", "1.5E-10", "0.1", "12345678901234567890.123"])
    func numbersAreSentAsWritten(cell: String) throws {
        let set = dataSet([files.file("a.csv", "id,n\n1,\(cell)\n2,\"\(cell)\"\n")], columns: ["n": .number])
        #expect(try recordText(set) == "{\"id\":\"1\",\"n\":\(cell)},{\"id\":\"2\",\"n\":\(cell)}")
    }

    @Test(arguments: ["01", "+1", ".5", "1.", "1e", "0x10", "1 ", " 1", "NaN", "Infinity", "1_000", "€5", "--1", "-"])
    func noNumbers(cell: String) {
        let set = dataSet([files.file("a.csv", "id,é,n\n1,é,\(cell)\n")], columns: ["n": .number])
        #expect(
            problems(set) == ["a.csv:2:5: \"\(cell)\" is not a number, but `columns` says that \"n\" is one"])
    }

    @Test func booleans() throws {
        let set = dataSet(
            [files.file("a.csv", "id,v\n1,true\n2,FALSE\n3,True\n4,\n5,\"\"\n")], columns: ["v": .boolean])
        #expect(
            try recordText(set)
                == #"{"id":"1","v":true},{"id":"2","v":false},{"id":"3","v":true},{"id":"4","v":null},{"id":"5","v":null}"#
        )
    }

    @Test(arguments: ["1", "yes", "tru", "truee", "t\u{12}ue", " true"])
    func noBooleans(cell: String) {
        let set = dataSet([files.file("a.csv", "id,v\n1,\(cell)\n")], columns: ["v": .boolean])
        #expect(
            problems(set) == [
                "a.csv:2:3: \"\(cell)\" is neither true nor false, but `columns` says that \"v\" is a boolean"
            ])
    }

    @Test func emptyCells() throws {
        let set = dataSet(
            [files.file("a.csv", "id,n,v,s,u\n1,,,,\n")], columns: ["n": .number, "v": .boolean, "s": .string])
        #expect(try recordText(set) == #"{"id":"1","n":null,"v":null,"s":"","u":""}"#)
    }

    @Test func everyBadCellOfARowOnce() {
        let set = dataSet([files.file("a.csv", "id,n,v\n1,x,\"2\n\"\n")], columns: ["n": .number, "v": .boolean])
        for readSize in [1, 3, 64] {
            #expect(
                problems(set, tuning: Tuning(readSize: readSize)).map { $0.prefix(11) } == [
                    "a.csv:2:3: ", "a.csv:2:6: ",
                ])
        }
    }

    @Test func aTypedPrimaryKey() throws {
        let set = dataSet([files.file("a.csv", "id\n1\n2\n")], columns: ["id": .number])
        #expect(try recordText(set) == #"{"id":1},{"id":2}"#)
    }

    @Test func aTypeForAColumnThatIsNotThere() {
        let csv = files.file("a.csv", "id,vip\n1,true\n")
        guard case .failure(let found) = survey(dataSet([csv], columns: ["vipp": .boolean])) else {
            Issue.record("the name was accepted")
            return
        }
        #expect(found.diagnostics[0].message.contains("\"vipp\""))
        #expect(found.diagnostics[0].help == "did you mean \"vip\"?")
        #expect(found.diagnostics[0].location == SourceLocation(path: "a.csv", line: 1))
        // One of several files is enough.
        let other = files.file("b.csv", "id,vipp\n2,true\n")
        #expect(problems(dataSet([csv, other], columns: ["vipp": .boolean])).isEmpty)
    }

    @Test func typesWithoutACSVFile() {
        let set = dataSet([files.file("a.ndjson", #"{"id":1}"#)], columns: ["n": .number])
        #expect(problems(set) == ["`columns` gives types to CSV columns, and none of the data files is CSV"])
    }

    @Test func nullIsSentForKeysNever() {
        let set = dataSet([files.file("a.csv", "id,b\n,x\n\"\",y\n")], columns: ["id": .number])
        #expect(
            problems(set) == [
                "a.csv:2:1: the primary key \"id\" of this row is empty",
                "a.csv:3:1: the primary key \"id\" of this row is empty",
            ])
    }
}

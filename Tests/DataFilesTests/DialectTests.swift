import Foundation
import Model
import TestSupport
import Testing

@testable import DataFiles

/// Files as other programs write them, each read exactly once it is said what they are.
@Suite struct DialectTests {
    let files = TemporaryDirectory()

    private func csv(_ change: (inout CSVDialect) -> Void) -> CSVDialect {
        var dialect = CSVDialect()
        change(&dialect)
        return dialect
    }

    /// The rows, at every size of window.
    private func rows(
        _ text: String, _ dialect: CSVDialect, columns: [String: ColumnType] = [:], name: String = "a.csv"
    ) throws -> String {
        try rows(Array(text.utf8), dialect, columns: columns, name: name)
    }

    private func rows(
        _ bytes: [UInt8], _ dialect: CSVDialect, columns: [String: ColumnType] = [:], name: String = "a.csv"
    ) throws -> String {
        var set = dataSet([files.file(name, bytes)], columns: columns)
        set.csv = dialect
        let whole = try recordText(set)
        for size in [1, 2, 3, 7, 17, 64] {
            var tuning = Tuning()
            tuning.readSize = size
            #expect(try recordText(set, tuning: tuning) == whole, "read in pieces of \(size)")
        }
        return whole
    }

    private func faults(
        _ text: String, _ dialect: CSVDialect, columns: [String: ColumnType] = [:]
    ) -> [Diagnostic] {
        var set = dataSet([files.file("a.csv", text)], columns: columns)
        set.csv = dialect
        guard case .failure(let problems) = survey(set) else { return [] }
        return problems.diagnostics
    }

    @Test func excelInGerman() throws {
        let dialect = csv {
            $0.delimiter = UInt8(ascii: ";")
            $0.decimal = UInt8(ascii: ",")
            $0.encoding = .windows1252
        }
        let bytes =
            Array("id;Name;Preis\r\n1;M".utf8) + [0xFC] + Array("ller;12,50\r\n2;\"a;b\";-3\r\n3;".utf8) + [0x80]
            + Array(";\r\n".utf8)
        #expect(
            try rows(bytes, dialect, columns: ["Preis": .number])
                == #"{"id":"1","Name":"Müller","Preis":12.50},{"id":"2","Name":"a;b","Preis":-3},{"id":"3","Name":"€","Preis":null}"#
        )
    }

    @Test func unicodeTextOfExcel() throws {
        // "Unicode Text": UTF-16 with a mark, tabs, by the name of .tsv or .csv.
        let text = "id\tname\r\n1\tZoë 😀\r\n2\t\"a\tb\"\r\n"
        let dialect = csv { $0.encoding = .utf16 }
        let want = #"{"id":"1","name":"Zoë 😀"},{"id":"2","name":"a\tb"}"#
        for (mark, big) in [(true, false), (true, true), (false, false), (false, true)] {
            let units = (mark ? [0xFEFF] : []) + Array(text.utf16)
            let bytes = units.flatMap { big ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0 & 255), UInt8($0 >> 8)] }
            #expect(try rows(bytes, dialect, name: "a.tsv") == want)
        }
    }

    @Test func snowflake() throws {
        // COPY INTO @stage … FILE_FORMAT = (TYPE = CSV NULL_IF = ('\\N')): no header, \N, quotes where needed.
        let dialect = csv {
            $0.header = ["id", "name", "score"]
            $0.nulls = ["\\N"]
        }
        #expect(
            try rows("1,\"Smith, J\",10\n2,\\N,\\N\n3,\"\\N\",4\n", dialect, columns: ["score": .number])
                == #"{"id":"1","name":"Smith, J","score":10},{"id":"2","name":null,"score":null},{"id":"3","name":"\\N","score":4}"#
        )
    }

    @Test func postgresCopyText() throws {
        // COPY t TO STDOUT: tabs, \N, backslash escapes, quotes are characters.
        let dialect = csv {
            $0.delimiter = UInt8(ascii: "\t")
            $0.quote = nil
            $0.escape = UInt8(ascii: "\\")
            $0.nulls = ["\\N"]
            $0.header = ["id", "name", "note"]
        }
        #expect(
            try rows("1\tsays \"hi\"\ttwo\\nlines\n2\t\\N\ta\\tb\\\\c\n\"3\t\t\\\\N\n", dialect)
                == #"{"id":"1","name":"says \"hi\"","note":"two\nlines"},{"id":"2","name":null,"note":"a\tb\\c"},{"id":"\"3","name":"","note":"\\N"}"#
        )
    }

    @Test func postgresCopyCSV() throws {
        // An empty cell is null, "" is an empty text; booleans are t and f.
        let dialect = csv {
            $0.nulls = [""]
            $0.trueWords = ["t"]
            $0.falseWords = ["f"]
        }
        #expect(
            try rows("id,name,vip\n1,,t\n2,\"\",f\n3,x,\n", dialect, columns: ["vip": .boolean])
                == #"{"id":"1","name":null,"vip":true},{"id":"2","name":"","vip":false},{"id":"3","name":"x","vip":null}"#
        )
    }

    @Test func salesforce() throws {
        // Everything in quotes, nothing as "".
        let dialect = csv {
            $0.nulls = [""]
            $0.nullsMayBeQuoted = true
        }
        #expect(
            try rows("\"id\",\"City\"\n\"003A\",\"\"\n\"003B\",\"Köln\"\n", dialect)
                == #"{"id":"003A","City":null},{"id":"003B","City":"Köln"}"#)
    }

    @Test func mySQLAndSpark() throws {
        // Backslashes before quotes; a line end that is escaped belongs to the cell.
        let dialect = csv { $0.escape = UInt8(ascii: "\\") }
        #expect(
            try rows("id,note\n1,\"say \\\"hi\\\"\"\n2,a\\,b\n3,\"c\\\\d\"\n4,x\\\ny\n", dialect)
                == #"{"id":"1","note":"say \"hi\""},{"id":"2","note":"a,b"},{"id":"3","note":"c\\d"},{"id":"4","note":"x\ny"}"#
        )
        let unknown = faults("id,note\n1,a\\qb\n", dialect)
        #expect(unknown.first?.message == "\"\\q\" is not an escape that programs agree on (column \"note\")")
        #expect(unknown.first?.location?.column == 4)
    }

    @Test func singleQuotes() throws {
        let dialect = csv { $0.quote = UInt8(ascii: "'") }
        #expect(
            try rows("id,note\n1,'it''s, so'\n2,\"x\"\n3,o'clock\n", dialect)
                == #"{"id":"1","note":"it's, so"},{"id":"2","note":"\"x\""},{"id":"3","note":"o'clock"}"#)
    }

    @Test func blanksCommentsAndLinesAbove() throws {
        let dialect = csv {
            $0.skippedLines = 2
            $0.comment = "#"
            $0.trims = true
        }
        let text = "Report\nof \"today\n# made\n\nid , name\n 1 , \" Ford, E350\" \n# no\n2,+x\n3,\t y z \n"
        #expect(
            try rows(text, dialect)
                == #"{"id":"1","name":" Ford, E350"},{"id":"2","name":"+x"},{"id":"3","name":"y z"}"#)
    }

    /// What was escaped is text, so that nothing of it is a blank at the cell's end.
    @Test func whatIsEscapedIsNotTrimmed() throws {
        let dialect = csv {
            $0.escape = UInt8(ascii: "\\")
            $0.trims = true
        }
        #expect(try rows("id,note\n1, a\\, \n", dialect) == #"{"id":"1","note":"a,"}"#)
    }

    @Test func nullsAreWholeCells() throws {
        let dialect = csv { $0.nulls = ["NULL", "NA", "not available"] }
        #expect(
            try rows("id,a,b\n1,NULL,NULLs\n2,NA,\"NA\"\n3,not available,not availablE\n4,,N\n", dialect)
                == #"{"id":"1","a":null,"b":"NULLs"},{"id":"2","a":null,"b":"NA"},{"id":"3","a":null,"b":"not availablE"},{"id":"4","a":"","b":"N"}"#
        )
        #expect(faults("id,a\nNULL,1\n", dialect).first?.message == "the primary key \"id\" of this row is empty")
    }

    @Test func jsonInCells() throws {
        #expect(
            try rows(
                "id,tags,n\n1,\"[\"\"a\"\", 1.50]\",2\n2,,\n3,\"{\"\"k\"\": {\"\"x\"\": \"\"é\\n\"\"}}\",\"\"\"t\"\"\"\n",
                .standard,
                columns: ["tags": .json, "n": .json])
                == ##"{"id":"1","tags":["a",1.50],"n":2},{"id":"2","tags":null,"n":null},{"id":"3","tags":{"k":{"x":"é\n"}},"n":"t"}"##
        )
        #expect(
            faults("id,tags\n1,[1\n", .standard, columns: ["tags": .json]).first?.message
                == "\"[1\" is not JSON, but `columns` says that \"tags\" is")
        #expect(
            faults("id,t\n1,\"{\"\"a\"\":1,\"\"a\"\":2}\"\n", .standard, columns: ["t": .json]).first?.message
                == "a key occurs twice in an object of a JSON column")
    }

    @Test(arguments: [
        ("12,5", "declare csv: {decimal: \",\"}"), ("NULL", "declare csv: {null: [\"NULL\"]}"),
        ("\\N", "declare csv: {null: [\"\\\\N\"]}"), (" 5", "declare csv: {trim: true}"),
        ("x", "numbers are written as in JSON"),
    ])
    func theWayOutForANumber(cell: String, help: String) {
        let found = faults("id;n\n1;\(cell)\n", csv { $0.delimiter = UInt8(ascii: ";") }, columns: ["n": .number])
        #expect(found.first?.help?.contains(help) == true, "\(found.first?.help ?? "none")")
    }

    @Test func thousandsAreNotGuessed() {
        let dialect = csv {
            $0.delimiter = UInt8(ascii: ";")
            $0.decimal = UInt8(ascii: ",")
        }
        #expect(faults("id;n\n1;1.234\n", dialect, columns: ["n": .number]).count == 1)
        #expect(faults("id;n\n1;1.234,5\n", dialect, columns: ["n": .number]).count == 1)
    }

    @Test(arguments: [
        ("yes", "[\"yes\"], false: [\"no\"]"), ("0", "[\"1\"], false: [\"0\"]"), ("si", "name the words"),
    ])
    func theWayOutForABoolean(cell: String, help: String) {
        let found = faults("id,b\n1,\(cell)\n", .standard, columns: ["b": .boolean])
        #expect(found.first?.help?.contains(help) == true, "\(found.first?.help ?? "none")")
    }

    @Test func aCharacterThatIsNone() {
        for (bytes, encoding, line) in [
            (Array("id,n\n1,a\n2,\u{81}".utf8.filter { $0 != 0xC2 }), TextEncoding.windows1252, 3),
            (
                "id,n\n1,".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } + [0x00, 0xD8, 0x0A, 0x00],
                .utf16LittleEndian, 2
            ),
            (Array("id,n\n1,".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }) + [0x41], .utf16, 2),
        ] {
            var set = dataSet([files.file("a.csv", bytes)])
            set.csv.encoding = encoding
            guard case .failure(let found) = survey(set) else {
                Issue.record("\(encoding) was read")
                continue
            }
            #expect(found.diagnostics.first?.location?.line == line, "\(found.diagnostics)")
            #expect(found.diagnostics.first?.message.contains(encoding.shown) == true)
        }
    }

    @Test func theHeaderAgain() {
        // Also where a number cannot be read in it, and where columns have other names.
        #expect(
            faults("id,n\n1,2\nid,n\n", .standard, columns: ["n": .number]).map(\.message)
                == ["the header stands here again, as a row"])
        var set = dataSet([files.file("a.csv", "Key,n\n1,2\nKey,n\n")])
        set.fields.renamings = [FieldMapping.Renaming(from: "Key", to: "id")]
        #expect(problems(set) == ["a.csv:3:1: the header stands here again, as a row"])
        let named = faults("id,n\n1,2\n", csv { $0.header = ["id", "n"] })
        #expect(named.first?.help?.contains("csv: {skip_lines: 1}") == true)
    }

    // MARK: - Fields

    private func mapped(_ text: String, name: String = "a.csv", _ change: (inout FieldMapping) -> Void) throws -> String
    {
        var set = dataSet([files.file(name, text)])
        change(&set.fields)
        return try recordText(set)
    }

    @Test func pandasAndR() throws {
        // The index of a data frame has no name.
        let text = ",id,v\n0,a,1\n1,b,2\n"
        #expect(try mapped(text) { $0.omitted = [""] } == #"{"id":"a","v":"1"},{"id":"b","v":"2"}"#)
        #expect(
            try mapped(text) { $0.renamings = [FieldMapping.Renaming(from: "", to: "index")] }
                == #"{"index":"0","id":"a","v":"1"},{"index":"1","id":"b","v":"2"}"#)
        #expect(try mapped(text) { $0.only = ["id"] } == #"{"id":"a"},{"id":"b"}"#)
    }

    @Test func rWritesNAForNothing() throws {
        // write.csv: names in quotes, the row names without one, NA without quotes.
        var set = dataSet(
            [files.file("a.csv", "\"\",\"id\",\"v\"\n\"1\",\"a\",NA\n\"2\",\"NA\",3\n")], columns: ["v": .number])
        set.csv.nulls = ["NA"]
        set.fields.omitted = [""]
        #expect(try recordText(set) == #"{"id":"a","v":null},{"id":"NA","v":3}"#)
    }

    @Test func bigQuery() throws {
        // Parts with a header each, one of them without a row; nested tables as lines of JSON.
        let set = dataSet([
            files.file("000000000000.csv", "id,v\n1,a\n"), files.file("000000000001.csv", "id,v\n"),
            files.file("000000000002.ndjson", "{\"id\":\"2\",\"tags\":[{\"k\":1}]}\n"),
        ])
        #expect(try recordText(set) == #"{"id":"1","v":"a"},{"id":"2","tags":[{"k":1}]}"#)
    }

    @Test func shopify() throws {
        // Names with blanks, a key of two columns, more columns than are needed.
        let text = "Handle,Variant SKU,Title,Body (HTML)\nshirt,S-1,Shirt,\"<p>\"\"x\"\"</p>\"\n"
        let found = try mapped(text) {
            $0.renamings = [FieldMapping.Renaming(from: "Variant SKU", to: "sku")]
            $0.only = ["id", "Title"]
            $0.derivations = [FieldMapping.Derivation(field: "id", template: FieldTemplate("{Handle}/{sku}")!)]
        }
        #expect(found == #"{"Title":"Shirt","id":"shirt/S-1"}"#)
    }

    @Test func fieldsOfJSON() throws {
        let text = #"{"ID": 7, "country": "de\n", "secret": {"a": 1}, "t\u0061g": "x"}"# + "\n"
        let found = try mapped(text, name: "a.ndjson") {
            $0.renamings = [
                FieldMapping.Renaming(from: "ID", to: "number"), FieldMapping.Renaming(from: "tag", to: "label"),
            ]
            $0.omitted = ["secret"]
            $0.derivations = [FieldMapping.Derivation(field: "id", template: FieldTemplate("{country}-{number}{{}}")!)]
        }
        #expect(found == #"{"number":7,"country":"de\n","label":"x","id":"de\n-7{}"}"#)
    }

    @Test func aKeyThatCannotBeMade() {
        var set = dataSet([files.file("a.ndjson", "{\"a\":\"x\",\"b\":1}\n{\"a\":null,\"b\":2}\n{\"b\":3}\n")])
        set.fields.derivations = [FieldMapping.Derivation(field: "id", template: FieldTemplate("{a}-{b}")!)]
        let message = "\"id\" is made of \"a\", which is neither a string nor a number in this row"
        #expect(problems(set) == ["a.ndjson:2:1: \(message)", "a.ndjson:3:1: \(message)"])
    }

    @Test func namesThatNoFileHas() {
        var set = dataSet([files.file("a.csv", "id,name\n1,x\n")])
        set.fields.renamings = [FieldMapping.Renaming(from: "nme", to: "title")]
        #expect(problems(set) == ["a.csv:1:1: `rename` names \"nme\", and no file of this data set has that column"])
        var json = dataSet([files.file("a.ndjson", "{\"id\":1}\n")])
        json.fields.omitted = ["note"]
        #expect(problems(json) == ["a.ndjson:1:1: `omit` names \"note\", and no row of this data set has that field"])
    }

    @Test func theSameRowsHaveOneDigest() throws {
        let plain = try survey(dataSet([files.file("a.csv", "id,city\n1,Köln\n2,\n")])).get()
        var other = dataSet([files.file("b.tsv", "x\ty\tz\n1\tKöln\t0\n2\t\t0\n")])
        other.csv.header = ["id", "town", "z"]
        other.csv.skippedLines = 1
        other.fields.renamings = [FieldMapping.Renaming(from: "town", to: "city")]
        other.fields.omitted = ["z"]
        #expect(try survey(other).get().digest == plain.digest)
    }
}

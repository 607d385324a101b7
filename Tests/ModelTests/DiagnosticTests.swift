import Model
import Testing

@Suite struct DiagnosticTests {
    private let place = SourceLocation(path: "a.yaml", line: 3, column: 5)

    @Test func everythingIsShownInOrder() {
        let diagnostic = Diagnostic(
            .error, "wrong", at: place, sourceLine: "  x: y", help: "do this",
            notes: [Diagnostic.Note("first", at: SourceLocation(path: "b.yaml", line: 1))])
        #expect(
            diagnostic.rendered == """
                a.yaml:3:5: error: wrong
                      x: y
                        ^
                    help: do this
                b.yaml:1:1: note: first
                """)
    }

    @Test func whatIsNotThereIsNotShown() {
        #expect(Diagnostic(.warning, "odd").rendered == "warning: odd")
        #expect(Diagnostic(.error, "bad", at: place).rendered == "a.yaml:3:5: error: bad")
        // A column behind the line, as when the file changed, has no caret.
        #expect(Diagnostic(.error, "bad", at: place, sourceLine: "x").rendered == "a.yaml:3:5: error: bad")
    }

    @Test func columnsCountScalarsAndControlCharactersAreBlanks() {
        let diagnostic = Diagnostic(.error, "bad", at: place, sourceLine: "é\t\u{1B}ü!")
        #expect(diagnostic.rendered == "a.yaml:3:5: error: bad\n    é  ü!\n        ^")
    }

    @Test func aLongLineIsCutAroundTheColumn() {
        var diagnostic = Diagnostic(
            .error, "bad", at: place,
            sourceLine: String(repeating: "x", count: 300) + "!" + String(repeating: "y", count: 300))
        diagnostic.location?.column = 301
        let lines = diagnostic.rendered.split(separator: "\n")
        #expect(lines[1] == "    " + String(repeating: "x", count: 60) + "!" + String(repeating: "y", count: 59))
        #expect(lines[2] == "    " + String(repeating: " ", count: 60) + "^" + String(repeating: "~", count: 59))
    }

    @Test func diagnosticsAreSortedByPlaceAndStayInOrderAtOnePlace() {
        func at(_ path: String, _ line: Int, _ column: Int, _ message: String) -> Diagnostic {
            Diagnostic(.warning, message, at: SourceLocation(path: path, line: line, column: column))
        }
        let sorted = [
            at("b", 1, 1, "4"), at("a", 10, 1, "3"), at("a", 2, 9, "1"), at("a", 2, 9, "2"), Diagnostic(.warning, "0"),
        ].sortedByPlace
        #expect(sorted.map(\.message) == ["0", "1", "2", "3", "4"])
        #expect(!sorted.hasErrors)
        #expect((sorted + [Diagnostic(.error, "e")]).hasErrors)
    }
}

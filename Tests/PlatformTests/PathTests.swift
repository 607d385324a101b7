import Platform
import TestSupport
import Testing

@Suite struct PathTests {
    @Test(arguments: [
        ("a/b", "a", "b"), ("/a", "/", "a"), ("a", ".", "a"), ("/a/b/c", "/a/b", "c"), ("/", "/", ""),
    ])
    func aPathHasAParentAndAName(path: String, parent: String, name: String) {
        #expect(Path.parent(of: path) == parent)
        #expect(Path.name(of: path) == name)
    }

    @Test func joiningKeepsOneSlash() {
        #expect(Path.join("a", "b") == "a/b")
        #expect(Path.join("/", "b") == "/b")
        #expect(Path.join("a/", "b") == "a/b")
        #expect(Path.join("a", "/b") == "/b")
    }

    @Test func twoPathsToOnePlaceAreThatPlace() {
        let place = TemporaryDirectory()
        place.write("d/a", "")
        #expect(Path.isSamePlace(place.path("d"), place.path("d/../d")))
        #expect(!Path.isSamePlace(place.path("d"), place.path("d/a")))
        #expect(Path.isSamePlace(place.path("none"), place.path("none")))
    }

    @Test(arguments: [
        ("plain-ä.csv", "plain-ä.csv"), ("a\nValid: all", "a\\nValid: all"), ("a\u{1B}[31mb", "a\\u{1b}[31mb"),
        ("a\u{202E}gpj.csv", "a\\u{202e}gpj.csv"), ("a\u{2028}b", "a\\u{2028}b"), ("a\tb\r", "a\\tb\\r"),
        ("a\u{7F}\u{85}", "a\\u{7f}\\u{85}"), ("zero\u{200B}width", "zero\\u{200b}width"),
    ])
    func whatPeopleSeeIsOneHarmlessLine(path: String, shown: String) { #expect(Path.shown(path) == shown) }

    @Test func anErrorShowsItsPathSo() {
        let error = SystemError(operation: "open", path: "a\nb", code: 2)
        #expect(error.message == "cannot open a\\nb: No such file or directory")
    }
}

import Foundation
import Platform
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct GlobTests {
    private let place = TemporaryDirectory()

    private func find(_ pattern: String) -> [String] {
        Glob().paths(matching: pattern, in: place.path).map { String($0.dropFirst(place.path.count + 1)) }
    }

    @Test(arguments: [
        ("*.csv", ["a.csv", "b.csv"]), ("?.csv", ["a.csv", "b.csv"]), ("[b-z].csv", ["b.csv"]),
        ("**/*.csv", ["a.csv", "b.csv", "d/c.csv", "d/e/f.csv"]), ("d/**/f.csv", ["d/e/f.csv"]),
        ("**/**/**/*.csv", ["a.csv", "b.csv", "d/c.csv", "d/e/f.csv"]), ("**/e/**/*.csv", ["d/e/f.csv"]),
        ("l/*.csv", ["l/c.csv"]), ("*/c.csv", ["d/c.csv", "l/c.csv"]), (".h/*.csv", [".h/x.csv"]), ("none/*", []),
    ])
    func patternsFindTheirFiles(pattern: String, files: [String]) throws {
        for name in ["a.csv", "b.csv", "d/c.csv", "d/e/f.csv", ".h/x.csv", ".y.csv"] { place.write(name, "") }
        // A link to a directory is gone through where a pattern names it, and not by `**`.
        try FileManager.default.createSymbolicLink(atPath: place.path("l"), withDestinationPath: "d")
        #expect(find(pattern) == files)
    }

    /// Each further `**` used to multiply the ways by the depth.
    @Test func manyStarsOverADeepTreeEnd() {
        let deep = Array(repeating: "d", count: 30).joined(separator: "/")
        place.write(deep + "/x.csv", "")
        #expect(find(String(repeating: "**/", count: 12) + "*.csv") == [deep + "/x.csv"])
        #expect(find(String(repeating: "**/d/", count: 12) + "*.csv") == [deep + "/x.csv"])
    }

    /// What was listed once is not listed again: a file that comes later is not seen by the same value.
    @Test func eachDirectoryIsListedOnce() {
        place.write("d/a.csv", "")
        let glob = Glob()
        #expect(glob.paths(matching: "**/*.csv", in: place.path).count == 1)
        place.write("d/b.csv", "")
        #expect(glob.paths(matching: "d/*.csv", in: place.path).count == 1)
        #expect(Glob().paths(matching: "d/*.csv", in: place.path).count == 2)
    }
}

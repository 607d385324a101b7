import Foundation
import Testing

@testable import ManifestWriter

@Suite struct DirectoryTests {
    private static func scratch() -> String { NSTemporaryDirectory() + "reconcile-export-\(UUID().uuidString)" }

    @Test func filesAreWrittenWholeAndNoneIsWrittenOver() throws {
        let path = Self.scratch()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = ExportDirectory(path: path + "/deep", replaces: false)
        try directory.check(["a.yaml"])
        try directory.write("a.yaml", "one")
        #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/deep") == ["a.yaml"])
        #expect(throws: ExportDirectory.Problem.self) { try directory.check(["b.yaml", "a.yaml"]) }
        #expect(throws: ExportDirectory.Problem.self) { try directory.write("a.yaml", "two") }
        #expect(try String(contentsOfFile: path + "/deep/a.yaml", encoding: .utf8) == "one")

        let replacing = ExportDirectory(path: path + "/deep", replaces: true)
        try replacing.check(["a.yaml"])
        try replacing.write("a.yaml", "two")
        #expect(try String(contentsOfFile: path + "/deep/a.yaml", encoding: .utf8) == "two")
        #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/deep") == ["a.yaml"])
    }

    @Test func aLinkIsNotWrittenThrough() throws {
        let path = Self.scratch()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        symlink("\(path)/target", "\(path)/a.yaml")
        for replaces in [false, true] {
            let directory = ExportDirectory(path: path, replaces: replaces)
            try? directory.write("a.yaml", "text")
            #expect(!FileManager.default.fileExists(atPath: "\(path)/target"))
        }
    }

    @Test func pathsAreShownAsTheUserWouldWriteThem() {
        #expect(ExportDirectory(path: "out//", replaces: false).path(of: "a") == "out/a")
        #expect(ExportDirectory(path: ".", replaces: false).path(of: "a") == "a")
        #expect(ExportDirectory(path: "/", replaces: false).path(of: "a") == "/a")
    }
}

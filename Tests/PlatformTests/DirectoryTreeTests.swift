import Foundation
import Platform
import TestSupport
import Testing

/// Files are opened beneath their root and nowhere else.
@Suite struct DirectoryTreeTests {
    private let place = TemporaryDirectory()

    private func text(_ tree: DirectoryTree, _ name: String) throws -> String {
        String(decoding: try tree.open(place.path(name)).readAll(limit: 100), as: UTF8.self)
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: place.path(name), withDestinationPath: target)
    }

    @Test func filesBelowAreRead() throws {
        place.write("root/a.yaml", "one")
        place.write("root/deep/er/b.yaml", "two")
        let tree = try DirectoryTree(place.path("root"))
        #expect(try text(tree, "root/a.yaml") == "one")
        #expect(try text(tree, "root/deep/er/b.yaml") == "two")
    }

    /// Between looking and opening somebody may put a link in the way.
    @Test func aLinkOnTheWayLeadsNowhere() throws {
        place.write("outside/b.yaml", "secret")
        place.write("root/a.yaml", "one")
        let tree = try DirectoryTree(place.path("root"))
        try link("root/file.yaml", to: place.path("outside/b.yaml"))
        try link("root/deep", to: place.path("outside"))
        for name in ["root/file.yaml", "root/deep/b.yaml"] {
            #expect {
                try text(tree, name)
            } throws: {
                ($0 as? SystemError)?.isLink == true
            }
        }
    }

    @Test func whatLiesElsewhereIsNotOpened() throws {
        place.write("root/a.yaml", "one")
        place.write("rooted/a.yaml", "two")
        let tree = try DirectoryTree(place.path("root"))
        #expect(throws: SystemError.self) { try text(tree, "rooted/a.yaml") }
        #expect(throws: SystemError.self) { try text(tree, "root") }
    }

    @Test func theRootStaysTheOneThatWasOpened() throws {
        place.write("root/a.yaml", "one")
        let tree = try DirectoryTree(place.path("root"))
        try FileManager.default.moveItem(atPath: place.path("root"), toPath: place.path("moved"))
        place.write("root/a.yaml", "another")
        #expect(try text(tree, "root/a.yaml") == "one")
    }

    @Test(arguments: [
        ("/r/a.csv", false), ("/r/.git/config", true), ("/r/d/.env", true), ("/r/..data/a.csv", false),
        ("/r/..2024_11/a.csv", false), ("/r/a.b/c", false),
    ])
    func hiddenIsWhatPeopleHide(path: String, isHidden: Bool) {
        #expect(DirectoryTree.isHidden(path, below: "/r") == isHidden)
    }
}

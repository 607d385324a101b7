import Foundation
import Model
import TestSupport
import Testing

@testable import Daemon

/// Whatever happens to a file that a pass reads, wherever it is, rings.
@Suite(.timeLimit(.minutes(1))) struct WatchEventTests {
    /// What somebody does to files, by name.
    enum Change: String, CaseIterable {
        case createdFile, writtenInPlace, movedIn, movedOut, renamed, deletedFile, newRights, newDirectory
        case deletedDirectory, newLink, switchedLink, switchedDataLink, switchedDirectoryLink
        case rootReplaced, rootGone
    }

    private static func link(_ target: String, _ path: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path + ".aside", withDestinationPath: target)
        try #require(rename(path + ".aside", path) == 0)
    }

    private static func prepare(_ place: TemporaryDirectory) throws {
        place.write("d/a.yaml", "a")
        place.write("d/deep/b.yaml", "b")
        place.write("outside/c.yaml", "c")
        place.write("d/..v1/k.yaml", "1")
        place.write("d/..v2/k.yaml", "2")
        place.write("tree1/t.yaml", "1")
        place.write("tree2/t.yaml", "2")
        place.write("other/a.yaml", "o")
        try link("..v1", place.path("d/..data"))
        try link("../outside/c.yaml", place.path("d/c.yaml"))
        try link("../tree1", place.path("d/tree"))
    }

    private static func make(_ change: Change, in place: TemporaryDirectory) throws {
        let files = FileManager.default
        func path(_ name: String) -> String { place.path(name) }
        switch change {
        case .createdFile: place.write("d/new.yaml", "n")
        case .writtenInPlace:
            let handle = try #require(FileHandle(forWritingAtPath: path("d/deep/b.yaml")))
            try handle.write(contentsOf: Data("changed".utf8))
            try handle.close()
        case .movedIn: try files.moveItem(atPath: path("outside/c.yaml"), toPath: path("d/deep/c.yaml"))
        case .movedOut: try files.moveItem(atPath: path("d/deep/b.yaml"), toPath: path("b.yaml"))
        case .renamed: try files.moveItem(atPath: path("d/a.yaml"), toPath: path("d/z.yaml"))
        case .deletedFile: try files.removeItem(atPath: path("d/deep/b.yaml"))
        case .newRights: try #require(chmod(path("d/a.yaml"), 0) == 0)
        case .newDirectory: try files.createDirectory(atPath: path("d/new"), withIntermediateDirectories: false)
        case .deletedDirectory: try files.removeItem(atPath: path("d/deep"))
        case .newLink: try link("../tree2", path("d/another"))
        case .switchedLink: try link("../other/a.yaml", path("d/c.yaml"))
        case .switchedDataLink: try link("..v2", path("d/..data"))
        case .switchedDirectoryLink: try link("../tree2", path("d/tree"))
        case .rootReplaced:
            try files.moveItem(atPath: path("d"), toPath: path("old"))
            try files.moveItem(atPath: path("other"), toPath: path("d"))
        case .rootGone: try files.removeItem(atPath: path("d"))
        }
    }

    @Test(arguments: Change.allCases) func itRings(change: Change) async throws {
        let place = TemporaryDirectory()
        try Self.prepare(place)
        let bell = Bell()
        let watcher = FileWatcher(directory: place.path("d"), time: ManualTime.waiting()) { bell.ring() }
        #expect(watcher.refresh() == nil)
        try Self.make(change, in: place)
        #expect(await bell.wait(), "\(change)")
        watcher.stop()
    }

    /// A directory that a Policy includes is watched like DIR, from the pass on that found it.
    @Test func includedDirectoriesAreWatched() async throws {
        let place = TemporaryDirectory()
        try Self.prepare(place)
        let bell = Bell()
        let watcher = FileWatcher(directory: place.path("d"), time: ManualTime.waiting()) { bell.ring() }
        #expect(watcher.refresh() == nil)
        #expect(watcher.refresh(including: [place.path("tree2")], isComplete: true) == nil)
        // Nobody has looked at it since it was read.
        #expect(await bell.wait())
        // While manifests are invalid, what was included before stays watched.
        #expect(watcher.refresh(including: [], isComplete: false) == nil)
        place.write("tree2/t.yaml", "changed")
        #expect(await bell.wait())
        #expect(watcher.refresh(including: [], isComplete: true) == nil)
        #expect(watcher.refresh(including: [place.path("tree2")], isComplete: false) == nil)
        #expect(await bell.wait())
        watcher.stop()
    }

    /// After the change that rang, what comes next rings too.
    @Test(arguments: [Change.rootReplaced, .newDirectory, .switchedDirectoryLink, .newLink])
    func whatTookItsPlaceIsWatched(change: Change) async throws {
        let place = TemporaryDirectory()
        try Self.prepare(place)
        let bell = Bell()
        let events = Events()
        let watcher = FileWatcher(
            directory: place.path("d"), calls: events, time: ManualTime.waiting(), queue: events.queue
        ) {
            bell.ring()
        }
        _ = watcher.refresh()
        try Self.make(change, in: place)
        #expect(await bell.wait())
        _ = watcher.refresh()
        let file: [Change: String] = [
            .rootReplaced: "d/a.yaml", .newDirectory: "d/new/x.yaml", .switchedDirectoryLink: "tree2/t.yaml",
            .newLink: "tree2/t.yaml",
        ]
        // Only what comes after the events of the change itself counts.
        await events.settle()
        _ = bell.take()
        place.write(try #require(file[change]), "changed")
        #expect(await bell.wait(), "\(change)")
        watcher.stop()
    }

    @Test func theDirectoriesOfDataFilesAndOfTheLinksToThemRing() async throws {
        let place = TemporaryDirectory()
        place.write("d/a.yaml", "")
        place.write("srv/v1/rows.csv", "1")
        place.write("srv/v2/rows.csv", "2")
        place.write("hidden/.rows.csv", "h")
        try Self.link("v1", place.path("srv/current"))
        let files: Set = [
            DataFile(
                absolutePath: place.path("srv/v1/rows.csv"), displayPath: place.path("srv/current/rows.csv"),
                format: .csv),
            DataFile(
                absolutePath: place.path("hidden/.rows.csv"), displayPath: place.path("hidden/.rows.csv"),
                format: .csv),
        ]
        let bell = Bell()
        let events = Events()
        let watcher = FileWatcher(
            directory: place.path("d"), calls: events, time: ManualTime.waiting(), queue: events.queue
        ) {
            bell.ring()
        }
        _ = watcher.refresh(dataFiles: files)
        for name in ["srv/v1/rows.csv", "srv/v1/more.csv", "hidden/.rows.csv"] {
            await events.settle()
            _ = bell.take()
            place.write(name, "changed")
            #expect(await bell.wait(), "\(name)")
        }
        await events.settle()
        _ = bell.take()
        try Self.link("v2", place.path("srv/current"))
        #expect(await bell.wait(), "the link on the way")
        watcher.stop()
    }

    /// Otherwise each pass, which locks and writes its state, would cause the next.
    @Test func whereThePassesWriteNothingRings() async throws {
        let place = TemporaryDirectory()
        place.write("d/a.yaml", "")
        place.write("d/state/journal", "")
        let bell = Bell()
        let events = Events()
        let watcher = FileWatcher(
            directory: place.path("d"), except: place.path("d/state"), calls: events, time: ManualTime.waiting(),
            queue: events.queue
        ) {
            bell.ring()
        }
        _ = watcher.refresh()
        place.write("d/state/journal", "more")
        await events.settle()
        #expect(!bell.hasRung)
        #expect(watcher.watchCount == WatchList(directory: place.path("d")).directories.count - 1)
        place.write("d/a.yaml", "x")
        #expect(await bell.wait())
        watcher.stop()
    }
}

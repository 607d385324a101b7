import Foundation
import HTTPServer
import Model
import Platform
import TestSupport
import Testing

@testable import Daemon

/// Watches, on real files.
@Suite(.timeLimit(.minutes(1))) struct WatchTests {
    @Test func everythingBelowRingsAndHiddenFilesDoNot() async throws {
        let place = TemporaryDirectory()
        place.write("d/deep/a.yaml", "")
        let bell = Bell()
        let watcher = FileWatcher(directory: place.path("d"), time: ManualTime.waiting()) { bell.ring() }
        #expect(watcher.refresh() == nil)
        place.write("d/deep/a.yaml", "x")
        #expect(await bell.wait())
        // An editor's swap file is nothing; the event behind it shows that it had its chance.
        _ = bell.take()
        place.write("d/deep/.a.yaml.swp", "x")
        try FileManager.default.createDirectory(atPath: place.path("d/new"), withIntermediateDirectories: true)
        #expect(await bell.wait())
        #expect(watcher.refresh() == nil)
        place.write("d/new/b.yaml", "x")
        #expect(await bell.wait())
        watcher.stop()
    }

    @Test func hiddenNamesAreNothingButKubernetesLinkIs() {
        let list = WatchList(directory: FileManager.default.temporaryDirectory.path)
        let directory = (try? Path.resolve(FileManager.default.temporaryDirectory.path)) ?? ""
        #expect(!list.concerns(".swp", in: directory))
        #expect(list.concerns("..data", in: directory))
        #expect(list.concerns("a.yaml", in: directory))
        #expect(!list.concerns("a.yaml", in: "/elsewhere"))
    }

    @Test func aNewDataDirectoryRingsOnce() throws {
        let place = TemporaryDirectory()
        place.write("d/a.yaml", "")
        place.write("rows/r.csv", "")
        let bell = Bell()
        let watcher = FileWatcher(directory: place.path("d"), time: ManualTime.waiting()) { bell.ring() }
        _ = watcher.refresh()
        let file = DataFile(
            absolutePath: place.path("rows/r.csv"), displayPath: place.path("rows/r.csv"), format: .csv)
        _ = watcher.refresh(dataFiles: [file])
        #expect(bell.take() == 1)
        _ = watcher.refresh(dataFiles: [file])
        _ = watcher.refresh()
        #expect(bell.take() == 0)
        watcher.stop()
    }

    @Test func watchesDoNotAddUp() throws {
        let place = TemporaryDirectory()
        place.write("d/a.yaml", "")
        let watcher = FileWatcher(directory: place.path("d"), time: ManualTime.waiting()) {}
        _ = watcher.refresh()
        let before = watcher.watchCount
        for number in 0..<20 {
            place.write("d/n\(number)/b.yaml", "")
            _ = watcher.refresh()
            #expect(watcher.watchCount == before + 1)
            try FileManager.default.removeItem(atPath: place.path("d/n\(number)"))
        }
        _ = watcher.refresh()
        #expect(watcher.watchCount == before)
        watcher.stop()
        #expect(watcher.watchCount == 0)
    }

    @Test func theEventsOfTheKernelAreRead() {
        var bytes: [UInt8] = []
        func add(_ number: UInt32) { withUnsafeBytes(of: number) { bytes += $0 } }
        add(7)
        add(UInt32(IN_CREATE))
        add(0)
        add(16)
        bytes += Array("a.yaml".utf8) + [UInt8](repeating: 0, count: 10)
        add(UInt32(bitPattern: -1))
        add(UInt32(IN_Q_OVERFLOW))
        add(0)
        add(0)
        bytes += [1, 2, 3]
        let events = bytes.withUnsafeBytes { InotifyEvent.parse($0) }
        #expect(events.map(\.name) == ["a.yaml", ""])
        #expect(events[0].has(IN_CREATE))
        #expect(events[1].watch == -1)
        #expect(events[1].has(IN_Q_OVERFLOW))
    }

    @Test func aLimitNamesItsSetting() {
        #expect(
            WatchError(operation: "inotify_add_watch", subject: "/d", code: ENOSPC).limit
                == "fs.inotify.max_user_watches")
        #expect(WatchError(operation: "inotify_add_watch", subject: "/d", code: EACCES).limit == nil)
    }
}

import Foundation
import Glibc
import Model
import TestSupport
import Testing

@testable import DataFiles

/// A file that is as the last survey saw it is not opened.
@Suite struct SurveyRecordTests {
    let files = TemporaryDirectory()
    private let limits = RequestLimits()

    /// Times of the file system are those of the machine, so the survey's is told from them.
    private func record(_ set: DataSet, secondsLater: Double = 10) throws -> SurveyRecord {
        let found = try survey(set).get()
        let newest = found.fingerprint.files.map { max($0.modified.seconds, $0.changed.seconds) }.max() ?? 0
        return SurveyRecord(found, limits: limits, began: newest + secondsLater)
    }

    @Test func answersForUntouchedFiles() throws {
        let set = dataSet([files.file("a.csv", "id,b\n1,x\n2,y\n")])
        let record = try record(set)
        #expect(record.survey(of: set, limits: limits) == (try survey(set).get()))
        let stored = try JSONDecoder().decode(SurveyRecord.self, from: JSONEncoder().encode(record))
        #expect(stored == record)
        #expect(stored.survey(of: set, limits: limits) == (try survey(set).get()))
    }

    @Test func opensNothing() throws {
        let file = files.file("a.csv", "id,b\n1,x\n2,y\n")
        let set = dataSet([file])
        let record = try record(set)
        let watch = inotify_init1(Int32(IN_NONBLOCK))
        defer { close(watch) }
        #expect(inotify_add_watch(watch, file.absolutePath, UInt32(IN_OPEN | IN_ACCESS)) >= 0)
        func eventBytes() -> Int {
            var buffer = [UInt8](repeating: 0, count: 4096)
            return read(watch, &buffer, buffer.count)
        }
        #expect(record.survey(of: set, limits: limits) != nil)
        #expect(eventBytes() == -1)
        _ = try survey(set).get()
        #expect(eventBytes() > 0)
    }

    @Test func doesNotAnswerForAnythingElse() throws {
        let file = files.file("a.csv", "id,b\n1,x\n2,y\n")
        let set = dataSet([file])
        let record = try record(set)
        var other = set
        other.columns = ["b": .number]
        #expect(record.survey(of: other, limits: limits) == nil)
        other = set
        other.ttlSeconds = 60
        #expect(record.survey(of: other, limits: limits) == nil)
        other = set
        other.files.append(files.file("b.csv", "id,b\n"))
        #expect(record.survey(of: other, limits: limits) == nil)
        #expect(record.survey(of: set, limits: RequestLimits(maxRows: 2)) == nil)
        // Another file of the same size and, set back, the same mtime.
        let before = try FileStamp(ofPathOf: file)
        let aside = files.file("aside.csv", "id,b\n1,x\n2,z\n").absolutePath
        #expect(rename(aside, file.absolutePath) == 0)
        let time = timespec(tv_sec: before.modified.wholeSeconds, tv_nsec: before.modified.nanoseconds)
        #expect(utimensat(AT_FDCWD, file.absolutePath, [time, time], 0) == 0)
        #expect(record.survey(of: set, limits: limits) == nil)
        unlink(file.absolutePath)
        #expect(record.survey(of: set, limits: limits) == nil)
    }

    /// A file that was written right before the survey could be written again and look the same.
    @Test func youngFilesAreReadAgain() throws {
        let set = dataSet([files.file("a.csv", "id\n1\n")])
        let young = try record(set, secondsLater: 1.9)
        #expect(!young.isSettled)
        #expect(young.survey(of: set, limits: limits) == nil)
        #expect(try record(set, secondsLater: 2.1).isSettled)
    }
}

import Foundation
import JSON
import Platform
import TestSupport
import Testing

@testable import Daemon

@Suite struct LogTests {
    private func line(_ format: Log.Format, _ event: Log.Event) -> String {
        let lines = LogLines()
        let time = ManualTime.waiting()
        lines.log(format, lowest: .debug, time: time).log(event)
        #expect(lines.all.count == 1)
        return lines.all.first ?? ""
    }

    private let event = Log.Event(
        .warning, "connection_warning", "the service\nsays \u{1B}[31mno",
        [("connection", "a"), ("help", "do \"that\"")])

    @Test func theJournalGetsThePriorityAndNoTime() {
        #expect(
            line(.journal, event)
                == "<4>the service\\nsays \\u{1b}[31mno event=connection_warning connection=a help=\"do \\\"that\\\"\"")
    }

    @Test func aTerminalGetsTheTimeOfDay() throws {
        let text = line(.text, event)
        #expect(text.wholeMatch(of: /\d\d:\d\d:\d\d warning: the service.*connection=a.*/) != nil, "\(text)")
        #expect(!text.contains("\n") && !text.contains("\u{1B}"))
    }

    @Test func machinesGetOneObject() throws {
        let document = try JSONValue.parse(Data(line(.json, event).utf8))
        #expect(document["level"] == "warning")
        #expect(document["time"] == "2023-11-14T22:30:00.000Z")
        #expect(document["message"]?.stringValue == event.message)
        #expect(document["connection"] == "a")
    }

    @Test func lowLevelsAreLeftOut() {
        let lines = LogLines()
        let log = lines.log(time: ManualTime.waiting())
        log.log(.debug, "e", "quiet")
        log.log(.info, "e", "loud")
        #expect(lines.count("loud") == 1)
        #expect(lines.all.count == 1)
    }

    @Test func fieldsWithoutAValueAreLeftOut() {
        #expect(Log.Event(.info, "e", "m", [("a", nil), ("b", "")]).fields.map(\.name) == ["b"])
        #expect(Log.quoted("") == "\"\"")
    }

    @Test func theFormatFollowsJournalStream() throws {
        var pipe: [Int32] = [0, 0]
        try #require(Glibc.pipe(&pipe) == 0)
        defer { for end in pipe { close(end) } }
        var status = stat()
        fstat(pipe[1], &status)
        let stream = "\(status.st_dev):\(status.st_ino)"
        let file = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        #expect(Log.Format.suiting(file, journalStream: stream) == .journal)
        #expect(Log.Format.suiting(file, journalStream: "1:2") == .text)
        #expect(Log.Format.suiting(file, journalStream: nil) == .text)
    }
}

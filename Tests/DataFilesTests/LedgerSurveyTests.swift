import Foundation
import JSON
import Model
import TestSupport
import Testing

@testable import DataFiles

/// What a survey says beside a ledger, row by row.
@Suite struct LedgerSurveyTests {
    let files = TemporaryDirectory()

    private var path: String { "\(files.path)/ledger" }

    private func set(_ text: String) -> DataSet { dataSet([files.file("a.csv", text)]) }

    private func open(_ expected: LedgerIdentity) throws -> LedgerReader {
        try #require(RowLedger.open(path: path, expecting: expected).ledger)
    }

    @Test func withoutALedgerNothingIsKnown() throws {
        let set = set("id,b\n1,x\n2,y\n")
        let found = try ledgerSurvey(set)
        #expect(found.changes == nil)
        #expect(found.delta == nil)
        #expect(found.removed == nil)
        #expect((found.full.rowCount, found.full.requestCount) == (2, 1))
        #expect(found.survey == (try survey(set).get()))
        #expect(try recordText(set, found, sending: found.full) == recordText(set))
    }

    @Test func addedChangedRemoved() throws {
        let before = try open(writeLedger(path, of: set("id,b\n1,a\n2,b\n3,c\n4,d\n")))
        let now = set("id,b\n5,e\n3,C\n1,a\n")
        let found = try ledgerSurvey(now, against: before)
        let changes = try #require(found.changes)
        #expect((changes.added, changes.changed, changes.removed, changes.unchanged) == (1, 1, 2, 1))
        #expect(changes.thereBefore == 4)
        let delta = try #require(found.delta)
        #expect(try recordText(now, found, sending: delta) == #"{"id":"5","b":"e"},{"id":"3","b":"C"}"#)
        #expect((delta.rowCount, delta.byteCount, delta.requestCount) == (2, 36, 1))
        #expect(try groups(found.removed, of: 1) == [["2"], ["4"]])
        var told: [String] = []
        try found.forEachChange(of: now) { told.append("\($0.kind.rawValue) \($0.key) \($0.place?.line ?? 0)") }
        #expect(told == ["added \"5\" 2", "changed \"3\" 3", "removed \"2\" 0", "removed \"4\" 0"])
    }

    @Test func nothingToDo() throws {
        let set = set("id,b\n1,a\n2,b\n")
        let found = try ledgerSurvey(set, against: open(writeLedger(path, of: set)))
        #expect(found.changes?.unchanged == 2)
        #expect(found.delta?.requestCount == 0)
        #expect(try chunks(set, found, sending: #require(found.delta)).isEmpty)
        #expect(try groups(found.removed).isEmpty)
    }

    /// Keys that the service cannot tell apart are one row; the delete names the key as it was sent last.
    @Test func aKeyThatChangesItsType() throws {
        let first = try open(writeLedger(path, of: set("id,b\n5,a\n6,b\n")))
        let retyped = dataSet([
            files.file("a.ndjson", "{\"id\":5,\"b\":\"a\"}\n{\"id\":6.0,\"b\":\"b\"}\n{\"id\":\"6 \",\"b\":\"b\"}\n")
        ])
        let found = try ledgerSurvey(retyped, against: first)
        #expect((found.changes?.changed, found.changes?.added, found.changes?.removed) == (2, 1, 0))
        let second = try open(writeLedger(path, of: retyped, against: first))
        let last = try ledgerSurvey(set("id,b\n6 ,b\n"), against: second)
        #expect(last.changes?.unchanged == 1)
        #expect(try groups(last.removed) == [[5, .number("6.0")]])
    }

    @Test func keysComeBackAsTheyWereSent() throws {
        let keys = ["plain", "with \"quotes\"", "comma, and\nline", "back\\slash", "東京", " "]
        let cells = keys.map { "\"\($0.replacing("\"", with: "\"\""))\",x\n" }.joined()
        let before = try open(writeLedger(path, of: set("id,b\n\(cells)")))
        let found = try ledgerSurvey(set("id,b\nother,x\n"), against: before)
        #expect(try groups(found.removed) == [keys.map(JSONValue.string)])
    }

    /// `keep`: counted for as long as they are away; sent again when they are back, for their time went on meanwhile.
    @Test func rowsLeftInPlace() throws {
        let first = try open(writeLedger(path, of: set("id,b\n1,a\n2,b\n")))
        let second = try open(writeLedger(path, of: set("id,b\n1,a\n"), against: first, removed: .kept))
        #expect((second.counts.live, second.counts.kept) == (1, 1))
        let still = try ledgerSurvey(set("id,b\n1,a\n"), against: second)
        #expect((still.changes?.kept, still.changes?.removed, still.changes?.thereBefore) == (1, 0, 2))
        // A manifest that asks for `delete` now finds them.
        #expect(try groups(still.removed) == [["2"]])
        let back = try ledgerSurvey(set("id,b\n1,a\n2,b\n"), against: second)
        #expect((back.changes?.kept, back.changes?.added, back.delta?.rowCount) == (0, 1, 1))
        let third = try open(writeLedger(path, of: set("id,b\n1,a\n"), against: second, removed: .deleted))
        #expect((third.counts.live, third.counts.kept) == (1, 0))
    }

    @Test func rejectedRowsAreNotSentAgain() throws {
        let text = "id,b\n1,a\n2,b\n3,c\n"
        let before = try open(writeLedger(path, of: set(text), rejected: [1]))
        #expect(before.counts.rejected == 1)
        let same = set(text)
        let found = try ledgerSurvey(same, against: before)
        #expect((found.changes?.standingRejected, found.changes?.unchanged) == (1, 2))
        #expect(found.delta?.rowCount == 0)
        #expect(try recordText(same, found, sending: found.full) == #"{"id":"1","b":"a"},{"id":"3","b":"c"}"#)
        #expect((found.full.rowCount, found.full.requestCount, found.full.byteCount) == (2, 1, 36))
        let retried = try ledgerSurvey(same, against: before, retryRejected: true)
        #expect(try recordText(same, retried, sending: #require(retried.delta)) == #"{"id":"2","b":"b"}"#)
        #expect(retried.full.rowCount == 3)
        let changed = try ledgerSurvey(set("id,b\n1,a\n2,B\n3,c\n"), against: before)
        #expect((changed.changes?.changed, changed.delta?.rowCount) == (1, 1))
        // It was never there: nothing is to be deleted when it goes.
        let gone = try ledgerSurvey(set("id,b\n1,a\n3,c\n"), against: before)
        #expect((gone.changes?.removed, gone.changes?.thereBefore, gone.removed?.count) == (0, 2, 0))
        // Left out of an upload it stays rejected.
        let after = try open(writeLedger(path, of: set(text), against: before))
        #expect(after.counts.rejected == 1)
    }

    /// A row of which an earlier version is there is deleted when it goes, though its last version was refused.
    @Test func anEarlierVersionOfARejectedRow() throws {
        let first = try open(writeLedger(path, of: set("id,b\n1,a\n2,b\n")))
        let second = try open(writeLedger(path, of: set("id,b\n1,a\n2,B\n"), against: first, rejected: [1]))
        #expect((second.counts.stale, second.counts.rejected) == (1, 0))
        let gone = try ledgerSurvey(set("id,b\n1,a\n"), against: second)
        #expect(gone.changes?.removed == 1)
        #expect(try groups(gone.removed) == [["2"]])
        // Without a ledger before, nobody knows.
        let found = try ledgerSurvey(set("id,b\n1,a\n2,b\n"))
        let identity = identity(found.survey)
        try RowLedger.write(
            path: path, identity: identity, rows: found.rows, sent: found.full, rejected: [0], removed: .kept)
        #expect(try open(identity).counts.stale == 1)
    }

    @Test func aLostLedgerIsRebuiltFromTheFiles() throws {
        let text = "id,b\n1,a\n2,b\n"
        let found = try ledgerSurvey(set(text))
        let identity = identity(found.survey)
        try RowLedger.write(
            path: path, identity: identity, rows: found.rows, sent: nil, rejected: [], removed: .kept)
        let again = try ledgerSurvey(set(text), against: open(identity))
        #expect((again.changes?.unchanged, again.delta?.rowCount) == (2, 0))
    }

    /// Far apart, across files of all formats, and in the first and last place.
    @Test func fewRowsOfManyFiles() throws {
        func texts(_ change: (Int) -> String) -> [DataFile] {
            let rows = (0..<900).map { "{\"id\":\"\($0)\",\"b\":\"\(change($0))\"}" }
            return [
                files.file("a.csv", "id,b\n" + (0..<300).map { "\($0),\"\(change($0))\"\n" }.joined()),
                files.file("b.ndjson", rows[300..<600].joined(separator: "\n \n")),
                files.file("c.json", "[\n" + rows[600..<900].joined(separator: " ,\n ") + "]"),
                files.file("d.csv", "id,b\nlast,x\n"),
            ]
        }
        let before = try open(writeLedger(path, of: dataSet(texts { _ in "line\\nx" })))
        let wanted = [0, 1, 150, 299, 300, 450, 599, 600, 601, 899]
        let set = dataSet(texts { wanted.contains($0) ? "new" : "line\\nx" })
        let all = try RowChunkTests.everything(set, ledgerSurvey(set))
        for size in [1, 50, 8 << 10] {
            var tuning = Tuning()
            tuning.seekReadSize = size
            let found = try ledgerSurvey(set, against: before, limits: RequestLimits(maxRows: 3), tuning: tuning)
            // The cells of the CSV file hold a backslash and an n, those of JSON a line feed: all of them differ.
            let delta = try #require(found.delta)
            #expect(delta.rowCount == wanted.count)
            let chunks = try chunks(
                set, found, sending: delta, limits: RequestLimits(maxRows: 3), tuning: tuning)
            #expect(chunks.map(\.rowCount) == [3, 3, 3, 1])
            #expect(chunks.map(\.index) == [0, 1, 2, 3])
            let sent = chunks.flatMap { chunk in (0..<chunk.rowCount).map { (chunk, $0) } }
            #expect(sent.map { $0.0.number(ofRow: $0.1) } == wanted)
            for (chunk, row) in sent {
                let number = chunk.number(ofRow: row)
                #expect(chunk.record(ofRow: row).elementsEqual(all.record(ofRow: number)))
                #expect(chunk.origin(ofRow: row) == all.origin(ofRow: number))
            }
        }
    }

    @Test func aFileThatMovedIsNotSent() throws {
        let before = try open(writeLedger(path, of: set("id,b\n1,a\n2,b\n")))
        let set = set("id,b\n1,a\n2,B\n3,c\n")
        let found = try ledgerSurvey(set, against: before)
        let delta = try #require(found.delta)
        _ = files.file("a.csv", "id,b\n1,a\n2,X\n3,longer\n")
        #expect {
            _ = try chunks(set, found, sending: delta)
        } throws: { error in
            (error as? DataProblems)?.diagnostics[0].message == "the file changed while it was uploaded"
        }
    }

    @Test func badFilesAreReportedAsWithoutALedger() throws {
        let before = try open(writeLedger(path, of: set("id,b\n1,a\n2,b\n")))
        let bad = set("id,b\n1,a\n1,b\n,c\n")
        guard
            case .failure(let found) = DataSurveyor.survey(
                bad, limits: RequestLimits(), temporaryDirectory: files.path, against: before, isCancelled: { false })
        else {
            Issue.record("two rows of one key passed")
            return
        }
        #expect(
            found.diagnostics.map(\.message) == [
                "the primary key \"id\" of this row is empty", "the primary key \"1\" occurs twice",
            ])
    }

    /// The second thread ends with the survey, whatever ends it.
    @Test func twoThreadsEndTogether() {
        let set = set("id,b\n" + (0..<500).map { "\($0),x\n" }.joined())
        var tuning = Tuning()
        tuning.batchBytes = 100
        let cancelled = DataSurveyor.survey(
            set, limits: RequestLimits(), temporaryDirectory: files.path, tuning: tuning, isCancelled: { true })
        #expect(throws: DataProblems.self) { try cancelled.get() }
        tuning.sortBytes = 0
        let noRoom = DataSurveyor.survey(
            set, limits: RequestLimits(), temporaryDirectory: "\(files.path)/none", tuning: tuning,
            isCancelled: { false })
        guard case .failure(let problems) = noRoom else {
            Issue.record("the survey found a place")
            return
        }
        #expect(problems.diagnostics.map(\.help) == ["create the directory, or set TMPDIR to another directory"])
    }

    @Test func faultsInAnyBatchAreNamedInOrder() {
        let text =
            "id,b\n" + (0..<200).map { $0 == 50 || $0 == 150 ? ",x\n" : $0 == 100 ? "only\n" : "\($0),x\n" }.joined()
        let expected = problems(set(text))
        #expect(expected.map { $0.prefix(9) } == ["a.csv:52:", "a.csv:102", "a.csv:152"])
        for batchBytes in [1, 60, 1000] {
            var tuning = Tuning()
            tuning.batchBytes = batchBytes
            #expect(problems(set(text), tuning: tuning) == expected)
        }
    }
}

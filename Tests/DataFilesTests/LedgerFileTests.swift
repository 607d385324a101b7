import Foundation
import Glibc
import Model
import TestSupport
import Testing

@testable import DataFiles

/// The file of a ledger: what is wrong with it is seen, and it is replaced whole or not at all.
@Suite struct LedgerFileTests {
    let files = TemporaryDirectory()

    private var path: String { "\(files.path)/ledger" }

    private func smallSet(_ text: String = "id,b\n1,x\n2,y\n3,z\n") -> DataSet { dataSet([files.file("a.csv", text)]) }

    private func reason(_ expected: LedgerIdentity, verifyingBody: Bool = true) -> String? {
        RowLedger.open(path: path, expecting: expected, verifyingBody: verifyingBody).reasonForFullUpload
    }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: files.path).sorted() }

    @Test func comesBackAsItWasWritten() throws {
        let written = try writeLedger(path, of: smallSet(), rejected: [1])
        let ledger = try #require(RowLedger.open(path: path, expecting: written).ledger)
        #expect(ledger.identity == written)
        #expect((ledger.counts.live, ledger.counts.rejected, ledger.counts.total) == (2, 1, 3))
        #expect(try names() == ["a.csv", "ledger"])
    }

    @Test func everyFlippedBitIsRecognised() throws {
        let expected = try writeLedger(path, of: smallSet())
        let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
        for place in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[place] ^= 1 << UInt8(bit)
                try Data(damaged).write(to: URL(fileURLWithPath: path))
                chmod(path, 0o600)
                let reason = reason(expected)
                let isVersion = (8..<12).contains(place)
                #expect(
                    reason
                        == (isVersion
                            ? "the row ledger was written by another version of this program"
                            : "the row ledger is damaged"),
                    "byte \(place), bit \(bit)")
            }
        }
    }

    @Test func everyOtherLengthIsRecognised() throws {
        let expected = try writeLedger(path, of: smallSet())
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for count in 0..<bytes.count {
            try bytes.prefix(count).write(to: URL(fileURLWithPath: path))
            chmod(path, 0o600)
            #expect(reason(expected) == "the row ledger is damaged", "\(count) bytes")
            #expect(reason(expected, verifyingBody: false) == "the row ledger is damaged", "\(count) bytes")
        }
        try (bytes + [0]).write(to: URL(fileURLWithPath: path))
        chmod(path, 0o600)
        #expect(reason(expected) == "the row ledger is damaged")
    }

    @Test func mismatches() throws {
        let set = smallSet()
        let written = try writeLedger(path, of: set)
        #expect(reason(written) == nil)
        var other = written
        other.connection = "c-2"
        #expect(reason(other) == "the row ledger belongs to another connection")
        other = written
        other.ttlSeconds = 60
        #expect(reason(other) == "ttl_seconds changed, and rows expire by the one that they were uploaded with")
        other = written
        other.primaryKey = "key"
        #expect(reason(other) == "the primary key is not the one that the row ledger was written for")
        other = written
        other.data.version += 1
        #expect(reason(other) == "the row ledger was written with another version of the row digests")
        let stranger = "the row ledger is not that of the last upload: another writer may have changed the rows"
        other = written
        other.data.at += 1
        #expect(reason(other) == stranger)
        other = written
        other.data.digest = String(repeating: "0", count: 32)
        #expect(reason(other) == stranger)
    }

    @Test func whatIsNoLedger() throws {
        let expected = try writeLedger(path, of: smallSet())
        #expect(
            RowLedger.open(path: path + "-none", expecting: expected).reasonForFullUpload == "there is no row ledger")
        #expect(symlink(path, path + "-link") == 0)
        #expect(
            RowLedger.open(path: path + "-link", expecting: expected).reasonForFullUpload
                == "the row ledger cannot be opened: it is a symbolic link")
        #expect(mkdir(path + "-directory", 0o700) == 0)
        #expect(mkfifo(path + "-fifo", 0o600) == 0)
        for kind in ["directory", "fifo"] {
            #expect(
                RowLedger.open(path: "\(path)-\(kind)", expecting: expected).reasonForFullUpload
                    == "the row ledger is not a regular file")
        }
        chmod(path, 0o620)
        #expect(reason(expected) == "another user may have written the row ledger")
    }

    @Test func theHeadAloneIsEnoughForTheCounts() throws {
        let expected = try writeLedger(path, of: smallSet())
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        chmod(path, 0o600)
        let ledger = RowLedger.open(path: path, expecting: expected, verifyingBody: false).ledger
        #expect(ledger?.counts.live == 3)
        #expect(RowLedger.open(path: path, expecting: expected).ledger == nil)
    }

    @Test func readableByItsOwnerAlone() throws {
        try Data("old".utf8).write(to: URL(fileURLWithPath: path))
        chmod(path, 0o644)
        try writeLedger(path, of: smallSet())
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o600)
    }

    @Test func whoHasItOpenKeepsWhatItWas() throws {
        let first = try writeLedger(path, of: smallSet())
        let before = try #require(RowLedger.open(path: path, expecting: first).ledger)
        let second = try writeLedger(path, of: smallSet("id,b\n9,x\n"))
        #expect(reason(first) != nil)
        #expect(reason(second) == nil)
        #expect(try before.verifyBody())
        let found = try ledgerSurvey(smallSet("id,b\n2,y\n"), against: before)
        #expect(found.changes?.unchanged == 1)
        #expect(try groups(found.removed).flatMap { $0 } == ["1", "3"])
    }

    @Test func aWriteThatFailsLeavesTheOldOne() throws {
        let expected = try writeLedger(path, of: smallSet())
        // Nothing can be written aside where a directory is in the way.
        #expect(mkdir(path + ".new", 0o700) == 0)
        #expect {
            try writeLedger(path, of: smallSet("id,b\n9,x\n"))
        } throws: { error in
            let problems = error as? DataProblems
            return problems?.canRetry == true
                && problems?.diagnostics[0].message
                    == "cannot create the row ledger \(path).new: File exists"
        }
        #expect(reason(expected) == nil)
        #expect(throws: DataProblems.self) {
            try writeLedger("\(files.path)/none/ledger", of: smallSet())
        }
    }

    /// A process that was killed while it wrote leaves a part under another name.
    @Test func whatAKillLeftBehind() throws {
        let expected = try writeLedger(path, of: smallSet())
        try Data("a part".utf8).write(to: URL(fileURLWithPath: path + ".new"))
        #expect(reason(expected) == nil)
        let next = try writeLedger(path, of: smallSet("id,b\n9,x\n"))
        #expect(reason(next) == nil)
        #expect(try names() == ["a.csv", "ledger"])
    }

    /// Nobody chooses what is overwritten by putting a link there.
    @Test func linksAreReplacedNotFollowed() throws {
        let target = "\(files.path)/target"
        try Data("mine".utf8).write(to: URL(fileURLWithPath: target))
        #expect(symlink(target, path) == 0)
        #expect(symlink(target, path + ".new") == 0)
        let expected = try writeLedger(path, of: smallSet())
        #expect(reason(expected) == nil)
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "mine")
    }
}

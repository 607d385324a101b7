import Model
import Platform
import TestSupport
import Testing

@testable import DataFiles

/// The row ledger, on a disk that fails.
@Suite struct LedgerFaultTests {
    private let files = TemporaryDirectory()

    @Test func aLedgerIsTheOldOneOrTheNewOne() async throws {
        let before = dataSet([files.file("a.csv", "id,b\n1,x\n2,y\n")])
        let old = try ledgerSurvey(before)
        let oldIdentity = identity(old.survey, at: 100)
        let after = dataSet([files.file("b.csv", "id,b\n1,x\n2,z\n3,w\n")])
        let new = try ledgerSurvey(after)
        let newIdentity = identity(new.survey, at: 200)
        try await everyFault { directory in
            try write(old, oldIdentity, directory, .system)
        } write: { directory, calls in
            try write(new, newIdentity, directory, calls)
        } verify: { directory, told in
            let path = directory + "/c.ledger"
            if let ledger = RowLedger.open(path: path, expecting: newIdentity).ledger {
                #expect(ledger.counts.live == 3, told)
                return true
            }
            #expect(RowLedger.open(path: path, expecting: oldIdentity).ledger?.counts.live == 2, told)
            return false
        }
    }

    @Test func aLedgerThatTakesItsNameIsThere() async throws {
        let set = dataSet([files.file("a.csv", "id,b\n1,x\n2,y\n")])
        let found = try ledgerSurvey(set)
        let expected = identity(found.survey)
        try await everyFault { directory in
            try write(found, expected, directory, .system, name: "c.next")
        } write: { directory, calls in
            // A try before this one may have moved it.
            if !FileStatus.exists(directory + "/c.next") { return try Directory.sync(directory, calls: calls) }
            try RowLedger.move(from: directory + "/c.next", to: directory + "/c.ledger", calls: calls)
        } verify: { directory, told in
            let isMoved = FileStatus.exists(directory + "/c.ledger")
            let path = directory + (isMoved ? "/c.ledger" : "/c.next")
            #expect(RowLedger.open(path: path, expecting: expected).ledger?.counts.live == 2, told)
            return isMoved
        }
    }

    /// Rows are sorted in a temporary directory; a full one is not the data's fault.
    @Test(arguments: [28, 5]) func sortingOnAFullDiskIsAnErrorOfTheMachine(code: Int32) throws {
        let directory = TemporaryDirectory()
        let disk = FaultyDisk(directory.path, at: 0, .failing(code))
        let file = try SpillFile(in: directory.path, calls: disk.calls)
        let bytes = [UInt8](repeating: 1, count: 100)
        do throws(DataProblems) {
            try bytes.withUnsafeBytes { buffer in
                Result { () throws(DataProblems) in try file.append(buffer) }
            }.get()
            Issue.record("it was written")
        } catch {
            #expect(error.diagnostics.map(\.isOfTheMachine) == [true])
            #expect(error.canRetry)
        }
    }

    private func write(
        _ found: LedgerSurvey, _ identity: LedgerIdentity, _ directory: String, _ calls: SystemCalls,
        name: String = "c.ledger"
    ) throws {
        try RowLedger.write(
            path: "\(directory)/\(name)", identity: identity, rows: found.rows, sent: found.full, rejected: [],
            removed: .kept, mayHaveEarlierRows: false, calls: calls)
    }
}

import DataFiles
import Foundation
import Model
import Platform

/// Where the row ledgers are: `rows/UUID.ledger` in the state directory, one for each connection with data.
///
/// Beside it stands `UUID.next` while an upload is under way: the ledger that the upload leads to, with every row that
/// the one before knows. From the request on that completes the batch it says what may be at the service.
struct LedgerDirectory: Sendable {
    private let path: String
    private let calls: SystemCalls

    init(stateDirectory: String, calls: SystemCalls = .system) {
        path = stateDirectory + "/rows"
        self.calls = calls
    }

    func path(uuid: String) -> String { "\(path)/\(ConnectionFileName.escaped(uuid)).ledger" }

    private func nextPath(uuid: String) -> String { "\(path)/\(ConnectionFileName.escaped(uuid)).next" }

    func open(uuid: String, set: DataSet, data: DataStamp, verifyingBody: Bool) -> LedgerOpening {
        RowLedger.open(
            path: path(uuid: uuid), expecting: Self.identity(uuid: uuid, set: set, data: data),
            verifyingBody: verifyingBody)
    }

    /// What was uploaded once to a connection of which no marker says what rows it has.
    func openMemory(uuid: String, set: DataSet) -> LedgerOpening {
        open(
            uuid: uuid, set: set, data: DataStamp(version: DataSurvey.digestVersion, digest: "", at: 0),
            verifyingBody: true)
    }

    /// The ledger that a batch leads to, where its draft was finished.
    func openNext(uuid: String, set: DataSet, batch: AppliedBatch) -> LedgerReader? {
        let opening = RowLedger.open(
            path: nextPath(uuid: uuid), expecting: Self.identity(uuid: uuid, set: set, data: batch.result),
            verifyingBody: true)
        // One of another batch is left over: what it knows may be less than what is there.
        return opening.memory.flatMap { $0.identity.data == batch.result ? $0 : nil }
    }

    /// Puts the ledger of a batch in place that nobody knows the end of: rows of it may be there.
    func keepNext(uuid: String, set: DataSet, batch: AppliedBatch) throws(DataProblems) {
        if openNext(uuid: uuid, set: set, batch: batch) != nil { try moveNext(uuid: uuid) }
    }

    /// Puts the ledger of an upload in place that came to its end.
    func moveNext(uuid: String) throws(DataProblems) {
        try RowLedger.move(from: nextPath(uuid: uuid), to: path(uuid: uuid), calls: calls)
    }

    /// Writes the ledger of an upload that is under way.
    func writeNext(
        uuid: String, set: DataSet, data: DataStamp, rows: SurveyedRows, sent: RowSelection
    ) throws(DataProblems) {
        try makeDirectory()
        try RowLedger.write(
            path: nextPath(uuid: uuid), identity: Self.identity(uuid: uuid, set: set, data: data), rows: rows,
            sent: sent, rejected: [], removed: .kept, calls: calls)
    }

    /// Puts the next ledger in place. Errors: the disk's.
    func write(
        uuid: String, set: DataSet, data: DataStamp, rows: SurveyedRows, sent: RowSelection?,
        rejected: Set<Int>, removed: RemovedRowsOutcome, mayHaveEarlierRows: Bool
    ) throws(DataProblems) {
        try makeDirectory()
        try RowLedger.write(
            path: path(uuid: uuid), identity: Self.identity(uuid: uuid, set: set, data: data), rows: rows, sent: sent,
            rejected: rejected, removed: removed, mayHaveEarlierRows: mayHaveEarlierRows, calls: calls)
        Directory.remove(nextPath(uuid: uuid), calls: calls)
    }

    /// Forgets the ledger of a connection that is gone.
    func remove(uuid: String) {
        Directory.remove(path(uuid: uuid), calls: calls)
        Directory.remove(nextPath(uuid: uuid), calls: calls)
    }

    private func makeDirectory() throws(DataProblems) {
        try failing(as: { DataProblems.ofTheMachine($0.message, help: $0.help(.writing)) }) { () throws(SystemError) in
            try Directory.create(path, calls: calls)
        }
    }

    private static func identity(uuid: String, set: DataSet, data: DataStamp) -> LedgerIdentity {
        LedgerIdentity(connection: uuid, primaryKey: set.primaryKey, ttlSeconds: set.ttlSeconds, data: data)
    }
}

extension SurveyRecord {
    /// As it stands in state.
    init?(text: String) {
        guard let record = try? JSONDecoder().decode(SurveyRecord.self, from: Data(text.utf8)) else { return nil }
        self = record
    }

    var text: String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension LedgerOpening {
    /// The ledger, also where it only knows rows that were uploaded once.
    var memory: LedgerReader? {
        switch self {
        case .valid(let ledger): ledger
        case .mismatch(_, let ledger): ledger
        case .absent, .damaged: nil
        }
    }
}

extension AppliedBatch {
    /// What the marker says once the batch is complete. Rows expire by the full upload that they came with, so a delta
    /// leaves its time as it is.
    var result: DataStamp {
        DataStamp(version: DataSurvey.digestVersion, digest: digest, at: isDelta ? base?.at ?? began : began)
    }
}

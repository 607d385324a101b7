import DataFiles
import Foundation
import Model

/// Where the row ledgers are: `rows/UUID.ledger` in the state directory, one for each connection with data.
///
/// Beside it stands `UUID.next` while an upload is under way: the ledger that the upload leads to, with every row that
/// the one before knows. From the request on that completes the batch it says what may be at the service.
struct LedgerDirectory: Sendable {
    private let path: String

    init(stateDirectory: String) {
        path = stateDirectory + "/rows"
    }

    func path(uuid: String) -> String { "\(path)/\(uuid).ledger" }

    private func nextPath(uuid: String) -> String { "\(path)/\(uuid).next" }

    func open(uuid: String, set: DataSet, data: OwnershipMarker.Data, verifyingBody: Bool) -> LedgerOpening {
        RowLedger.open(
            path: path(uuid: uuid), expecting: Self.identity(uuid: uuid, set: set, data: data),
            verifyingBody: verifyingBody)
    }

    /// The best memory of a connection of which no marker says what rows it has. `isCompleting` says that the request
    /// that completes a batch was begun.
    func openMemory(uuid: String, set: DataSet, isCompleting: Bool) -> LedgerOpening {
        let nothing = Self.identity(
            uuid: uuid, set: set, data: OwnershipMarker.Data(version: DataSurvey.digestVersion, digest: "", at: 0))
        if isCompleting {
            let next = RowLedger.open(path: nextPath(uuid: uuid), expecting: nothing, verifyingBody: true)
            if case .mismatch(_, .some) = next { return next }
        }
        return RowLedger.open(path: path(uuid: uuid), expecting: nothing, verifyingBody: true)
    }

    /// Puts the ledger of an upload in place that nobody knows the end of: rows of it may be there.
    func keepNext(uuid: String) throws(DataProblems) {
        if access(nextPath(uuid: uuid), F_OK) == 0 { try moveNext(uuid: uuid) }
    }

    /// Puts the ledger of an upload in place that came to its end.
    func moveNext(uuid: String) throws(DataProblems) {
        try RowLedger.move(from: nextPath(uuid: uuid), to: path(uuid: uuid))
    }

    /// Writes the ledger of an upload that is under way.
    func writeNext(
        uuid: String, set: DataSet, data: OwnershipMarker.Data, rows: SurveyedRows, sent: RowSelection
    ) throws(DataProblems) {
        try makeDirectory()
        try RowLedger.write(
            path: nextPath(uuid: uuid), identity: Self.identity(uuid: uuid, set: set, data: data), rows: rows,
            sent: sent, rejected: [], removed: .kept)
    }

    /// Puts the next ledger in place. Errors: the disk's.
    func write(
        uuid: String, set: DataSet, data: OwnershipMarker.Data, rows: SurveyedRows, sent: RowSelection?,
        rejected: Set<Int>, removed: RemovedRowsOutcome, mayHaveEarlierRows: Bool
    ) throws(DataProblems) {
        try makeDirectory()
        try RowLedger.write(
            path: path(uuid: uuid), identity: Self.identity(uuid: uuid, set: set, data: data), rows: rows, sent: sent,
            rejected: rejected, removed: removed, mayHaveEarlierRows: mayHaveEarlierRows)
        unlink(nextPath(uuid: uuid))
    }

    /// Forgets the ledger of a connection that is gone.
    func remove(uuid: String) {
        unlink(path(uuid: uuid))
        unlink(nextPath(uuid: uuid))
    }

    private func makeDirectory() throws(DataProblems) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw DataProblems(diagnostics: [Diagnostic(.error, "cannot create \(path): \(error.localizedDescription)")]
            )
        }
    }

    private static func identity(uuid: String, set: DataSet, data: OwnershipMarker.Data) -> LedgerIdentity {
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

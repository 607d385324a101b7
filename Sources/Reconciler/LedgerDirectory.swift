import DataFiles
import Foundation
import Model

/// Where the row ledgers are: `rows/UUID.ledger` in the state directory, one for each connection with data.
struct LedgerDirectory: Sendable {
    private let path: String

    init(stateDirectory: String) {
        path = stateDirectory + "/rows"
    }

    func path(uuid: String) -> String { "\(path)/\(uuid).ledger" }

    func open(uuid: String, set: DataSet, data: OwnershipMarker.Data, verifyingBody: Bool) -> LedgerOpening {
        RowLedger.open(
            path: path(uuid: uuid), expecting: Self.identity(uuid: uuid, set: set, data: data),
            verifyingBody: verifyingBody)
    }

    /// Puts the next ledger in place. Errors: the disk's.
    func write(
        uuid: String, set: DataSet, data: OwnershipMarker.Data, rows: SurveyedRows, sent: RowSelection?,
        rejected: Set<Int>, removed: RemovedRowsOutcome, mayHaveEarlierRows: Bool
    ) throws(DataProblems) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw DataProblems(diagnostics: [Diagnostic(.error, "cannot create \(path): \(error.localizedDescription)")]
            )
        }
        try RowLedger.write(
            path: path(uuid: uuid), identity: Self.identity(uuid: uuid, set: set, data: data), rows: rows, sent: sent,
            rejected: rejected, removed: removed, mayHaveEarlierRows: mayHaveEarlierRows)
    }

    /// Forgets the ledger of a connection that is gone.
    func remove(uuid: String) { unlink(path(uuid: uuid)) }

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

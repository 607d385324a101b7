import Foundation
import JSON
import Model

@testable import DataFiles

func identity(_ survey: DataSurvey, connection: String = "c-1", at: Int = 100, ttl: Int? = nil) -> LedgerIdentity {
    LedgerIdentity(
        connection: connection, primaryKey: "id", ttlSeconds: ttl,
        data: DataStamp(
            version: DataSurvey.digestVersion, digest: survey.digest.description, at: at))
}

func ledgerSurvey(
    _ set: DataSet, against ledger: LedgerReader? = nil, retryRejected: Bool = false,
    limits: RequestLimits = RequestLimits(), tuning: Tuning = Tuning()
) throws -> LedgerSurvey {
    try DataSurveyor.survey(
        set, limits: limits, temporaryDirectory: NSTemporaryDirectory(), against: ledger,
        retryRejected: retryRejected, tuning: tuning, isCancelled: { false }
    ).get()
}

/// The chunks of a selection.
func chunks(
    _ set: DataSet, _ survey: LedgerSurvey, sending selection: RowSelection, limits: RequestLimits = RequestLimits(),
    tuning: Tuning = Tuning()
) throws -> [RowChunk] {
    var reader = try RowChunkReader(
        set, limits: limits, expecting: survey.survey.fingerprint, sending: selection, tuning: tuning)
    var chunks: [RowChunk] = []
    while let chunk = try reader.next() { chunks.append(chunk) }
    try reader.verifyUnchanged()
    return chunks
}

/// The JSON text of a selection's records, joined by commas.
func recordText(_ set: DataSet, _ survey: LedgerSurvey, sending selection: RowSelection) throws -> String {
    try chunks(set, survey, sending: selection).map { String(decoding: $0.records, as: UTF8.self) }
        .joined(separator: ",")
}

/// Surveys a set, takes it as uploaded, and writes its ledger.
@discardableResult
func writeLedger(
    _ path: String, of set: DataSet, against ledger: LedgerReader? = nil, rejected: Set<Int> = [],
    removed: RemovedRowsOutcome = .kept, identity given: LedgerIdentity? = nil
) throws -> LedgerIdentity {
    let found = try ledgerSurvey(set, against: ledger)
    let identity = given ?? identity(found.survey)
    try RowLedger.write(
        path: path, identity: identity, rows: found.rows, sent: found.delta ?? found.full, rejected: rejected,
        removed: removed, mayHaveEarlierRows: false)
    return identity
}

/// The keys of removed rows, in groups.
func groups(_ keys: RemovedKeys?, of size: Int = 5000) throws -> [[JSONValue]] {
    guard var groups = keys?.groups(of: size) else { return [] }
    var all: [[JSONValue]] = []
    while let group = try groups.nextGroup() { all.append(group) }
    return all
}

import Foundation
import JSON
import Model
import TestSupport

@testable import DataFiles

extension TemporaryDirectory {
    /// Writes a file; its format is told by its name.
    func file(_ name: String, _ bytes: some Collection<UInt8>) -> DataFile {
        let full = "\(path)/\(name)"
        precondition(FileManager.default.createFile(atPath: full, contents: Data(bytes)))
        let kind = DataFileName(name)!
        return DataFile(
            absolutePath: full, displayPath: name, format: kind.format, isCompressed: kind.isCompressed,
            hasTabs: kind.hasTabs)
    }

    func file(_ name: String, _ text: String) -> DataFile { file(name, text.utf8) }
}

func dataSet(
    _ files: [DataFile], key: String = "id", columns: [String: ColumnType] = [:], ttl: Int? = nil
) -> DataSet {
    DataSet(files: files, primaryKey: key, columns: columns, ttlSeconds: ttl)
}

func survey(
    _ set: DataSet, limits: RequestLimits = RequestLimits(), tuning: Tuning = Tuning(),
    temporaryDirectory: String = NSTemporaryDirectory()
) -> Result<DataSurvey, DataProblems> {
    DataSurveyor.survey(
        set, limits: limits, temporaryDirectory: temporaryDirectory, tuning: tuning, isCancelled: { false })
}

/// All chunks of a set that was surveyed.
func chunks(
    _ set: DataSet, limits: RequestLimits = RequestLimits(), tuning: Tuning = Tuning()
) throws -> [RowChunk] {
    let found = try survey(set, limits: limits, tuning: tuning).get()
    var reader = try RowChunkReader(set, limits: limits, expecting: found.fingerprint, tuning: tuning)
    var chunks: [RowChunk] = []
    while let chunk = try reader.next() { chunks.append(chunk) }
    try reader.verifyUnchanged()
    return chunks
}

/// The JSON text of all records, joined by commas.
func recordText(_ set: DataSet, tuning: Tuning = Tuning()) throws -> String {
    try chunks(set, tuning: tuning).map { String(decoding: $0.records, as: UTF8.self) }.joined(separator: ",")
}

/// What a survey finds wrong, as `file:line:column: message`; empty where nothing is.
func problems(_ set: DataSet, tuning: Tuning = Tuning(), limits: RequestLimits = RequestLimits()) -> [String] {
    guard case .failure(let problems) = survey(set, limits: limits, tuning: tuning) else { return [] }
    return problems.diagnostics.map { "\($0.location.map { "\($0): " } ?? "")\($0.message)" }
}

import Foundation
import Model
import Platform
import TestSupport

@testable import StateStore

let identity = StateIdentity(apiURL: "https://api.test/v1", owner: "default")

extension TemporaryDirectory {
    var journal: String { path + "/state.jsonl" }
    func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: journal))) }
    func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: journal)) }
    func lines() throws -> Int { try bytes().count { $0 == UInt8(ascii: "\n") } }
    func mode(_ path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? -1
    }
}

func open(_ directory: TemporaryDirectory, time: ManualTime = ManualTime(), calls: SystemCalls = SystemCalls()) throws
    -> StateStore
{
    try StateStore(directory: directory.path, identity: identity, time: time, calls: calls)
}

func applied(_ uuid: String, name: String = "Profiles") -> AppliedConnection {
    AppliedConnection(
        uuid: uuid, name: name, primaryKey: "user_id",
        sent: FieldSnapshot(fields: ["name": "\"\(name)\"", "external_api_details.headers.Authorization": "keyed:00"]),
        references: [AppliedReference(uuid: "r", type: "mail", id: "1742")],
        data: AppliedData(version: 1, digest: "d", at: 1, rows: 2),
        batch: AppliedBatch(
            uuid: "b", digest: "d", began: 1, touched: 2, maxRows: 5000, maxBytes: 8, confirmed: IndexRanges([0, 1])))
}

/// The error that the operation throws; nil where it throws none.
func failure<Value>(_ operation: () async throws -> Value) async -> StateError? {
    do {
        _ = try await operation()
        return nil
    } catch {
        return error as? StateError
    }
}

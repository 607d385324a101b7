import Foundation
import Model
import Platform
import Synchronization

@testable import StateStore

let identity = StateIdentity(apiURL: "https://api.test/v1", owner: "default")

/// A directory of its own for a test; removed when the last one lets go of it.
final class TestDirectory: Sendable {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "reconcile-state-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var journal: String { path + "/state.jsonl" }
    func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: journal))) }
    func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: journal)) }
    func lines() throws -> Int { try bytes().count { $0 == UInt8(ascii: "\n") } }
    func mode(_ path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? -1
    }
}

/// A clock that stands where it is put.
final class FakeTime: TimeSource {
    private let now: Mutex<Double>

    init(_ now: Double = 1_700_000_000) { self.now = Mutex(now) }

    func advance(_ seconds: Double) { now.withLock { $0 += seconds } }
    func unixTime() -> Double { now.withLock(\.self) }
    func uptime() -> Double { unixTime() }
    func sleep(seconds: Double) async throws { advance(seconds) }
    func random() -> Double { 0.5 }
}

func open(_ directory: TestDirectory, time: FakeTime = FakeTime(), calls: SystemCalls = SystemCalls()) throws
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

import APIClient
import Foundation
import JSON
import Model
import Synchronization

@testable import Reconciler

/// Takes uploads and keeps what came; everything else goes to a real writer.
final class FakeWriter: ConnectionWriting {
    struct Upload: Sendable {
        var batch: String
        /// The primary keys in the order sent.
        var ids: [String]
        var bytes: Int
        var completes: Bool
        /// Uploads that were under way when it began, itself included, and bytes of their bodies.
        var together: Int
        var bytesTogether: Int
        var wasRefused = false
        /// Whether the service took it, and how large its body was.
        var isTaken = false
        var bodyBytes = 0
    }

    private struct State {
        var uploads: [Upload] = []
        var underWay = 0
        var bytesUnderWay = 0
    }

    typealias Judge = @Sendable (UploadRequest, _ number: Int) -> APIError?

    private let real: any ConnectionWriting
    private let judge: Judge
    /// Whether the answers of deletes get lost, as they do for a process that is killed.
    private let losesDeletes: Bool
    private let loseAnswer: @Sendable (UploadRequest) -> APIError?
    private let state = Mutex(State())

    /// `judge` refuses an upload, numbered from 1 in the order of arrival, with an error; `loseAnswer` fails one that
    /// had its effect.
    init(
        _ real: any ConnectionWriting, losesDeletes: Bool = false, judge: @escaping Judge = { _, _ in nil },
        loseAnswer: @escaping @Sendable (UploadRequest) -> APIError? = { _ in nil }
    ) {
        self.real = real
        self.judge = judge
        self.losesDeletes = losesDeletes
        self.loseAnswer = loseAnswer
    }

    var uploads: [Upload] { state.withLock(\.uploads) }

    static func error(_ kind: APIError.Kind, _ request: UploadRequest) -> APIError {
        APIError(kind, .uploadData, subject: request.connection, cause: "as scripted")
    }

    func upload(_ request: UploadRequest) async throws(APIError) {
        let (refusal, number) = begin(request)
        // Others get the chance to be under way at the same time.
        for _ in 0..<20 { await Task.yield() }
        request.onEvent(.bodySent)
        for _ in 0..<20 { await Task.yield() }
        state.withLock { state in
            state.underWay -= 1
            state.bytesUnderWay -= request.body.count
        }
        if let refusal { throw refusal }
        try await real.upload(request)
        state.withLock { $0.uploads[number].isTaken = true }
        if let lost = loseAnswer(request) { throw lost }
    }

    private func begin(_ request: UploadRequest) -> (APIError?, number: Int) {
        state.withLock { state in
            state.underWay += 1
            state.bytesUnderWay += request.body.count
            let error = judge(request, state.uploads.count + 1)
            let rows = (try? JSONValue.parse(request.body))?["data"]?.arrayValue ?? []
            state.uploads.append(
                Upload(
                    batch: request.batchUUID, ids: rows.map { $0["id"]?.stringValue ?? "" },
                    bytes: request.recordByteCount, completes: request.completesBatch, together: state.underWay,
                    bytesTogether: state.bytesUnderWay, wasRefused: error != nil, bodyBytes: request.body.count))
            return (error, state.uploads.count - 1)
        }
    }

    func create(_ definition: Definition) async throws(APIError) -> String { try await real.create(definition) }
    func update(_ uuid: String, to definition: Definition) async throws(APIError) -> ActualConnection {
        try await real.update(uuid, to: definition)
    }
    func delete(_ uuid: String) async throws(APIError) {
        try await real.delete(uuid)
        if losesDeletes { throw APIError(.unavailable, .deleteConnection, subject: uuid, cause: "as scripted") }
    }
    func deleteRows(_ uuid: String, primaryKeys: [JSONValue]) async throws(APIError) {
        try await real.deleteRows(uuid, primaryKeys: primaryKeys)
    }
    func createReference(_ reference: Reference, on uuid: String) async throws(APIError) -> ActualReference {
        try await real.createReference(reference, on: uuid)
    }
    func deleteReference(_ referenceUUID: String, of uuid: String) async throws(APIError) {
        try await real.deleteReference(referenceUUID, of: uuid)
    }
}

import Foundation
import JSON

/// One request of a batch: up to 5000 rows for an upload-based connection.
package struct UploadRequest: Sendable {
    /// What is heard of a request on its way.
    package enum Event: Sendable, Hashable {
        /// The body has gone out; from here on the request only waits for its answer.
        case bodySent
        /// The request is about to be sent again.
        case repeated
    }

    /// Bytes that a body never takes beside its records.
    package static let maxOverhead = 256

    package let connection: String
    package let rowCount: Int
    /// Seconds after which the rows expire; nil for never.
    package let ttlSeconds: Int?
    /// `batch_uuid`; fixed for all requests of a batch, so that sending one again is safe.
    package let batchUUID: String
    /// Whether the batch is done with this request; its rows become visible then.
    package let completesBatch: Bool
    /// The body as it is sent.
    package let body: Data
    /// Called from any thread, `bodySent` once for each time that the request is sent.
    package var onEvent: @Sendable (Event) -> Void
    /// Where the records stand in `body`.
    private let recordBytes: Range<Int>

    /// `records` are JSON objects in UTF-8, joined by commas, without brackets around them.
    package init(
        connection: String, records: UnsafeRawBufferPointer, rowCount: Int, ttlSeconds: Int?, batchUUID: String,
        completesBatch: Bool, pool: BodyPool = BodyPool(keptBytes: 0),
        onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        self.connection = connection
        self.rowCount = rowCount
        self.ttlSeconds = ttlSeconds
        self.batchUUID = batchUUID
        self.completesBatch = completesBatch
        self.onEvent = onEvent
        let head = Array(#"{"data":["#.utf8)
        var tail = Array("],\"ttl_seconds\":\(ttlSeconds.map(String.init) ?? "null"),\"batch_uuid\":".utf8)
        JSONText.writeString(batchUUID, to: &tail)
        tail.append(contentsOf: ",\"batch_completed\":\(completesBatch)}".utf8)
        body = pool.join(head, records, tail)
        recordBytes = head.count..<head.count + records.count
    }

    /// Bytes of the records and the commas between them.
    package var recordByteCount: Int { recordBytes.count }

    /// The records as they were given: whoever sends need not keep them beside the body.
    package var records: [UInt8] { Array(body[recordBytes]) }
}

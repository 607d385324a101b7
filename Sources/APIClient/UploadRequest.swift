import Foundation
import JSON

/// One request of a batch: up to 5000 rows for an upload-based connection.
package struct UploadRequest: Sendable {
    package var connection: String
    /// JSON objects in UTF-8, joined by commas, without brackets around them.
    package var records: [UInt8]
    package var rowCount: Int
    /// Seconds after which the rows expire; nil for never.
    package var ttlSeconds: Int?
    /// `batch_uuid`; fixed for all requests of a batch, so that sending one again is safe.
    package var batchUUID: String
    /// Whether the batch is done with this request; its rows become visible then.
    package var completesBatch: Bool

    package init(
        connection: String, records: [UInt8], rowCount: Int, ttlSeconds: Int?, batchUUID: String, completesBatch: Bool
    ) {
        self.connection = connection
        self.records = records
        self.rowCount = rowCount
        self.ttlSeconds = ttlSeconds
        self.batchUUID = batchUUID
        self.completesBatch = completesBatch
    }

    /// The request's body, in one allocation.
    var body: Data {
        let head = Array(#"{"data":["#.utf8)
        var tail = Array("],\"ttl_seconds\":\(ttlSeconds.map(String.init) ?? "null"),\"batch_uuid\":".utf8)
        JSONText.writeString(batchUUID, to: &tail)
        tail.append(contentsOf: ",\"batch_completed\":\(completesBatch)}".utf8)
        var data = Data(capacity: head.count + records.count + tail.count)
        data.append(contentsOf: head)
        data.append(contentsOf: records)
        data.append(contentsOf: tail)
        return data
    }
}

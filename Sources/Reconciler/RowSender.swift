import APIClient
import DataFiles
import Model

/// Sends rows of a batch without completing it, and narrows what the service refuses down to the rows.
struct RowSender: Sendable {
    let connection: String
    let primaryKey: String
    let ttlSeconds: Int?
    let batchUUID: String
    let writer: any ConnectionWriting
    let rejections: RejectedRows

    /// One request as it is.
    func upload(_ chunk: RowChunk, completes: Bool) async throws(APIError) {
        try await writer.upload(
            UploadRequest(
                connection: connection, records: chunk.records, rowCount: chunk.rowCount, ttlSeconds: ttlSeconds,
                batchUUID: batchUUID, completesBatch: completes))
    }

    /// Sends all rows that the service takes; returns how many it rejected and one that it took.
    ///
    /// A 422 that names rows costs one more request, one that does not is halved until the rows are known; a 413 is
    /// halved too. Errors: everything that is not about single rows, and more rejections than are allowed.
    func send(_ chunk: RowChunk) async throws(StepFailure) -> (rejected: Int, carrier: RowChunk?) {
        var rejected = 0
        var carrier: RowChunk?
        var pieces = [chunk]
        while let piece = pieces.popLast() {
            do throws(APIError) {
                try await upload(piece, completes: false)
                carrier = carrier ?? piece.slice(0..<1)
            } catch {
                guard error.kind == .tooLarge || error.mayConcernRows else { throw StepFailure(error) }
                let named = (error.rejectedRows ?? []).filter { $0 < piece.rowCount }
                if !named.isEmpty {
                    for row in named { try reject(row, of: piece, reason: error.reason(forRow: row)) }
                    rejected += named.count
                    let rest = piece.removing(Set(named))
                    if rest.rowCount > 0 { pieces.append(rest) }
                } else if piece.rowCount == 1 {
                    try reject(0, of: piece, reason: error.cause)
                    rejected += 1
                } else {
                    let middle = piece.rowCount / 2
                    pieces.append(piece.slice(middle..<piece.rowCount))
                    pieces.append(piece.slice(0..<middle))
                }
            }
        }
        return (rejected, carrier)
    }

    private func reject(_ row: Int, of piece: RowChunk, reason: String) throws(StepFailure) {
        let place = piece.origin(ofRow: row)
        let isWithinLimit = rejections.add(
            RejectedRow(
                place: place, primaryKey: piece.primaryKeyText(ofRow: row, primaryKey: primaryKey), reason: reason))
        if !isWithinLimit {
            throw StepFailure(
                .failed, "the service rejected more than \(rejections.limit) rows, so the upload was given up",
                help: "correct the rows reported above, or raise max_row_errors in the Policy")
        }
    }
}

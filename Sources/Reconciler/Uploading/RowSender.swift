import APIClient
import DataFiles
import Model

/// Sends rows of a batch without completing it, and narrows what the service refuses down to the rows.
struct RowSender: Sendable {
    /// What became of the rows of one request.
    struct Outcome: Sendable {
        /// Numbers, in the data set, of the rows that the service refused.
        var rejectedRows: [Int] = []
        var rejected: Int { rejectedRows.count }
        var requests = 0
        /// Bytes of bodies that the service took.
        var bytes = 0
        /// One row that the service took, where it was asked for.
        var carrier: RowChunk?
    }

    let connection: String
    let primaryKey: String
    /// Whether no key may be shown.
    let hidesKeys: Bool
    let ttlSeconds: Int?
    let batchUUID: String
    let writer: any ConnectionWriting
    let sizeLimit: RequestSizeLimit
    let pool: BodyPool
    let rejections: RejectedRows

    func piece(
        _ chunk: RowChunk, completes: Bool, onEvent: @escaping @Sendable (UploadRequest.Event) -> Void
    ) -> UploadPiece {
        chunk.records.withUnsafeBytes { piece(chunk, $0, completes: completes, onEvent: onEvent) }
    }

    /// The same with the text of the rows beside the chunk.
    func piece(
        _ chunk: RowChunk, _ records: UnsafeRawBufferPointer, completes: Bool,
        onEvent: @escaping @Sendable (UploadRequest.Event) -> Void
    ) -> UploadPiece {
        UploadPiece(
            chunk,
            request: UploadRequest(
                connection: connection, records: records, rowCount: chunk.rowCount, ttlSeconds: ttlSeconds,
                batchUUID: batchUUID, completesBatch: completes, pool: pool, onEvent: onEvent))
    }

    /// Sends all rows that the service takes.
    ///
    /// A 422 that names rows costs one more request, one that does not is halved until the rows are known; a 413 is
    /// halved too, and so is what was too large before. Errors: everything that is not about single rows, and more
    /// rejections than are allowed.
    func send(_ piece: UploadPiece, wantsCarrier: Bool) async throws(StepFailure) -> Outcome {
        var outcome = Outcome()
        var pieces = [piece]
        while let piece = pieces.popLast() {
            if isTooLarge(piece) {
                pieces += halves(of: piece)
                continue
            }
            do throws(APIError) {
                try await writer.upload(piece.request)
                outcome.requests += 1
                outcome.bytes += piece.request.body.count
                if wantsCarrier, outcome.carrier == nil { outcome.carrier = piece.chunk.slice(0..<1) }
            } catch {
                if error.kind == .tooLarge { sizeLimit.lower(below: piece.recordBytes) }
                pieces += try narrowed(piece, error, rejected: &outcome.rejectedRows)
            }
        }
        return outcome
    }

    /// Whether requests of that size were refused before; a single row has to be tried all the same.
    func isTooLarge(_ piece: UploadPiece) -> Bool {
        piece.rowCount > 1 && piece.recordBytes > sizeLimit.current
    }

    /// What is still to be sent of a request that was refused, the last first.
    private func narrowed(
        _ piece: UploadPiece, _ error: APIError, rejected: inout [Int]
    ) throws(StepFailure) -> [UploadPiece] {
        guard error.kind == .tooLarge || error.mayConcernRows else { throw StepFailure(error) }
        let named = (error.rejectedRows ?? []).filter { $0 < piece.rowCount }
        if !named.isEmpty {
            let chunk = piece.chunk
            for row in named { try reject(row, of: chunk, reason: error.reason(forRow: row)) }
            rejected += named.map(chunk.number(ofRow:))
            let rest = chunk.removing(Set(named))
            return rest.rowCount > 0 ? [again(rest, piece)] : []
        }
        if piece.rowCount == 1 {
            try reject(0, of: piece.chunk, reason: error.cause)
            rejected.append(piece.chunk.number(ofRow: 0))
            return []
        }
        return halves(of: piece)
    }

    /// The second half, then the first.
    private func halves(of piece: UploadPiece) -> [UploadPiece] {
        let chunk = piece.chunk
        let middle = chunk.rowCount / 2
        return [again(chunk.slice(middle..<chunk.rowCount), piece), again(chunk.slice(0..<middle), piece)]
    }

    private func again(_ chunk: RowChunk, _ piece: UploadPiece) -> UploadPiece {
        self.piece(chunk, completes: false, onEvent: piece.request.onEvent)
    }

    private func reject(_ row: Int, of chunk: RowChunk, reason: String) throws(StepFailure) {
        let place = chunk.origin(ofRow: row)
        let key = hidesKeys ? "(sensitive)" : chunk.primaryKeyText(ofRow: row, primaryKey: primaryKey)
        let isWithinLimit = rejections.add(
            RejectedRow(
                place: place, primaryKey: key, reason: reason,
                record: String(decoding: chunk.record(ofRow: row), as: UTF8.self), isLeftOut: rejections.areLeftOut))
        if !isWithinLimit {
            throw StepFailure(
                .rowsRejected, "the service rejected more than \(rejections.limit) rows, so the upload was given up",
                help: "correct the rows reported above, or raise max_row_errors in the Policy")
        }
    }
}

import APIClient
import DataFiles

/// Rows on their way: the request that carries them, and where each of them came from.
///
/// The text of the rows is there once, in the request's body.
struct UploadPiece: Sendable {
    /// Without its records while they are in the request.
    private let origins: RowChunk
    private(set) var request: UploadRequest

    init(_ chunk: RowChunk, request: UploadRequest) {
        var origins = chunk
        origins.records = []
        self.origins = origins
        self.request = request
    }

    var index: Int { origins.index }
    var rowCount: Int { origins.rowCount }
    var recordBytes: Int { request.recordByteCount }

    /// The same, telling a permit when the body has gone out.
    func hearing(_ permit: UploadPermit) -> UploadPiece {
        var piece = self
        let tell = request.onEvent
        piece.request.onEvent = { event in
            if event == .bodySent { permit.bodySent() }
            tell(event)
        }
        return piece
    }

    /// The rows with their text, for narrowing.
    var chunk: RowChunk {
        var chunk = origins
        chunk.records = request.records
        return chunk
    }
}

import APIClient
import DataFiles
import Model
import Platform
import Synchronization

/// Reads the requests of a batch on a thread beside those that send, one ahead of them.
final class ChunkProducer: Sendable {
    enum Item: Sendable {
        /// A request that an earlier process has confirmed.
        case confirmed(rows: Int)
        case piece(UploadPiece)
    }

    /// Makes a request of rows whose text is there during the call.
    typealias MakePiece = @Sendable (RowChunk, UnsafeRawBufferPointer, _ completes: Bool) -> UploadPiece

    private typealias Outcome = Result<Item?, any Error>

    private struct Ahead {
        /// Read and not asked for yet.
        var item: Outcome?
        var consumer: CheckedContinuation<Outcome, Never>?
        var isReading = false
        var isAtEnd = false
    }

    private let reader: Mutex<RowChunkReader>
    private let confirmed: IndexRanges
    private let lastIndex: Int
    private let makePiece: MakePiece
    private let ahead = Mutex(Ahead())

    /// `lastIndex` is the number of the request that completes the batch.
    init(
        reader: sending RowChunkReader, confirmed: IndexRanges, lastIndex: Int,
        makePiece: @escaping MakePiece
    ) {
        self.reader = Mutex(reader)
        self.confirmed = confirmed
        self.lastIndex = lastIndex
        self.makePiece = makePiece
    }

    /// The next request; nil after the last. One caller at a time. Errors: `DataProblems`, see `RowChunkReader`.
    func next() async throws -> Item? {
        let outcome: Outcome = await withCheckedContinuation { continuation in
            let item = ahead.withLock { ahead -> Outcome? in
                if let item = ahead.item {
                    ahead.item = nil
                    return item
                }
                ahead.consumer = continuation
                return nil
            }
            if let item { continuation.resume(returning: item) }
            readAhead()
        }
        return try outcome.get()
    }

    /// Checks the files by their paths, right before the batch is completed.
    func verifyUnchanged() throws { try reader.withLock { try $0.verifyUnchanged() } }

    private func readAhead() {
        let mustRead = ahead.withLock { ahead in
            if ahead.isReading || ahead.item != nil || (ahead.isAtEnd && ahead.consumer == nil) { return false }
            ahead.isReading = true
            return true
        }
        // Reading blocks and keeps a core busy: nothing for one of the few threads that carry tasks.
        if mustRead { BlockingWork.start { self.read() } }
    }

    private func read() {
        let outcome = Outcome { try reader.withLock { try item(from: &$0) } }
        let consumer = ahead.withLock { ahead in
            ahead.isReading = false
            switch outcome {
            case .success(.some): break
            case .success(nil), .failure: ahead.isAtEnd = true
            }
            guard let consumer = ahead.consumer else {
                ahead.item = outcome
                return nil as CheckedContinuation<Outcome, Never>?
            }
            ahead.consumer = nil
            return consumer
        }
        guard let consumer else { return }
        consumer.resume(returning: outcome)
        readAhead()
    }

    private func item(from reader: inout RowChunkReader) throws -> Item? {
        try reader.next { chunk, records in
            if chunk.index != lastIndex, confirmed.contains(chunk.index) { return .confirmed(rows: chunk.rowCount) }
            return .piece(makePiece(chunk, records, chunk.index == lastIndex))
        }
    }
}

import APIClient
import DataFiles
import Model

/// Sends the requests of one batch: side by side, the last one alone, each success recorded.
struct BatchUpload {
    enum Failure: Error {
        /// The next pass can go on where this one ended.
        case resumable(StepFailure)
        /// Nothing of the batch counts any more; the next pass begins anew.
        case abandoned(StepFailure)
        /// What the service has of the batch is not known: begin anew, now.
        case unclear(StepFailure)
    }

    typealias Recorder = (AppliedBatch) async throws(StepFailure) -> Void

    let connection: String
    let key: String
    let surveyed: DataSurveys.SurveyedSet
    let settings: DesiredData
    let executor: Executor
    var batch: AppliedBatch
    let rejections: RejectedRows

    init(
        connection: String, key: String, surveyed: DataSurveys.SurveyedSet, settings: DesiredData, maxRowErrors: Int,
        batch: AppliedBatch, executor: Executor
    ) {
        self.connection = connection
        self.key = key
        self.surveyed = surveyed
        self.settings = settings
        self.batch = batch
        self.executor = executor
        rejections = RejectedRows(limit: maxRowErrors)
    }

    /// Sends what is not confirmed yet, then completes the batch. `record` makes progress durable.
    mutating func run(record: Recorder) async throws(Failure) {
        var reader: RowChunkReader
        do {
            reader = try RowChunkReader(
                surveyed.set, limits: executor.configuration.limits, expecting: surveyed.survey.fingerprint)
        } catch {
            throw .abandoned(Self.failure(of: error))
        }
        let last = try await sendAllButLast(from: &reader, record: record)
        do { try reader.verifyUnchanged() } catch { throw .abandoned(Self.failure(of: error)) }
        if settings.onRowError == .fail, !rejections.rows.isEmpty { throw .resumable(failureOfRejections) }
        try await complete(with: last, record: record)
    }

    // MARK: - All but the last

    /// What one request came to.
    private struct Sent: Sendable {
        var index: Int
        var rows: Int
        var rejected: Int
        /// One row that the service took, to complete a batch with.
        var carrier: RowChunk?
    }

    private mutating func sendAllButLast(
        from reader: inout RowChunkReader, record: Recorder
    ) async throws(Failure) -> LastChunk {
        let lastIndex = surveyed.survey.requestCount - 1
        let sender = RowSender(
            connection: connection, primaryKey: surveyed.set.primaryKey, ttlSeconds: settings.ttlSeconds,
            batchUUID: batch.uuid, writer: executor.writer,
            rejections: rejections)
        var done = 0
        var carrier: RowChunk?
        let width = executor.configuration.requestsAtOnce
        let outcome: Result<LastChunk, Failure> = await withTaskGroup(of: Result<Sent, StepFailure>.self) { group in
            var inFlight = 0
            var failure: Failure?
            func take(_ result: Result<Sent, StepFailure>) async {
                inFlight -= 1
                switch result {
                case .success(let sent):
                    done += sent.rows
                    carrier = carrier ?? sent.carrier
                    executor.observer.uploading(key: key, rows: done, of: surveyed.survey.rowCount)
                    // A request whose rows were refused is not confirmed unless they may be left out.
                    guard sent.rejected == 0 || settings.onRowError == .skip else { return }
                    batch.confirmed.insert(sent.index)
                    batch.rejected += sent.rejected
                    batch.touched = Int(executor.time.unixTime())
                    do throws(StepFailure) { try await record(batch) } catch { failure = failure ?? .resumable(error) }
                case .failure(let error): failure = failure ?? .resumable(error)
                }
            }
            var last: RowChunk?
            do {
                while failure == nil, last == nil, let chunk = try reader.next() {
                    if chunk.index == lastIndex {
                        last = chunk
                    } else if batch.confirmed.contains(chunk.index) {
                        done += chunk.rowCount
                    } else {
                        if inFlight >= width, let result = await group.next() { await take(result) }
                        if failure != nil { break }
                        inFlight += 1
                        group.addTask {
                            do throws(StepFailure) {
                                let (rejected, carrier) = try await sender.send(chunk)
                                return .success(
                                    Sent(
                                        index: chunk.index, rows: chunk.rowCount, rejected: rejected, carrier: carrier))
                            } catch {
                                return .failure(error)
                            }
                        }
                    }
                }
            } catch {
                failure = .abandoned(Self.failure(of: error))
            }
            // Those in flight may still succeed, and what succeeded need not be sent again.
            while let result = await group.next() { await take(result) }
            if let failure { return .failure(failure) }
            guard let last else {
                return .failure(
                    .abandoned(StepFailure(.failed, "the data files hold fewer rows than when they were surveyed")))
            }
            return .success(LastChunk(chunk: last, sender: sender, carrier: carrier, rowsBefore: done))
        }
        return try outcome.get()
    }

    // MARK: - The last

    private struct LastChunk: Sendable {
        var chunk: RowChunk
        var sender: RowSender
        var carrier: RowChunk?
        var rowsBefore: Int
    }

    /// Sends the request that makes the batch visible.
    private mutating func complete(with last: LastChunk, record: Recorder) async throws(Failure) {
        // Once it is on record as begun, nobody could tell any more that it was not.
        if executor.configuration.isStopping() { throw .resumable(.interrupted) }
        batch.completing = true
        do throws(StepFailure) { try await record(batch) } catch { throw .resumable(error) }
        do throws(APIError) {
            try await last.sender.upload(last.chunk, completes: true)
        } catch {
            switch error.kind {
            case .rejected where error.rejectedRows == nil && error.attempts > 1:
                // A service may refuse the repeat of a completed batch: the first answer got lost.
                throw .unclear(StepFailure(error))
            case .rejected where error.mayConcernRows, .tooLarge: try await completeInPieces(last, record: record)
            default: throw .unclearUnlessPassing(error)
            }
        }
        executor.observer.uploading(
            key: key, rows: surveyed.survey.rowCount, of: surveyed.survey.rowCount)
    }

    /// The last request as it is was refused: its rows go up without completing, then one good row completes.
    private mutating func completeInPieces(_ last: LastChunk, record: Recorder) async throws(Failure) {
        batch.completing = false
        let rejected: Int
        let carrier: RowChunk?
        do throws(StepFailure) {
            (rejected, carrier) = try await last.sender.send(last.chunk)
        } catch {
            throw .resumable(error)
        }
        if rejected > 0, settings.onRowError == .fail { throw .resumable(failureOfRejections) }
        batch.rejected += rejected
        batch.completing = true
        do throws(StepFailure) { try await record(batch) } catch { throw .resumable(error) }
        guard let carrier = carrier ?? last.carrier else {
            throw .abandoned(
                StepFailure(
                    .failed, "the service rejected every row", help: "look at the reasons above; nothing was changed"))
        }
        do throws(APIError) {
            try await last.sender.upload(carrier, completes: true)
        } catch {
            throw .unclearUnlessPassing(error)
        }
    }

    // MARK: - Failures

    private var failureOfRejections: StepFailure {
        let count = rejections.rows.count
        return StepFailure(
            .failed,
            "the service rejected \(count.grouped) row\(count == 1 ? "" : "s"), so nothing of the upload counts",
            help: "correct the rows, or set on_row_error: skip to leave them out")
    }

    private static func failure(of error: any Error) -> StepFailure {
        guard let problems = error as? DataProblems else { return StepFailure(.failed, "\(error)") }
        let first = problems.diagnostics.first
        return StepFailure(
            .failed,
            first.map { [$0.location?.description, $0.message].compactMap { $0 }.joined(separator: ": ") }
                ?? "a data file could not be read", help: first?.help)
    }
}

extension BatchUpload.Failure {
    /// Passing failures leave the last request in doubt: the next pass begins the batch anew.
    fileprivate static func unclearUnlessPassing(_ error: APIError) -> Self {
        error.kind == .rejected || error.kind == .refused
            ? .unclear(StepFailure(error)) : .abandoned(StepFailure(error))
    }
}

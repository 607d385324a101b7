import APIClient
import DataFiles
import Model

/// Sends the requests of one batch: side by side, the last one alone, each success recorded.
struct BatchUpload: Sendable {
    enum Failure: Error {
        /// The next pass can go on where this one ended.
        case resumable(StepFailure)
        /// Nothing of the batch counts any more; the next pass begins anew.
        case abandoned(StepFailure)
        /// What the service has of the batch is not known: begin anew, now.
        case unclear(StepFailure)
    }

    private let key: String
    private let surveyed: SurveyedSet
    private let selection: RowSelection
    private let settings: DesiredData
    private let executor: Executor
    private let sender: RowSender
    private let state: BatchProgress
    private let began: Double
    private let draft: LedgerDraft
    private let beforeCompletion: @Sendable () async throws(StepFailure) -> Void
    let rejections: RejectedRows

    /// `draft` is the ledger of this batch, `record` makes progress durable, `beforeCompletion` is what has to be done
    /// right before the rows become visible.
    init(
        connection: String, key: String, surveyed: SurveyedSet, selection: RowSelection,
        settings: DesiredData, maxRowErrors: Int, batch: AppliedBatch, executor: Executor,
        draft: LedgerDraft, record: @escaping BatchProgress.Recorder,
        beforeCompletion: @escaping @Sendable () async throws(StepFailure) -> Void
    ) {
        self.key = key
        self.surveyed = surveyed
        self.selection = selection
        self.settings = settings
        self.executor = executor
        self.draft = draft
        self.beforeCompletion = beforeCompletion
        rejections = RejectedRows(limit: maxRowErrors, areLeftOut: settings.onRowError == .skip)
        let time = executor.time
        began = time.uptime()
        state = BatchProgress(
            batch, totalRows: selection.rowCount, now: { Int(time.unixTime()) }, record: record)
        sender = RowSender(
            connection: connection, primaryKey: surveyed.set.primaryKey,
            hidesKeys: surveyed.set.isSensitive(surveyed.set.primaryKey), ttlSeconds: settings.ttlSeconds,
            batchUUID: batch.uuid, writer: executor.writer, sizeLimit: executor.sizeLimit, pool: executor.pool,
            rejections: rejections)
    }

    /// As far as it got; what was confirmed is on disk once `run` is over, unless recording failed.
    var batch: AppliedBatch { state.batch }

    var progress: UploadProgress { timed(state.progress) }

    /// Sends what is not confirmed yet, then completes the batch.
    func run() async throws(Failure) {
        let producer = try makeProducer()
        let last = try await sendAllButLast(from: producer)
        do { try producer.verifyUnchanged() } catch { throw .abandoned(Self.failure(of: error)) }
        if settings.onRowError == .fail, !rejections.rows.isEmpty {
            try await findRejections(in: last)
            throw .resumable(failureOfRejections)
        }
        try await complete(with: last)
    }

    // MARK: - All but the last

    private func makeProducer() throws(Failure) -> ChunkProducer {
        let reader: RowChunkReader
        do {
            reader = try RowChunkReader(
                surveyed.set, limits: executor.configuration.limits, expecting: surveyed.survey.fingerprint,
                sending: selection)
        } catch {
            throw .abandoned(Self.failure(of: error))
        }
        let (sender, state) = (sender, state)
        return ChunkProducer(
            reader: reader, confirmed: state.batch.confirmed, lastIndex: selection.requestCount - 1
        ) { chunk, records, completes in
            sender.piece(chunk, records, completes: completes) { if $0 == .repeated { state.retried() } }
        }
    }

    private func sendAllButLast(from producer: ChunkProducer) async throws(Failure) -> UploadPiece {
        let last: UploadPiece? = await withDiscardingTaskGroup { group in
            // Those in flight may still succeed after a failure, and what succeeded need not be sent again.
            while let piece = await nextToSend(from: producer) {
                if piece.request.completesBatch { return piece }
                let permit = await executor.window.enter(bytes: piece.request.body.count)
                if state.failure != nil {
                    permit.leave()
                    break
                }
                group.addTask { await send(piece, in: permit) }
            }
            return nil
        }
        if let failure = state.failure { throw failure }
        guard let last else {
            throw .abandoned(StepFailure(.failed, "the data files hold fewer rows than when they were surveyed"))
        }
        return last
    }

    /// Nil at the end of the files and after a failure.
    private func nextToSend(from producer: ChunkProducer) async -> UploadPiece? {
        do {
            while state.failure == nil, let item = try await producer.next() {
                switch item {
                case .confirmed(let rows): state.resumed(rows: rows)
                case .piece(let piece): return piece
                }
            }
        } catch {
            state.fail(.abandoned(Self.failure(of: error)))
        }
        return nil
    }

    private func send(_ piece: UploadPiece, in permit: UploadPermit) async {
        let outcome: RowSender.Outcome
        do throws(StepFailure) {
            outcome = try await sender.send(piece.hearing(permit), wantsCarrier: state.carrier == nil)
        } catch {
            permit.leave()
            return state.fail(.resumable(error))
        }
        permit.leave()
        state.took(piece, outcome)
        tellProgress()
        // A request whose rows were refused is not confirmed unless they may be left out.
        guard outcome.rejected == 0 || settings.onRowError == .skip else { return }
        await state.confirm(piece.index, rejectedRows: outcome.rejectedRows)
    }

    // MARK: - The last

    /// Sends the request that makes the batch visible.
    private func complete(with last: UploadPiece) async throws(Failure) {
        // Once it is on record as begun, nobody could tell any more that it was not.
        if executor.configuration.isStopping() { throw .resumable(.interrupted) }
        // Without it rows of this batch could be left over later; that is no reason not to upload them.
        await draft.finish()
        do throws(StepFailure) { try await beforeCompletion() } catch { throw .resumable(error) }
        if sender.isTooLarge(last) { return try await completeInPieces(last) }
        try await mark(.completing)
        do throws(APIError) {
            try await uploadAlone(last)
        } catch {
            switch error.kind {
            case .rejected where error.rejectedRows == nil && error.attempts > 1:
                // A service may refuse the repeat of a completed batch: the first answer got lost.
                throw .unclear(StepFailure(error))
            case .rejected where error.mayConcernRows, .tooLarge:
                if error.kind == .tooLarge { executor.sizeLimit.lower(below: last.recordBytes) }
                return try await completeInPieces(last)
            default: throw .unclearUnlessPassing(error)
            }
        }
        finish(last, RowSender.Outcome(requests: 1, bytes: last.request.body.count))
    }

    /// The last request as it is was refused: its rows go up without completing, then one good row completes.
    private func completeInPieces(_ last: UploadPiece) async throws(Failure) {
        try await mark(.sending)
        let open = sender.piece(last.chunk, completes: false, onEvent: last.request.onEvent)
        let permit = await executor.window.enter(bytes: open.request.body.count)
        defer { permit.leave() }
        var outcome: RowSender.Outcome
        do throws(StepFailure) {
            outcome = try await sender.send(open, wantsCarrier: true)
        } catch {
            throw .resumable(error)
        }
        if outcome.rejected > 0, settings.onRowError == .fail { throw .resumable(failureOfRejections) }
        let rejected = outcome.rejectedRows
        let carrier = outcome.carrier ?? state.carrier
        do throws(StepFailure) {
            try await state.update {
                $0.reject(rejected)
                $0.phase = carrier == nil ? .sending : .completing
            }
        } catch {
            throw .resumable(error)
        }
        guard let carrier else {
            // Nothing of a delta was taken, so there is nothing to complete: what was there before stays as it is.
            if batch.isDelta { return finish(last, outcome) }
            throw .abandoned(
                StepFailure(
                    .rowsRejected, "the service rejected every row",
                    help: "look at the reasons above; nothing was changed"))
        }
        let completing = sender.piece(carrier, completes: true, onEvent: last.request.onEvent)
        do throws(APIError) {
            try await executor.writer.upload(completing.request)
        } catch {
            throw .unclearUnlessPassing(error)
        }
        outcome.requests += 1
        outcome.bytes += completing.request.body.count
        finish(last, outcome)
    }

    /// The batch is not completed any more; which rows of its last request are refused as well is worth knowing.
    private func findRejections(in last: UploadPiece) async throws(Failure) {
        let open = sender.piece(last.chunk, completes: false, onEvent: last.request.onEvent)
        let permit = await executor.window.enter(bytes: open.request.body.count)
        defer { permit.leave() }
        do throws(StepFailure) { _ = try await sender.send(open, wantsCarrier: false) } catch {
            throw .resumable(error)
        }
    }

    private func uploadAlone(_ piece: UploadPiece) async throws(APIError) {
        let permit = await executor.window.enter(bytes: piece.request.body.count)
        defer { permit.leave() }
        try await executor.writer.upload(piece.hearing(permit).request)
    }

    private func mark(_ phase: AppliedBatch.Phase) async throws(Failure) {
        do throws(StepFailure) {
            try await state.update { $0.phase = phase }
        } catch {
            throw .resumable(error)
        }
    }

    private func tellProgress() {
        state.tell { executor.observer.uploading(timed($0), key: key) }
    }

    private func timed(_ progress: UploadProgress) -> UploadProgress {
        var progress = progress
        progress.seconds = executor.time.uptime() - began
        return progress
    }

    private func finish(_ last: UploadPiece, _ outcome: RowSender.Outcome) {
        state.took(last, outcome)
        tellProgress()
    }

    // MARK: - Failures

    private var failureOfRejections: StepFailure {
        let count = rejections.rows.count
        return StepFailure(
            .rowsRejected,
            "the service rejected \(count.grouped) row\(count == 1 ? "" : "s"), so nothing of the upload counts",
            help: "correct the rows, or set on_row_error: skip to leave them out")
    }

    static func failure(of error: any Error) -> StepFailure {
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

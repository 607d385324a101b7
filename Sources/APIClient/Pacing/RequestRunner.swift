import Foundation
import Model
import Platform
import Synchronization

/// Carries one operation through: admission, sending, classifying, waiting, sending again.
final class RequestRunner: Sendable {
    private struct Shared {
        var statistics = RequestStatistics()
        /// Whether the service answered, whatever it said, since it was last given up.
        var wasReached = false
        /// Whether no further request may begin.
        var isDraining = false
        /// What ends the waits under way when draining begins, by number.
        var waits: [Int: @Sendable () -> Void] = [:]
        var nextWait = 0
    }

    let configuration: APIClientConfiguration
    private let transport: any HTTPTransport
    private let gate: ConcurrencyGate
    private let pacer: RequestPacer
    private let time: any TimeSource
    private let shared = Mutex(Shared())

    init(configuration: APIClientConfiguration, transport: any HTTPTransport, time: any TimeSource) {
        self.configuration = configuration
        self.transport = transport
        self.time = time
        gate = ConcurrencyGate(maximum: configuration.maxConcurrency, time: time)
        pacer = RequestPacer(rate: configuration.rate, time: time)
    }

    var statistics: RequestStatistics { shared.withLock(\.statistics) }

    func invalidate() { transport.invalidate() }

    func drain() {
        let waits = shared.withLock { shared in
            shared.isDraining = true
            return Array(shared.waits.values)
        }
        for cancel in waits { cancel() }
    }

    private var isDraining: Bool { shared.withLock(\.isDraining) }

    /// Requests that are let through at a time at present.
    var width: Int { get async { await gate.width } }

    /// Sends something once, past all rules: for looking at what the service does. Waits its turn, and a 429 out.
    func probe(_ call: HTTPCall, operation: APIOperation) async -> Result<HTTPAnswer, TransportFailure> {
        var attempt = 0
        while true {
            attempt += 1
            let began: Double
            do throws(CancellationError) { began = try await pacer.enter() } catch {
                return .failure(TransportFailure(kind: .cancelled, message: "cancelled"))
            }
            let outcome = await transport.send(call)
            guard case .success(let answer) = outcome, answer.status == 429, attempt < 4 else {
                await pacer.leave(began: began, .other)
                return outcome
            }
            let pause = answer.headers["retry-after"].flatMap { RetryAfter.seconds($0, now: time.unixTime()) }
            await pacer.leave(began: began, .limited(hint: RequestRate(headers: answer.headers), pause: pause))
            guard (try? await time.sleep(seconds: min(pause ?? 10, 60))) != nil else { return outcome }
        }
    }

    /// Sends the request until `read` can make something of an answer, patience is over, or trying is pointless.
    func run<Value: Sendable>(
        _ request: APIRequest, read: @Sendable (HTTPAnswer) throws(AnswerProblem) -> Value
    ) async throws(APIError) -> Value {
        let began = time.uptime()
        var attempt = 0
        var mayHaveTakenEffect = false
        while true {
            attempt += 1
            let failure: Failure
            switch await send(request, isRepeated: attempt > 1, read: read) {
            case .success(let value): return value
            case .failure(let problem): failure = problem
            }
            var error = failure.error
            error.attempts = attempt
            mayHaveTakenEffect = mayHaveTakenEffect || error.mayHaveTakenEffect
            error.mayHaveTakenEffect = mayHaveTakenEffect
            let patience = patience(for: error)
            let elapsed = time.uptime() - began
            guard failure.isWorthRepeating, attempt < min(patience.attempts, failure.maxAttempts) else {
                giveUp(on: error)
                throw error
            }
            let delay = max(
                configuration.retry.delay(afterAttempt: attempt, random: time.random()), error.retryAfter ?? 0)
            guard elapsed + delay <= patience.budget else {
                if let pause = error.retryAfter, elapsed + pause > patience.budget {
                    error.cause += "; it asks for a pause of \(pause.inSeconds), longer than the "
                    error.cause += "\(patience.budget.inSeconds) that one operation may take"
                }
                giveUp(on: error)
                throw error
            }
            do {
                try await waiting { [time] in try await time.sleep(seconds: delay) }
            } catch {
                throw cancelled(request, mayHaveTakenEffect: mayHaveTakenEffect, attempts: attempt)
            }
            request.onEvent(.repeated)
        }
    }

    /// Waits for something that both the task's end and `drain` cut short.
    private func waiting<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws(CancellationError) -> Value {
        let wait = Task { try await work() }
        let cancel: @Sendable () -> Void = { wait.cancel() }
        let (number, isDraining) = shared.withLock { shared in
            shared.nextWait += 1
            shared.waits[shared.nextWait] = cancel
            return (shared.nextWait, shared.isDraining)
        }
        if isDraining { cancel() }
        defer { shared.withLock { $0.waits[number] = nil } }
        do {
            return try await withTaskCancellationHandler {
                try await wait.value
            } onCancel: {
                cancel()
            }
        } catch {
            throw CancellationError()
        }
    }

    private struct Failure: Error {
        var error: APIError
        var isWorthRepeating: Bool
        var maxAttempts = Int.max
    }

    /// Statuses after which the same request may succeed in a moment.
    private static let passingStatuses: Set<Int> = [408, 429, 500, 502, 503, 504]
    /// Attempts for answers that look like those of another server.
    private static let attemptsForForeignAnswers = 3

    private func send<Value: Sendable>(
        _ request: APIRequest, isRepeated: Bool, read: (HTTPAnswer) throws(AnswerProblem) -> Value
    ) async -> Result<Value, Failure> {
        let pass: ConcurrencyGate.Permit
        do throws(CancellationError) {
            pass = try await gate.enter()
        } catch {
            return .failure(Failure(error: cancelled(request), isWorthRepeating: false))
        }
        let began: Double
        do throws(CancellationError) {
            if let now = await pacer.enterAtOnce() {
                began = now
            } else {
                began = try await waiting { [pacer] in try await pacer.enter() }
            }
        } catch {
            await gate.leave(pass, .other)
            return .failure(Failure(error: cancelled(request), isWorthRepeating: false))
        }
        if isDraining {
            await pacer.leave(began: began, .other)
            await gate.leave(pass, .other)
            return .failure(Failure(error: cancelled(request), isWorthRepeating: false))
        }
        let sent = time.uptime()
        let outcome = await transport.send(call(for: request))
        note(outcome, of: request, isRepeated: isRepeated, seconds: time.uptime() - sent)
        let result = judge(outcome, request: request, read: read)
        let consequence = gateOutcome(outcome, result: result)
        await pacer.leave(began: began, paceOutcome(outcome, result: result))
        await gate.leave(pass, consequence)
        return result
    }

    private func judge<Value: Sendable>(
        _ outcome: Result<HTTPAnswer, TransportFailure>, request: APIRequest,
        read: (HTTPAnswer) throws(AnswerProblem) -> Value
    ) -> Result<Value, Failure> {
        let classifier = FailureClassifier(now: time.unixTime(), baseURL: configuration.baseURL)
        let isIdempotent = request.operation.isIdempotent
        switch outcome {
        case .failure(let failure):
            let error = classifier.error(for: failure, to: request)
            let isSafe = isIdempotent || failure.provesNoEffect
            return .failure(Failure(error: error, isWorthRepeating: error.isRetryable && isSafe))
        case .success(let answer):
            if let error = classifier.error(for: answer, to: request) {
                let isPassing = Self.passingStatuses.contains(answer.status)
                let isSafe = isIdempotent || error.kind == .rateLimited
                return .failure(Failure(error: error, isWorthRepeating: isPassing && isSafe))
            }
            do throws(AnswerProblem) {
                return .success(try read(answer))
            } catch {
                let problem = classifier.error(for: error, status: answer.status, to: request)
                return .failure(
                    Failure(
                        error: problem, isWorthRepeating: isIdempotent && error.chance != .none,
                        maxAttempts: error.chance == .small ? Self.attemptsForForeignAnswers : .max))
            }
        }
    }

    private func call(for request: APIRequest) -> HTTPCall {
        HTTPCall(
            method: request.method, url: URL(string: configuration.baseURL + request.path)!, body: request.body,
            onBodySent: { request.onEvent(.bodySent) }, answerLimit: request.answerLimit,
            needsOwnConnection: !request.operation.isIdempotent)
    }

    private func gateOutcome<Value>(
        _ outcome: Result<HTTPAnswer, TransportFailure>, result: Result<Value, Failure>
    ) -> ConcurrencyGate.Outcome {
        if case .success = result { return .success }
        guard case .failure(let failure) = result, let status = failure.error.status, [429, 503].contains(status)
        else { return .other }
        // A pause that nobody can wait for would only hide the reason from the others.
        let pause = failure.error.retryAfter.flatMap { $0 <= configuration.retry.budget ? $0 : nil }
        return .limited(pause: pause)
    }

    private func paceOutcome<Value>(
        _ outcome: Result<HTTPAnswer, TransportFailure>, result: Result<Value, Failure>
    ) -> RequestPacer.Outcome {
        guard case .success(let answer) = outcome, answer.status == 429, case .failure(let failure) = result else {
            return .other
        }
        return .limited(hint: RequestRate(headers: answer.headers), pause: failure.error.retryAfter)
    }

    private func patience(for error: APIError) -> (attempts: Int, budget: Double) {
        let retry = configuration.retry
        let isFirstContact = error.kind == .unreachable && !shared.withLock(\.wasReached)
        return (retry.maxAttempts, isFirstContact ? min(retry.firstContactBudget, retry.budget) : retry.budget)
    }

    /// A service that stayed out of reach for a whole budget is treated as never reached, so that each of ten thousand
    /// operations does not wait that long again.
    private func giveUp(on error: APIError) {
        if error.kind == .unreachable { shared.withLock { $0.wasReached = false } }
    }

    private func note(
        _ outcome: Result<HTTPAnswer, TransportFailure>, of request: APIRequest, isRepeated: Bool, seconds: Double
    ) {
        let status = (try? outcome.get())?.status
        shared.withLock { shared in
            shared.statistics.requests[request.operation, default: [:]][status ?? 0, default: 0] += 1
            shared.statistics.durations.add(seconds)
            let bytes = request.body?.count ?? 0
            shared.statistics.bytesSent += bytes
            if request.operation == .uploadData { shared.statistics.bytesUploaded += bytes }
            if isRepeated { shared.statistics.retries += 1 }
            if status != nil { shared.wasReached = true }
        }
    }

    private func cancelled(
        _ request: APIRequest, mayHaveTakenEffect: Bool = false, attempts: Int = 0
    ) -> APIError {
        APIError(
            .cancelled, request.operation, subject: request.subject, cause: "cancelled",
            mayHaveTakenEffect: mayHaveTakenEffect, attempts: attempts)
    }
}

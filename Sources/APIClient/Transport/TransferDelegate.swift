import Dispatch
import Foundation
import FoundationNetworking
import Model
import Platform
import Synchronization

/// Collects the answers of a session's tasks, within their limits, and hands each to the one who waits for it.
final class TransferDelegate: NSObject, URLSessionDataDelegate, Sendable {
    typealias Outcome = Result<HTTPAnswer, TransportFailure>

    private struct Transfer {
        let continuation: CheckedContinuation<Outcome, Never>
        let limit: Int
        /// Nil once the body has gone out.
        var onBodySent: (@Sendable () -> Void)?
        let deadline: Double
        var body = Data()
        /// A task that is cancelled before it is resumed never reports its end.
        var isResumed = false
        var isTooLong = false
        var isLate = false
        /// Whether it was the head of the answer that did not come.
        var lacksHead = false
        /// End the attempt by themselves, whatever trickles in.
        var timers: [Task<Void, Never>] = []
        var isCancelled = false
        var wasRepeated = false
    }

    private let time: any TimeSource
    private let attemptTimeout: Double
    private let idleTimeout: Double
    /// By the task's identity: identifiers are unique within one session only.
    private let transfers = Mutex<[ObjectIdentifier: Transfer]>([:])

    /// - Parameters:
    ///   - attemptTimeout: Seconds after which an attempt ends.
    ///   - idleTimeout: Seconds after the body went out in which the head of the answer has to be there.
    init(time: any TimeSource, attemptTimeout: Double, idleTimeout: Double) {
        self.time = time
        self.attemptTimeout = attemptTimeout
        self.idleTimeout = idleTimeout
    }

    /// Starts the task; the continuation gets its outcome, once.
    func begin(_ task: URLSessionTask, _ call: HTTPCall, continuation: CheckedContinuation<Outcome, Never>) {
        let transfer = Transfer(
            continuation: continuation, limit: call.answerLimit, onBodySent: call.onBodySent,
            deadline: time.uptime() + attemptTimeout)
        transfers.withLock { $0[ObjectIdentifier(task)] = transfer }
        startTimer(attemptTimeout, of: task) { $0.isLate = true }
        if call.body == nil { startHeadTimer(of: task) }
        task.resume()
        let isCancelled = update(task) { transfer in
            transfer.isResumed = true
            return transfer.isCancelled
        }
        if isCancelled == true { task.cancel() }
    }

    /// Ends the transfer as cancelled by our side; nothing happens where it has not begun or is over.
    func cancel(_ task: URLSessionTask) {
        let isResumed = update(task) { transfer in
            transfer.isCancelled = true
            return transfer.isResumed
        }
        if isResumed == true { task.cancel() }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let now = time.uptime()
        let isOver = update(dataTask) { transfer in
            transfer.isLate = transfer.isLate || now > transfer.deadline
            transfer.isTooLong = transfer.isTooLong || transfer.body.count + data.count > transfer.limit
            if transfer.isTooLong { transfer.body = Data() } else { transfer.body.append(data) }
            return transfer.isLate || transfer.isTooLong
        }
        if isOver == true { dataTask.cancel() }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didSendBodyData bytesSent: Int64, totalBytesSent: Int64,
        totalBytesExpectedToSend: Int64
    ) {
        // The session's own timeout starts again with each byte, so a server that reads drop by drop would never end.
        let now = time.uptime()
        let isAllSent = totalBytesSent >= totalBytesExpectedToSend
        let news = update(task) { transfer in
            transfer.isLate = transfer.isLate || now > transfer.deadline
            let onBodySent = isAllSent ? transfer.onBodySent : nil
            // The total is the task's at this moment, not at that of the news: it may be whole several times.
            if isAllSent { transfer.onBodySent = nil }
            return (isOver: transfer.isLate, onBodySent: onBodySent)
        }
        if news?.isOver == true { task.cancel() }
        if news?.onBodySent != nil { startHeadTimer(of: task) }
        news?.onBodySent?()
    }

    /// The session's own timeout starts again with each line of a head, and with each 1xx before it.
    private func startHeadTimer(of task: URLSessionTask) {
        startTimer(idleTimeout, of: task) { transfer in
            if let response = task.response as? HTTPURLResponse, response.statusCode >= 200 { return }
            transfer.isLate = true
            transfer.lacksHead = true
        }
    }

    /// Ends the transfer after that many seconds where `judge` says that it is late.
    private func startTimer(
        _ seconds: Double, of task: URLSessionTask, _ judge: @escaping @Sendable (inout Transfer) -> Void
    ) {
        // A session's own clock runs whatever clock is handed in.
        let timer = Task { [weak self] in
            guard (try? await SystemTime().sleep(seconds: seconds)) != nil else { return }
            let isLate = self?.update(task) { transfer in
                judge(&transfer)
                return transfer.isLate
            }
            if isLate == true { task.cancel() }
        }
        if update(task, { $0.timers.append(timer) }) == nil { timer.cancel() }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask,
        needNewBodyStream completionHandler: @escaping @Sendable (InputStream?) -> Void
    ) {
        // libcurl found the kept connection dead and is about to send the request again by itself, with an empty body.
        update(task) { $0.wasRepeated = true }
        // Cancelled from here, on the session's own queue, the task would trap.
        DispatchQueue.global().async { task.cancel() }
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
        completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) {
        // Without this a 401 with a `WWW-Authenticate` ends the process; the answer is still delivered.
        completionHandler(.rejectProtectionSpace, nil)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let transfer = transfers.withLock({ $0.removeValue(forKey: ObjectIdentifier(task)) }) else { return }
        for timer in transfer.timers { timer.cancel() }
        transfer.continuation.resume(returning: outcome(of: transfer, response: task.response, error: error))
    }

    @discardableResult
    private func update<Value: Sendable>(
        _ task: URLSessionTask, _ change: @Sendable (inout Transfer) -> Value
    ) -> Value? {
        transfers.withLock { transfers in
            let key = ObjectIdentifier(task)
            return transfers[key] == nil ? nil : change(&transfers[key]!)
        }
    }

    private func outcome(of transfer: Transfer, response: URLResponse?, error: (any Error)?) -> Outcome {
        if transfer.isCancelled { return .failure(TransportFailure(kind: .cancelled, message: "cancelled")) }
        if transfer.wasRepeated {
            return .failure(TransportFailure(kind: .lost, message: "the connection was lost before an answer"))
        }
        let late =
            transfer.lacksHead
            ? "no answer within \(idleTimeout.inSeconds)" : "no end of it within \(attemptTimeout.inSeconds)"
        // A 1xx before it is no answer.
        guard let response = response as? HTTPURLResponse, response.statusCode >= 200, !transfer.lacksHead else {
            if transfer.isLate { return .failure(TransportFailure(kind: .timedOut, message: late)) }
            return .failure(TransportFailure(error))
        }
        var answer = HTTPAnswer(status: response.statusCode, body: transfer.body)
        for case (let name as String, let value as String) in response.allHeaderFields {
            answer.headers[name.lowercased()] = value
        }
        if transfer.isTooLong {
            answer.ending = .tooLong
        } else if transfer.isLate {
            answer.ending = .cut(late)
        } else if let error, answer.status != 401 {
            answer.ending = .cut(TransportFailure(error).message)
        }
        return .success(answer)
    }
}

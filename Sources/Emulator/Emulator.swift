import HTTPServer
import JSON
import Platform

/// The whole Data Connections API in one process: an independent reading of the contract, for trying things and for
/// tests.
///
/// The API is at `/api/data-connections/v1`. `/_emulator/` tells and sets what a test needs; it asks for no keys.
package final class Emulator: Sendable {
    /// Where the API begins.
    package static let basePath = "/api/data-connections/v1"

    let options: EmulatorOptions
    let account: Account
    let control: Locked<Control>
    let cache = Locked(ExternalCache())
    private let server: Locked<(server: HTTPServer, port: UInt16)?>

    /// Opens the store.
    ///
    /// Requests that wait for a word.
    private let held = Locked<[CheckedContinuation<Void, Never>]>([])

    /// Errors: `EmulatorError` where the directory cannot be used, or another process uses it.
    package init(options: EmulatorOptions = EmulatorOptions()) throws {
        self.options = options
        account = try Account(directory: options.storeDirectory, persist: options.persist, now: options.now())
        control = Locked(Control(options))
        server = Locked(nil)
    }

    /// Serves on loopback and returns the port. An emulator starts once.
    ///
    /// Errors: `SocketError`, such as a port that is taken.
    package func start() throws -> UInt16 {
        var limits = HTTPLimits()
        // Some more than the API takes, so that its own 413 is seen and counted.
        limits.bodyBytes = max(options.maxBodyBytes, min(options.maxBodyBytes, .max / 2) + 16 * 1024 * 1024)
        let server = HTTPServer(limits: limits) { [weak self] request in
            await self?.handle(request) ?? .cut
        }
        let port = try server.start(port: options.port)
        self.server.withLock { $0 = (server, port) }
        return port
    }

    /// `http://127.0.0.1:PORT/api/data-connections/v1`; port 0 before `start()`.
    package var baseURL: String {
        "http://127.0.0.1:\(server.withLock { $0?.port } ?? 0)\(Self.basePath)"
    }

    /// Stops serving; requests under way are finished.
    package func stop() async {
        release()
        await server.withLock { $0?.server }?.stop()
    }

    /// Answers one request, with the faults that are set. Works without `start()`.
    package func handle(_ request: HTTPRequest) async -> HTTPResponse {
        let path = request.path
        if path.hasPrefix("/_emulator/") { return await administer(request) }
        guard path == Self.basePath || path.hasPrefix(Self.basePath + "/") else {
            return APIFailure.status(404, "Not Found").response
        }
        let (number, fault) = control.withLock {
            $0.arrive(method: request.method, path: path, bodyBytes: request.body.count)
        }
        if options.latency > 0 { await options.sleep(options.latency) }
        let response: HTTPResponse
        if let refusal = limited() { response = refusal } else { response = await answer(request, fault: fault) }
        control.withLock { $0.finish(number: number, status: response.status) }
        var dated = response
        dated.headers["Date"] = CivilTime(utc: now).httpDate
        return dated
    }

    /// Waits until somebody lets it go.
    private func hold() async {
        await withCheckedContinuation { continuation in
            let isOver = held.withLock { held in
                // Let go of between its arrival and here.
                if control.withLock({ !$0.faults.rules.contains { $0.fault == .held } }) { return true }
                held.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    /// Lets go of all requests that are held and holds no more; returns how many there were.
    @discardableResult
    package func release() -> Int {
        control.withLock { $0.faults.rules.removeAll { $0.fault == .held } }
        let waiting = held.withLock { held in
            defer { held = [] }
            return held
        }
        for continuation in waiting { continuation.resume() }
        return waiting.count
    }

    /// Seconds since 1970 on the emulator's clock.
    var now: Double { options.now() + control.withLock { $0.clockOffset } }

    private func answer(_ request: HTTPRequest, fault: Fault?) async -> HTTPResponse {
        switch fault {
        case .latency(let seconds): await options.sleep(seconds)
        case .held: await hold()
        case .rateLimited(let wait): return rateLimited(wait)
        case .errorBefore(let status): return Self.failed(status)
        case .cutBefore: return .cut
        default: break
        }
        var response = await served(request)
        switch fault {
        case .errorAfter(let status): return Self.failed(status)
        case .cutAfter: response.delivery = .cut
        case .truncated:
            // An answer without a body can only be cut short by leaving it out.
            response.delivery = response.body.isEmpty ? .cut : .truncated(response.body.count / 2)
        default: break
        }
        return response
    }

    /// The answer to a request that is one too many, in the vendor's own form.
    private func limited() -> HTTPResponse? {
        guard let limit = options.rateLimit else { return nil }
        let now = now
        guard let wait = control.withLock({ $0.admit(limit, now: now) }) else { return nil }
        var response = HTTPResponse.json(
            ["status": 429, "error": "Too Many Requests", "message": "the rate limit is exceeded"], status: 429)
        response.headers["Retry-After"] = "\(Int(wait.rounded(.up)))"
        return response
    }

    private func rateLimited(_ wait: Fault.RetryAfter) -> HTTPResponse {
        var response = APIFailure.status(429, "Too Many Requests").response
        switch wait {
        case .seconds(let seconds): response.headers["Retry-After"] = "\(seconds)"
        case .date(let seconds): response.headers["Retry-After"] = CivilTime(utc: now + Double(seconds)).httpDate
        }
        return response
    }

    private static func failed(_ status: Int) -> HTTPResponse {
        APIFailure.status(status, "an error that was asked for").response
    }
}

/// One client's connection: requests in, answers out, one after the other.
struct HTTPConnection {
    let socket: Socket
    let limits: HTTPLimits
    private let poller: Poller
    private let handler: HTTPHandler
    /// Bytes that came and were not used yet: those from `used` on.
    private var buffer: [UInt8] = []
    private var used = 0

    init(socket: Socket, poller: Poller, limits: HTTPLimits, handler: @escaping HTTPHandler) {
        self.socket = socket
        self.poller = poller
        self.limits = limits
        self.handler = handler
    }

    /// Why nothing more can be read or written.
    private enum Ending: Error { case closed, timedOut }

    /// Serves requests until either side is done. The caller closes the socket.
    mutating func run(isStopping: () -> Bool) async {
        do {
            while let head = try await readHead() {
                let deadline = Poller.uptime() + limits.bodySeconds
                let body = try await readBody(of: head, until: deadline)
                let request = HTTPRequest(method: head.method, target: head.target, headers: head.headers, body: body)
                let closes = head.wantsClose
                // A client that never stops asking takes turns with the others.
                await Task.yield()
                let response = await handler(request)
                guard try await write(response, isHead: head.method == "HEAD", closes: closes || isStopping()) else {
                    return
                }
            }
        } catch let rejection as HTTPRejection {
            await refuse(rejection)
        } catch {
            // The client went away, or its time is over: there is nobody to tell.
        }
    }

    // MARK: Reading

    private mutating func readHead() async throws -> RequestHead? {
        var scanner = HeadScanner(limits: limits)
        var deadline = Poller.uptime() + (buffer.count > used ? limits.headerSeconds : limits.idleSeconds)
        while true {
            if let end = try scanner.end(in: buffer[used...]) {
                let head = try RequestHead(parsing: buffer[used..<used + end], limits: limits)
                consume(end)
                return head
            }
            let wasIdle = buffer.count == used
            do {
                guard try await receive(until: deadline) else { return nil }
            } catch Ending.timedOut where !wasIdle {
                throw HTTPRejection(408, "the header did not come in time")
            }
            if wasIdle { deadline = Poller.uptime() + limits.headerSeconds }
        }
    }

    private mutating func readBody(of head: RequestHead, until deadline: Double) async throws -> [UInt8] {
        guard head.framing != .none else { return [] }
        try await answerExpectation(of: head, until: deadline)
        do {
            switch head.framing {
            case .none: return []
            case .length(let count):
                var body: [UInt8] = []
                // Memory that nobody writes to is not taken yet, so a large announcement alone costs nothing.
                body.reserveCapacity(count)
                try await read(count, into: &body, until: deadline)
                return body
            case .chunked: return try await readChunks(until: deadline)
            }
        } catch Ending.timedOut {
            throw HTTPRejection(408, "the body did not come in time")
        }
    }

    private mutating func answerExpectation(of head: RequestHead, until deadline: Double) async throws {
        guard let expectation = head.headers["Expect"] else { return }
        guard expectation.lowercased() == "100-continue" else {
            throw HTTPRejection(417, "only the expectation 100-continue is known")
        }
        if buffer.count == used, !head.isHTTP10 {
            try await send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), until: deadline)
        }
    }

    private mutating func readChunks(until deadline: Double) async throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let size = try Self.chunkSize(try await readLine(until: deadline))
            if size == 0 { break }
            guard size <= limits.bodyBytes - body.count else {
                throw HTTPRejection(413, "the body is larger than \(limits.bodyBytes) bytes")
            }
            try await read(size, into: &body, until: deadline)
            guard try await readLine(until: deadline).isEmpty else {
                throw HTTPRejection.malformed("a chunk that is longer than its size")
            }
        }
        var trailers = 0
        while !(try await readLine(until: deadline)).isEmpty {
            trailers += 1
            if trailers > limits.headerFields { throw HTTPRejection(431, "too many trailer fields") }
        }
        return body
    }

    /// The size of a chunk out of its line; extensions are let pass and ignored.
    static func chunkSize(_ line: [UInt8]) throws(HTTPRejection) -> Int {
        let digits = line.prefix { $0 != UInt8(ascii: ";") }
        guard (1...8).contains(digits.count) else { throw .malformed("a bad chunk size") }
        var size = 0
        for digit in digits {
            guard let value = ASCII.hexValue(digit) else { throw .malformed("a bad chunk size") }
            size = size << 4 | value
        }
        return size
    }

    /// A line of the chunked coding without its CR LF.
    private mutating func readLine(until deadline: Double) async throws -> [UInt8] {
        while true {
            if let end = buffer[used...].firstIndex(of: ASCII.lineFeed) {
                guard end > used, buffer[end - 1] == ASCII.carriageReturn else {
                    throw HTTPRejection.malformed("a line that does not end with CR LF")
                }
                let line = Array(buffer[used..<end - 1])
                consume(end + 1 - used)
                return line
            }
            if buffer.count - used > 4096 { throw HTTPRejection.malformed("a chunk's line is too long") }
            guard try await receive(until: deadline, atMost: 4096) else { throw Ending.closed }
        }
    }

    /// Appends exactly `count` bytes to `body`, and reads no further, so that they are copied once.
    private mutating func read(_ count: Int, into body: inout [UInt8], until deadline: Double) async throws {
        let ready = min(count, buffer.count - used)
        body.append(contentsOf: buffer[used..<used + ready])
        consume(ready)
        let end = body.count + count - ready
        while body.count < end {
            switch try socket.receive(appendingTo: &body, atMost: end - body.count) {
            case 0: throw Ending.closed
            case nil: try await wait(for: .reading, until: deadline)
            default:
                if Poller.uptime() > deadline { throw Ending.timedOut }
            }
        }
    }

    /// Takes in what is there, or waits for it. Returns false at the end of the stream.
    private mutating func receive(until deadline: Double, atMost count: Int = 16 * 1024) async throws -> Bool {
        while true {
            if let received = try socket.receive(appendingTo: &buffer, atMost: count) { return received > 0 }
            try await wait(for: .reading, until: deadline)
        }
    }

    private mutating func consume(_ count: Int) {
        used += count
        if used == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            used = 0
        } else if used > 64 * 1024 {
            buffer.removeFirst(used)
            used = 0
        }
    }

    private func wait(for interest: Poller.Interest, until deadline: Double) async throws {
        switch await poller.wait(for: interest, on: socket.waitable, until: deadline) {
        case .ready: if Poller.uptime() > deadline { throw Ending.timedOut }
        case .timedOut: throw Ending.timedOut
        case .stopped: throw Ending.closed
        }
    }

    // MARK: Writing

    /// Returns whether the connection can carry another request.
    private func write(_ response: HTTPResponse, isHead: Bool, closes: Bool) async throws -> Bool {
        let bodyCount = isHead || response.isBodiless ? 0 : response.body.count
        let deadline = Poller.uptime() + limits.writeSeconds
        switch response.delivery {
        case .cut: return false
        case .whole:
            try await send(response.head(closes: closes), body: response.body, count: bodyCount, until: deadline)
            return !closes
        case .truncated(let count):
            let part = min(max(0, count), bodyCount)
            try await send(response.head(closes: false), body: response.body, count: part, until: deadline)
            return false
        }
    }

    private func send(_ head: [UInt8], body: [UInt8] = [], count: Int = 0, until deadline: Double) async throws {
        // Small answers leave in one packet; large bodies are not copied for it.
        let joins = count <= 16 * 1024
        let first = joins ? head + body[..<count] : head
        try await sendAll(first, count: first.count, more: !joins, until: deadline)
        if !joins { try await sendAll(body, count: count, more: false, until: deadline) }
    }

    private func sendAll(_ bytes: [UInt8], count: Int, more: Bool, until deadline: Double) async throws {
        var sent = 0
        while sent < count {
            if let now = try socket.send(bytes, range: sent..<count, more: more) {
                sent += now
            } else {
                try await wait(for: .writing, until: deadline)
            }
        }
    }

    /// Says why, and lets the client finish sending for a while: closing at once would reset the connection and
    /// could destroy the answer on its way.
    private mutating func refuse(_ rejection: HTTPRejection) async {
        let deadline = Poller.uptime() + limits.lingerSeconds
        let response = rejection.response
        do {
            try await send(
                response.head(closes: true), body: response.body, count: response.body.count, until: deadline)
            socket.shutDownWriting()
            while try await receive(until: deadline), Poller.uptime() < deadline {
                buffer.removeAll(keepingCapacity: true)
            }
        } catch {
            // It does not matter any more.
        }
    }
}

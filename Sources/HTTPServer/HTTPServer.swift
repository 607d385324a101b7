import Platform

/// Answers a request. Called at the same time for several connections, one after the other for each.
package typealias HTTPHandler = @Sendable (HTTPRequest) async -> HTTPResponse

/// A small bounded HTTP/1.1 server on POSIX sockets.
///
/// Each connection is one task that waits without a thread; one thread waits for all of them. Nothing that a client
/// does or leaves undone lasts longer than `HTTPLimits` allows. A server that was started lives until `stop()`.
package final class HTTPServer: Sendable {
    private struct Client {
        let socket: Socket
        let task: Task<Void, Never>
        /// Shut down in favour of another; it is gone as soon as its task notices.
        var isDropped = false
    }

    private struct State {
        var listener: Socket?
        var poller: Poller?
        var isStopping = false
        var clients: [UInt64: Client] = [:]
        var nextClient: UInt64 = 0
        var isAccepting = false
        var idleWaiters: [CheckedContinuation<Void, Never>] = []

        var isIdle: Bool { clients.isEmpty && !isAccepting }
    }

    private let limits: HTTPLimits
    private let handler: HTTPHandler
    private let executor: SerialThreadExecutor?
    private let state = Locked(State())

    /// - Parameter hasOwnThread: Whether all clients share one thread that nothing else uses. Then they can keep nobody
    ///   but each other waiting; otherwise they are served on the threads of all tasks.
    package init(limits: HTTPLimits = HTTPLimits(), hasOwnThread: Bool = false, handler: @escaping HTTPHandler) {
        executor = hasOwnThread ? SerialThreadExecutor(label: "reconcile.http") : nil
        self.limits = limits
        self.handler = handler
    }

    /// Listens on an IPv4 address and returns the port; 0 picks a free one. A server starts once.
    ///
    /// Errors: `SocketError`, with the address and what to do.
    package func start(host: String = "127.0.0.1", port: UInt16 = 0) throws -> UInt16 {
        let listening = try Socket.listeningTCP(host: host, port: port)
        try start(listening: listening.socket)
        return listening.port
    }

    /// Listens at the path of a Unix socket, which is readable and writable for this user and group. A server starts once.
    ///
    /// Errors: `SocketError`, also where another process listens there or a file of another kind is in the way.
    package func start(unixPath: String) throws {
        try start(listening: try Socket.listeningUnix(path: unixPath))
    }

    /// Serves the clients of a socket that listens already, of whatever family.
    private func start(listening listener: Socket) throws {
        let poller = try Poller()
        state.withLock { state in
            precondition(state.poller == nil, "a server starts once")
            state.listener = listener
            state.poller = poller
            state.isAccepting = true
        }
        Task(executorPreference: executor) { await self.accept(from: listener, poller: poller) }
    }

    /// Takes no more clients, lets requests under way finish for `stopSeconds`, then cuts what is left.
    package func stop() async {
        let (listener, poller, clients) = state.withLock { state in
            state.isStopping = true
            return (state.listener, state.poller, Array(state.clients.values))
        }
        guard let poller else { return }
        listener?.shutDownBoth()
        // Idle clients see the end at once; those being served still get their answer.
        for client in clients { client.socket.shutDownReading() }
        await waitUntilIdle(seconds: limits.stopSeconds, poller: poller)

        let left = state.withLock { Array($0.clients.values) }
        for client in left {
            client.task.cancel()
            client.socket.shutDownBoth()
        }
        await waitUntilIdle(seconds: 1, poller: poller)
        poller.stop()
    }

    private func accept(from listener: Socket, poller: Poller) async {
        while !isStopping {
            do {
                if let socket = try listener.accept() {
                    serve(socket, poller: poller)
                } else {
                    _ = await poller.wait(for: .reading, on: listener.waitable, until: .infinity)
                }
            } catch {
                guard !isStopping else { break }
                // Out of descriptors, or a client that is gone already: the next try may do better.
                _ = await poller.wait(for: .reading, on: -1, until: Poller.uptime() + 0.05)
            }
        }
        listener.close()
        update { $0.isAccepting = false }
    }

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    private func serve(_ socket: Socket, poller: Poller) {
        let (isFull, dropped) = state.withLock { state -> (Bool, Socket?) in
            guard !state.isStopping else { return (true, nil) }
            var dropped: Socket?
            if state.clients.count >= limits.connections {
                let served = state.clients.filter { !$0.value.isDropped }
                if served.count >= limits.connections {
                    guard limits.dropsOldest, let oldest = served.keys.min() else { return (true, nil) }
                    state.clients[oldest]?.isDropped = true
                    dropped = served[oldest]?.socket
                }
            }
            let id = state.nextClient
            state.nextClient += 1
            let task = Task(executorPreference: executor) { [limits, handler] in
                var connection = HTTPConnection(socket: socket, poller: poller, limits: limits, handler: handler)
                await connection.run { self.isStopping }
                socket.close()
                self.update { $0.clients[id] = nil }
            }
            state.clients[id] = Client(socket: socket, task: task)
            return (false, dropped)
        }
        dropped?.shutDownBoth()
        guard isFull else { return }
        let refusal = HTTPResponse.text("too many connections; try again later\n", status: 503)
        let bytes = refusal.head(closes: true) + refusal.body
        _ = try? socket.send(bytes, range: 0..<bytes.count)
        socket.close()
    }

    private func update(_ change: (inout State) -> Void) {
        let waiters: [CheckedContinuation<Void, Never>] = state.withLock { state in
            change(&state)
            guard state.isIdle else { return [] }
            defer { state.idleWaiters = [] }
            return state.idleWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns once no client is left, or after that time.
    private func waitUntilIdle(seconds: Double, poller: Poller) async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if !state.isIdle { state.idleWaiters.append(continuation) }
                return state.isIdle
            }
            if isIdle { return continuation.resume() }
            Task {
                _ = await poller.wait(for: .reading, on: -1, until: Poller.uptime() + seconds)
                let waiters = state.withLock { state in
                    defer { state.idleWaiters = [] }
                    return state.idleWaiters
                }
                for waiter in waiters { waiter.resume() }
            }
        }
    }
}

import HTTPServer
import Model
import Platform

/// The HTTP endpoint that shows the status. It reads a copy and has no way to touch the loop.
final class StatusEndpoint: Sendable {
    private let board: StatusBoard
    private let time: any TimeSource
    private let address: ListenAddress
    private let server: HTTPServer

    init(board: StatusBoard, address: ListenAddress, time: any TimeSource, hosts: AllowedHosts = AllowedHosts()) {
        self.board = board
        self.time = time
        self.address = address
        var hosts = hosts
        if case .unix = address { hosts = .all }
        var limits = HTTPLimits()
        limits.connections = 64
        limits.dropsOldest = true
        limits.bodyBytes = 4096
        limits.headerBytes = 8192
        limits.targetBytes = 1024
        limits.headerSeconds = 5
        limits.bodySeconds = 5
        limits.idleSeconds = 30
        limits.writeSeconds = 10
        limits.lingerSeconds = 0.5
        limits.stopSeconds = 0.5
        server = HTTPServer(limits: limits, hasOwnThread: true) { [board, time, hosts] request in
            Self.answer(request, board: board, time: time, hosts: hosts)
        }
    }

    /// Where it listens, the port chosen where it was 0. Errors: `SocketError`.
    func start() throws -> ListenAddress {
        switch address {
        case .tcp(let host, let port): return .tcp(host: host, port: try server.start(host: host, port: port))
        case .unix(let path):
            try server.start(unixPath: path)
            return address
        }
    }

    func stop() async {
        await server.stop()
        if case .unix(let path) = address { Directory.remove(path) }
    }

    static func answer(
        _ request: HTTPRequest, board: StatusBoard, time: any TimeSource, hosts: AllowedHosts = AllowedHosts()
    ) -> HTTPResponse {
        guard hosts.allow(request.headers["Host"]) else {
            return .text("this host name is not one of the daemon's; allow it with --allow-host\n", status: 421)
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            var response = HTTPResponse.text("only GET and HEAD\n", status: 405)
            response.headers["Allow"] = "GET, HEAD"
            return response
        }
        switch request.path {
        case "/healthz":
            let isHealthy = board.current.isTurning(now: time.uptime())
            return .text(isHealthy ? "ok\n" : "the loop is stuck\n", status: isHealthy ? 200 : 503)
        case "/readyz":
            let status = board.current
            let reason = status.lastPass?.summary ?? "the first pass has not ended"
            return .text(status.isReady ? "ok\n" : Log.flat(reason) + "\n", status: status.isReady ? 200 : 503)
        case "/metrics":
            var response = HTTPResponse.text(board.current.prometheus(uptime: time.uptime(), unix: time.unixTime()))
            response.headers["Content-Type"] = "text/plain; version=0.0.4; charset=utf-8"
            return response
        case "/status":
            return .json(
                board.current.document(uptime: time.uptime(), unix: time.unixTime()).compactText + "\n")
        case "/":
            var response = HTTPResponse.text(StatusPage.html)
            response.headers["Content-Type"] = "text/html; charset=utf-8"
            response.headers["Content-Security-Policy"] =
                "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
                + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers["Cache-Control"] = "no-store"
            return response
        default: return .text("not found; there are /healthz /readyz /metrics /status\n", status: 404)
        }
    }
}

import JSON

extension Status {
    /// What `/status` answers. Times are RFC 3339, UTC.
    func document(uptime: Double, unix: Double) -> JSONValue {
        func time(_ seconds: Double?) -> JSONValue { seconds.map { .string(Log.timestamp($0)) } ?? .null }
        func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
        func document(_ pass: LastPass) -> JSONValue {
            [
                "result": .string(pass.status.rawValue), "reason": .string(pass.reason.rawValue),
                "ended_at": time(pass.endedAt), "seconds": .number("\(pass.seconds)"),
                "summary": .string(pass.summary),
            ]
        }
        return [
            "format_version": 1,
            "version": .string(version),
            "directory": .string(directory),
            "started_at": time(startedAt),
            "healthy": .bool(isTurning(now: uptime)),
            "ready": .bool(isReady),
            "converged": .bool(isConverged),
            "owner": text(owner),
            "pass_running": .bool(isPassRunning),
            "last_pass": lastPass.map(document) ?? .null,
            "recent_passes": .array(recentPasses.map(document)),
            "last_success_at": time(lastSuccess),
            "next_pass_at": time(nextPassAt),
            "git_revision": text(revision),
            "manifest_errors": .array(manifestErrors.map(JSONValue.string)),
            "keeps_last_valid": .bool(keepsLastValid),
            "api_problem": text(apiProblem),
            "window_opens_at": time(opensAt),
            "watching": .string(isPolling ? "polling" : "inotify"),
            "connections": .array(
                connections.map { entry in
                    [
                        "key": .string(entry.key), "name": .string(entry.name), "uuid": text(entry.uuid),
                        "state": .string(entry.state.rawValue), "problem": text(entry.problem),
                        "help": text(entry.help),
                        "planned": .array(entry.planned.map(JSONValue.string)),
                        "failures": .number("\(entry.backoff.failures)"),
                        "rows": entry.rows.map { .number("\($0)") } ?? .null,
                        "last_success_at": time(entry.lastSuccess),
                        "next_try_at": time(entry.nextTry.map { unix + $0 - uptime }),
                        "next_refresh_at": time(entry.nextRefresh),
                    ]
                }),
        ]
    }
}

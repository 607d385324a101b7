import Platform

extension Status {
    /// Connections that get series of their own, at most.
    static let connectionSeries = 2000

    /// What `/metrics` answers.
    ///
    /// - Parameter unix: Unix time now.
    func prometheus(uptime: Double, unix: Double) -> String {
        var text = PrometheusText()
        text.family("reconcile_build_info", .gauge, "The version that runs, and for whom.")
        text.sample("reconcile_build_info", [("version", version), ("owner", owner ?? "")], 1)
        text.family("reconcile_revision_info", .gauge, "The commit that the last pass with valid manifests worked on.")
        if let revision { text.sample("reconcile_revision_info", [("revision", revision)], 1) }
        text.single("reconcile_start_time_seconds", .gauge, "Unix time of the start.", startedAt)

        text.family("reconcile_passes_total", .counter, "Passes by what they came to.")
        for status in PassStatus.allCases {
            text.sample("reconcile_passes_total", [("result", status.rawValue)], Double(metrics.passes[status] ?? 0))
        }
        text.histogram("reconcile_pass_seconds", "Seconds that passes took.", metrics.passDurations)
        text.single("reconcile_last_pass_seconds", .gauge, "Seconds that the last pass took.", metrics.lastPassSeconds)
        text.single(
            "reconcile_last_success_timestamp_seconds", .gauge,
            "Unix time of the last pass after which everything was as the manifests say; 0 before there was one.",
            lastSuccess ?? 0)
        text.single(
            "reconcile_last_pass_converged", .gauge, "Whether the last pass left everything as the manifests say.",
            isConverged ? 1 : 0)
        text.single(
            "reconcile_manifest_errors", .gauge, "Errors in the manifests; nothing new is applied while there are any.",
            Double(manifestErrors.count))
        text.single(
            "reconcile_keeps_last_valid", .gauge,
            "Whether the last valid manifests are kept up because those that are there have errors.",
            keepsLastValid ? 1 : 0)
        text.single(
            "reconcile_api_held", .gauge, "Whether the API is only probed: out of reach, or the keys are wrong.",
            apiProblem == nil ? 0 : 1)
        addWork(to: &text)
        addRequests(to: &text)
        addConnections(to: &text, uptime: uptime, unix: unix)
        addProcess(to: &text)
        return text.text
    }

    /// By the names that every exporter uses.
    private func addProcess(to text: inout PrometheusText) {
        let usage = ProcessUsage.current
        text.single(
            "process_cpu_seconds_total", .counter, "Seconds of CPU, user and system.", usage.cpuSeconds)
        text.single("process_resident_memory_bytes", .gauge, "Bytes in memory.", Double(usage.residentBytes))
        text.single("process_virtual_memory_bytes", .gauge, "Bytes of address space.", Double(usage.virtualBytes))
        text.single("process_open_fds", .gauge, "Open file descriptors.", Double(usage.openFiles))
        text.single("process_max_fds", .gauge, "Open file descriptors, at most.", Double(usage.maxFiles))
        text.single("process_start_time_seconds", .gauge, "Unix time of the start.", startedAt)
    }

    private func addWork(to text: inout PrometheusText) {
        text.single(
            "reconcile_drift_corrected_total", .counter, "Changes by somebody else that were put right.",
            Double(metrics.driftCorrected))
        text.single(
            "reconcile_rows_uploaded_total", .counter, "Rows of completed uploads.", Double(metrics.rowsUploaded))
        text.single("reconcile_deletes_total", .counter, "Connections deleted by a prune.", Double(metrics.deletes))
    }

    private func addRequests(to text: inout PrometheusText) {
        let requests = metrics.requests
        text.single(
            "reconcile_uploaded_bytes_total", .counter, "Bytes of requests with rows, repeated ones included.",
            Double(requests.bytesUploaded))
        text.single(
            "reconcile_sent_bytes_total", .counter, "Bytes of request bodies.", Double(requests.bytesSent))
        text.single(
            "reconcile_request_retries_total", .counter, "Requests that were not the first of their operation.",
            Double(requests.retries))
        text.histogram(
            "reconcile_request_seconds", "Seconds until a request's answer was whole, or it failed.",
            requests.durations)
        text.family("reconcile_requests_total", .counter, "Requests by operation and status; none: no answer.")
        for (operation, counts) in requests.requests.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            for (status, count) in counts.sorted(by: { $0.key < $1.key }) {
                text.sample(
                    "reconcile_requests_total",
                    [("operation", operation.rawValue), ("status", status == 0 ? "none" : "\(status)")], Double(count))
            }
        }
    }

    private func addConnections(to text: inout PrometheusText, uptime: Double, unix: Double) {
        var counts: [ConnectionEntry.State: Int] = [:]
        for entry in connections { counts[entry.state, default: 0] += 1 }
        text.family("reconcile_connections", .gauge, "Connections by state.")
        for state in ConnectionEntry.State.allCases {
            text.sample("reconcile_connections", [("state", state.rawValue)], Double(counts[state] ?? 0))
        }
        let shown = connections.prefix(Self.connectionSeries)
        text.single(
            "reconcile_connections_without_series", .gauge,
            "Connections beyond \(Self.connectionSeries), which have no series of their own.",
            Double(connections.count - shown.count))
        text.family(
            "reconcile_connection_last_success_timestamp_seconds", .gauge,
            "Unix time at which a connection was last as its manifest says; 0 before that.")
        for entry in shown {
            text.sample(
                "reconcile_connection_last_success_timestamp_seconds", [("connection", entry.key)],
                entry.lastSuccess ?? 0)
        }
        text.family("reconcile_connection_state", .gauge, "1 with the state that a connection is in.")
        for entry in shown {
            text.sample(
                "reconcile_connection_state", [("connection", entry.key), ("state", entry.state.rawValue)], 1)
        }
        text.family("reconcile_connection_rows", .gauge, "Rows in the data files of a connection.")
        for entry in shown {
            if let rows = entry.rows {
                text.sample("reconcile_connection_rows", [("connection", entry.key)], Double(rows))
            }
        }
        text.family(
            "reconcile_connection_refresh_seconds", .gauge,
            "Seconds until all rows of a connection are due again; below 0 where they are overdue.")
        for entry in shown {
            if let due = entry.nextRefresh {
                text.sample("reconcile_connection_refresh_seconds", [("connection", entry.key)], (due - unix).rounded())
            }
        }
        text.family(
            "reconcile_connection_backoff_seconds", .gauge, "Seconds until a failing connection is tried again.")
        for entry in shown {
            guard let next = entry.nextTry, next > uptime else { continue }
            text.sample("reconcile_connection_backoff_seconds", [("connection", entry.key)], next - uptime)
        }
    }
}

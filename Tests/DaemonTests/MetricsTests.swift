import APIClient
import HTTPServer
import Model
import Reconciler
import Testing

@testable import Daemon

/// `/metrics`, read back by a parser of its own.
@Suite struct MetricsTests {
    /// A status in which everything has happened.
    private static func busyStatus() -> Status {
        var status = Status(version: "1.2.3-\"beta\"\\\n", directory: "Manifests", startedAt: 1_700_000_000)
        var requests = RequestStatistics()
        requests.requests = [.listConnections: [200: 3, 0: 1], .uploadData: [200: 2, 429: 1]]
        requests.bytesSent = 77
        requests.bytesUploaded = 70
        requests.retries = 2
        status.metrics.add(requests)
        for (index, result) in PassStatus.allCases.enumerated() { status.metrics.passes[result] = index }
        status.metrics.passDurations.add(1)
        status.metrics.passDurations.add(0.25)
        status.owner = "crm"
        status.revision = "abc"
        status.metrics.lastPassSeconds = 0.125
        status.metrics.driftCorrected = 5
        status.metrics.rowsUploaded = 9
        status.metrics.deletes = 1
        status.manifestErrors = ["a", "b"]
        status.apiProblem = "out of reach"
        status.lastSuccess = 1_700_000_040.5
        for (index, state) in ConnectionEntry.State.allCases.enumerated() {
            var entry = ConnectionEntry(key: "c\(index)\"\\\n", name: "C")
            entry.state = state
            entry.nextTry = 1008
            entry.lastSuccess = index.isMultiple(of: 2) ? 1_700_000_050 : nil
            status.connections.append(entry)
        }
        return status
    }

    @Test func theTextIsWhatTheFormatAsksFor() throws {
        let document = try PrometheusDocument(parsing: Self.busyStatus().prometheus(uptime: 1000, unix: 0))
        #expect(document.value("reconcile_build_info", ["version": "1.2.3-\"beta\"\\\n", "owner": "crm"]) == 1)
        #expect(
            document.value("reconcile_connection_last_success_timestamp_seconds", ["connection": "c0\"\\\n"])
                == 1_700_000_050)
        #expect(document.families.values.allSatisfy { !$0.help.isEmpty })
        // And of a daemon that has done nothing yet.
        _ = try PrometheusDocument(
            parsing: Status(version: "1", directory: "d", startedAt: 0).prometheus(uptime: 0, unix: 0))
    }

    @Test func everythingThatWasPromisedIsThere() throws {
        let document = try PrometheusDocument(parsing: Self.busyStatus().prometheus(uptime: 1000, unix: 0))
        let expected: [(String, [String: String], Double)] = [
            ("reconcile_passes_total", ["result": "incomplete"], 1), ("reconcile_pass_seconds_sum", [:], 1.25),
            ("reconcile_pass_seconds_count", [:], 2), ("reconcile_pass_seconds_bucket", ["le": "0.25"], 1),
            ("reconcile_pass_seconds_bucket", ["le": "1"], 2), ("reconcile_pass_seconds_bucket", ["le": "+Inf"], 2),
            ("reconcile_revision_info", ["revision": "abc"], 1),
            ("reconcile_connection_state", ["connection": "c1\"\\\n", "state": "failing"], 1),
            ("process_start_time_seconds", [:], 1_700_000_000),
            ("reconcile_last_pass_seconds", [:], 0.125), ("reconcile_connections", ["state": "failing"], 1),
            ("reconcile_drift_corrected_total", [:], 5), ("reconcile_rows_uploaded_total", [:], 9),
            ("reconcile_uploaded_bytes_total", [:], 70), ("reconcile_sent_bytes_total", [:], 77),
            ("reconcile_requests_total", ["operation": "uploadData", "status": "429"], 1),
            ("reconcile_requests_total", ["operation": "listConnections", "status": "none"], 1),
            ("reconcile_request_retries_total", [:], 2), ("reconcile_api_held", [:], 1),
            ("reconcile_connection_backoff_seconds", ["connection": "c1\"\\\n"], 8),
            ("reconcile_last_success_timestamp_seconds", [:], 1_700_000_040.5),
            ("reconcile_manifest_errors", [:], 2), ("reconcile_keeps_last_valid", [:], 0),
            ("reconcile_deletes_total", [:], 1),
            ("reconcile_last_pass_converged", [:], 0), ("reconcile_start_time_seconds", [:], 1_700_000_000),
        ]
        for (name, labels, value) in expected {
            #expect(document.value(name, labels) == value, "\(name) \(labels)")
        }
    }

    @Test func theNumberOfSeriesIsBounded() throws {
        var status = Self.busyStatus()
        status.connections = (0..<50_000).map { number in
            var entry = ConnectionEntry(key: "c\(number)", name: "")
            entry.nextTry = 2000
            return entry
        }
        let document = try PrometheusDocument(parsing: status.prometheus(uptime: 1000, unix: 0))
        #expect(document.families.values.reduce(0) { $0 + $1.samples.count } < 3 * Status.connectionSeries + 150)
        #expect(document.value("reconcile_connections_without_series") == 48_000)
    }

    /// What the account or a file says never becomes a label: only keys, states, results and operations do.
    @Test func nothingFromOutsideIsALabel() throws {
        var status = Self.busyStatus()
        for index in status.connections.indices {
            status.connections[index].name = "secret-name"
            status.connections[index].problem = "secret-problem"
            status.connections[index].help = "secret-help"
        }
        status.manifestErrors = ["secret-error"]
        status.apiProblem = "secret-problem"
        #expect(!status.prometheus(uptime: 0, unix: 0).contains("secret"))
    }

    @Test(arguments: [
        "a 1", "# TYPE a counter\na 1\n", "# HELP a x\n# TYPE a gauge\na 1\na 1\n",
        "# HELP a x\n# TYPE a counter\na 1\n", "# HELP a x\n# TYPE a gauge\nb 1\n",
        "# HELP a x\n# TYPE a gauge\na{l=\"\\x\"} 1\n", "# HELP a x\n# TYPE a gauge\na{l=\"x\n\"} 1\n",
        "# HELP a x\n# TYPE a gauge\na one\n", "# HELP a x\n# TYPE a gauge\n# HELP a x\n# TYPE a gauge\n",
    ])
    func theParserIsStrict(text: String) {
        #expect(throws: PrometheusDocument.Problem.self) { try PrometheusDocument(parsing: text) }
    }
}

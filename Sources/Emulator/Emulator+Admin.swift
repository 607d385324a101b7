import HTTPServer
import JSON

extension Emulator {
    /// Answers what stands under `/_emulator/`. Such requests are not counted and meet no faults.
    func administer(_ request: HTTPRequest) async -> HTTPResponse {
        let segments = Array(request.pathSegments.dropFirst())
        do {
            switch (request.method, segments.first ?? "", segments.count) {
            case ("GET", "requests", 1): return requests()
            case ("GET", "stats", 1): return await stats()
            case ("GET", "connections", 1): return await connections()
            case ("GET", "rows", 2): return try await rows(of: segments[1])
            case ("POST", "faults", 1): return try setFaults(try Self.settings(request))
            case ("POST", "dialects", 1): return try setDialects(try Self.settings(request))
            case ("POST", "clock", 1): return try advanceClock(try Self.settings(request))
            case ("POST", "release", 1): return .json(["released": .number("\(release())")])
            case ("POST", "reset", 1): return try await reset()
            default: throw EmulatorError(Self.help)
            }
        } catch let failure as APIFailure {
            return failure.response
        } catch {
            let isUnknown = (error as? EmulatorError)?.description == Self.help
            return APIFailure.status(isUnknown ? 404 : 400, "\(error)").response
        }
    }

    private static let help = """
        nothing is here; there are GET requests, stats, connections, rows/{uuid} and POST faults, release, dialects, \
        clock, reset under /_emulator/
        """

    private func requests() -> HTTPResponse {
        let (records, dropped) = control.withLock { ($0.records, $0.droppedCount) }
        return .json(["requests": .array(records.map(\.json)), "dropped": .number("\(dropped)")])
    }

    private func stats() async -> HTTPResponse {
        let counts = await account.counts(now: now)
        return control.withLock { control in
            .json([
                "requests": .number("\(control.requestCount)"),
                "statuses": Self.json(control.statusCounts.map { ("\($0.key)", $0.value) }),
                "faults": Self.json(control.faultCounts.map { ($0.key, $0.value) }),
                "connections": .number("\(counts.connections)"), "rows": .number("\(counts.rows)"),
                "dialects": .array(control.dialects.map(\.rawValue).sorted().map { .string($0) }),
            ])
        }
    }

    /// Everything as it is stored, whatever the dialects show of it.
    private func connections() async -> HTTPResponse {
        let now = now
        return .json([
            "connections": .array(
                await account.store.inOrder.map { connection in
                    .object(
                        (connection.json.objectValue ?? []) + [
                            JSONMember("rows", .number("\(connection.rows.visibleCount(now: now))")),
                            JSONMember(
                                "open_batches",
                                .object(
                                    connection.openBatches.sorted { $0.key < $1.key }.map {
                                        JSONMember($0.key, .number("\($0.value.storedCount)"))
                                    })),
                            JSONMember("references", .array(connection.references.map(\.json))),
                        ])
                })
        ])
    }

    /// All visible records of a connection, one on a line.
    private func rows(of text: String) async throws -> HTTPResponse {
        guard let uuid = UUIDText.normal(text) else { throw EmulatorError("\"\(text)\" is not a uuid") }
        let connection = try await account.connection(uuid)
        var out: [UInt8] = []
        connection.rows.forEach(now: now) { row, _ in
            // Strings hold no raw line breaks, so these stand between values.
            out.append(contentsOf: row.lazy.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 })
            out.append(0x0A)
        }
        return HTTPResponse(status: 200, headers: ["Content-Type": "application/x-ndjson"], body: out)
    }

    /// `{"faults": "KIND@N,…", "relative": true, "seed": 1, "rate": 0.1}`; what is left out is set to none.
    private func setFaults(_ settings: JSONValue) throws -> HTTPResponse {
        let plan = try FaultPlan(parsing: settings["faults"]?.stringValue ?? "")
        var seeded: SeededFaults?
        if let seed = settings["seed"] {
            guard case .number(let rateText)? = settings["rate"], let rate = Double(rateText), (0...1).contains(rate),
                case .number(let seedText) = seed, let number = UInt64(seedText)
            else { throw EmulatorError("a seed is an integer from 0 and comes with a rate from 0 to 1") }
            seeded = SeededFaults(
                seed: number, rate: rate, latency: options.faultLatency, retryAfter: options.faultRetryAfter)
        }
        let rules = control.withLock { control in
            control.faults = settings["relative"]?.boolValue == true ? control.absolute(plan) : plan
            control.seeded = seeded
            return control.faults.rules.count
        }
        return .json(["rules": .number("\(rules)"), "seeded": .bool(seeded != nil)])
    }

    /// `{"dialects": ["wrapped-list", …]}`.
    private func setDialects(_ settings: JSONValue) throws -> HTTPResponse {
        guard let names = settings["dialects"]?.arrayValue?.map(\.stringValue), !names.contains(nil) else {
            throw EmulatorError("{\"dialects\": [\"NAME\", …]} is expected")
        }
        let dialects = try Dialect.parse(names.compactMap { $0 }.joined(separator: ","))
        control.withLock { $0.dialects = dialects }
        return .json(["dialects": .array(dialects.map(\.rawValue).sorted().map { .string($0) })])
    }

    /// `{"advance": SECONDS}`: lets records expire without waiting.
    private func advanceClock(_ settings: JSONValue) throws -> HTTPResponse {
        guard case .number(let text)? = settings["advance"], let seconds = Double(text), seconds >= 0 else {
            throw EmulatorError("{\"advance\": SECONDS} is expected")
        }
        let offset = control.withLock { control in
            control.clockOffset += seconds
            return control.clockOffset
        }
        return .json(["offset": .number("\(offset)")])
    }

    /// Everything as it was at the start with an empty store.
    private func reset() async throws -> HTTPResponse {
        try await account.reset()
        control.withLock { $0 = Control(options) }
        return .json([:])
    }

    private static func settings(_ request: HTTPRequest) throws -> JSONValue {
        guard let document = try? JSONValue.parse(request.body), document.objectValue != nil else {
            throw EmulatorError("a JSON object is expected as the body")
        }
        return document
    }

    private static func json(_ counts: [(String, Int)]) -> JSONValue {
        .object(counts.sorted { $0.0 < $1.0 }.map { JSONMember($0.0, .number("\($0.1)")) })
    }
}

extension Account {
    fileprivate func counts(now: Double) -> (connections: Int, rows: Int) {
        (
            store.connections.count,
            store.connections.values.reduce(0) { $0 + $1.rows.visibleCount(now: now) }
        )
    }
}
